"""The playbook: rows of a stage, and the activities that a deal still lacks."""

from __future__ import annotations

from tests.metrics.logged_team import team
from tests.metrics.small_team import day, in_play
from xlpipeline.model.playbook import advice_for, missing_activities, next_step_lines, parted, required_activities

PLAYBOOK = (
    ("Offer", "Send it.", "Template", "Is it clear?", "Call; Meeting"),
    ("offer", "Ask again.", None, None, "meeting;Value touch"),
    ("Prospect", None, None, None, None),
)
DEAL = in_play() | {"Stage since": day("2026-03-20"), "Created": day("2026-03-01")}


def test_parts_are_trimmed_and_each_stands_once() -> None:
    assert parted(" Call;meeting ;;\nCALL") == ("CALL", "meeting")
    assert parted("") == ()


def test_what_is_logged_from_the_day_of_entry_on_counts() -> None:
    log = [("2026-03-19", "D0", "Meeting"), ("2026-03-20", "D0", "call"), ("2026-04-01", "D0", "Value touch")]
    facts = team([DEAL], log, playbook=PLAYBOOK)
    found = {one.type.casefold(): one.logged for one in required_activities(facts, "d0")}
    assert found == {"call": 1, "meeting": 0, "value touch": 0}
    assert [name.casefold() for name in missing_activities(facts, "D0")] == ["meeting", "value touch"]


def test_nobody_asks_for_anything_where_the_playbook_is_silent() -> None:
    facts = team([DEAL | {"Stage": "Prospect"}], playbook=PLAYBOOK)
    assert (advice_for(facts.book, "Prospect"), missing_activities(facts, "D0")) == ((), ())
    assert required_activities(facts, "no such deal") == ()


def test_advice_reads_as_sentences() -> None:
    facts = team([DEAL], playbook=PLAYBOOK)
    assert next_step_lines(facts.book, "OFFER") == [
        "Offer: Send it. Ask: Is it clear? Use: Template. Log: Call, Meeting.",
        "offer: Ask again. Log: meeting, Value touch.",
    ]
