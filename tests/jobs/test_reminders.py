"""Reminders as a calendar file: what is in it, that a second export updates the first, and what is refused."""

from __future__ import annotations

import builtins
import datetime as dt
from pathlib import Path
from typing import Any

import icalendar
import pytest

from tests.metrics.logged_team import team
from tests.metrics.small_team import day, in_play, won
from xlpipeline.errors import RequestError
from xlpipeline.hosts.workbook import Saved
from xlpipeline.jobs.outcome import Outcome
from xlpipeline.jobs.reminders import PRODUCT, reminders_in, uid
from xlpipeline.model.book import Book, ChangeSet

pytestmark = pytest.mark.slow

NOW = dt.datetime(2026, 3, 31, 8, tzinfo=dt.UTC)
NASTY = 'Call; say, \\ "hi"\nEND:VEVENT\x07'


class Read:
    """A workbook that may only be read."""

    title, place, kind = "team.xlsx", "team.xlsx", "file"

    def __init__(self, *steps: dict[str, Any]) -> None:
        deals = [in_play() | {"Next step date": day("2026-03-30")} | step for step in steps]
        self.book = team(deals).book

    def read(self) -> Book:
        return self.book

    def apply(self, changes: ChangeSet) -> Saved:
        raise AssertionError(changes)


def export(path: Path, *steps: dict[str, Any], now: dt.datetime = NOW, **more: Any) -> Outcome:  # noqa: ANN401
    return reminders_in(Read(*steps), path, now=now, **more)


def events(path: Path) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    return [part for part in calendar.walk("VEVENT") if isinstance(part, icalendar.Event)]


def test_overdue_stands_today_and_what_comes_on_its_day(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    said = export(path, {}, {"Next step date": day("2026-04-30")}, {"Next step date": day("2026-05-01")}, days=30)
    assert said.sentences[0] == ("a.ics: 2 reminders as of 2026-03-31: 1 overdue, 0 due today, 1 within 30 days.")
    late, soon = events(path)
    assert (late.decoded("dtstart"), soon.decoded("dtstart")) == (day("2026-03-31"), day("2026-04-30"))
    assert str(late["description"]).startswith("Overdue since 2026-03-30.")
    assert str(late["summary"]) == "Call: Deal 0"


def test_a_follow_up_with_a_customer_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    customer = won() | {"Stage": "After sale", "Next step": "Ask for a referral", "Next step date": None}
    said = export(path, customer | {"Follow-up due": day("2026-04-02")}, customer)
    assert said.data["coming"] == 1
    (event,) = events(path)
    assert (event.decoded("dtstart"), str(event["summary"])) == (day("2026-04-02"), "Ask for a referral: Deal 0")
    assert b"CATEGORIES:xlpipeline,follow-up" in path.read_bytes()


def test_a_second_export_has_the_same_ids_and_a_higher_sequence(tmp_path: Path) -> None:
    first, second = tmp_path / "a.ics", tmp_path / "b.ics"
    export(first, {}, {"Owner": "Bob"})
    export(second, {"Next step": "Write", "Next step date": day("2026-04-02")}, now=NOW + dt.timedelta(minutes=5))
    assert events(first)[0]["uid"] == events(second)[0]["uid"] == uid("Our team", "next step", " d0")
    assert int(events(second)[0].decoded("sequence")) == int(events(first)[0].decoded("sequence")) + 5
    assert len({event["uid"] for event in events(first)}) == 2


def test_texts_are_escaped_and_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    export(path, {"Next step": NASTY})
    assert len(events(path)) == 1
    assert str(events(path)[0]["summary"]).startswith('Call; say, \\ "hi"\nEND:VEVENT:')
    assert path.read_bytes().count(b"\r\nEND:VEVENT\r\n") == 1


def test_only_the_named_reps_deals_are_written(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    assert export(path, {}, {"Owner": "Bob"}, rep=" bob ").data["overdue"] == 1
    with pytest.raises(RequestError, match="There is no rep Zoe"):
        export(path, {}, rep="Zoe")


def test_a_file_of_its_own_is_replaced_and_any_other_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    export(path, {})
    export(path, {}, {})
    assert len(events(path)) == 2
    other = tmp_path / "other.ics"
    other.write_text("BEGIN:VCALENDAR\r\nPRODID:-//mine//\r\n")
    for wrong, says in ((other, "is there already"), (tmp_path / "a.xlsx", "must end in .ics")):
        with pytest.raises(RequestError, match=says):
            export(wrong, {})
    assert "mine" in other.read_text()
    assert PRODUCT.encode() in path.read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.ics", "other.ics"]


@pytest.mark.parametrize("days", [-1, 367])
def test_days_out_of_range_are_refused(tmp_path: Path, days: int) -> None:
    with pytest.raises(RequestError, match="0 to 366 days"):
        export(tmp_path / "a.ics", {}, days=days)


def test_without_the_package_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - as __import__
        if name == "icalendar":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RequestError, match=r"pip install 'xlpipeline\[calendar\]'"):
        export(tmp_path / "a.ics", {})
