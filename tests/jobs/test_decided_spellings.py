"""To decide what a spelling means is no move of a deal: time in stage, ways, the review, waterfalls, past days."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.jobs.story_book import Story, _table, day, new_book
from xlpipeline.metrics.moves_since import moves_since
from xlpipeline.metrics.waterfall import quarter_story
from xlpipeline.model.applied import with_frame
from xlpipeline.model.facts import Facts
from xlpipeline.model.past import end_of
from xlpipeline.model.past_deals import deals_at
from xlpipeline.model.schema import MAPPINGS
from xlpipeline.model.stage_paths import stage_paths
from xlpipeline.model.stints import stage_entries
from xlpipeline.model.tracking import history_of

pytestmark = pytest.mark.slow
BEGUN = dt.date(2026, 5, 4)


def decide(told: Story, *rows: tuple[str, str, str]) -> None:
    """Fill rows (kind, from, to) into Mappings."""
    body = tuple({"Kind": kind, "From": source, "To": to, "Learned on": BEGUN} for kind, source, to in rows)
    told.book = with_frame(told.book, MAPPINGS.name, _table(MAPPINGS, body).frame)


def facts(told: Story) -> Facts:
    """The facts of the last refresh."""
    assert told.last is not None
    return told.last.facts


def talk_under_another_name(cell: str = "Value Proposition") -> Story:
    """A deal in an unknown stage since 4 May; 18 May the spelling is decided; 25 May the deal moves on."""
    told = Story(new_book(({"Opportunity": "Acme", "Stage": cell, "Stage since": BEGUN},)))
    told.refresh(day(5))
    decide(told, ("Stage", "value  proposition", "Offer"))
    told.refresh(day(18))
    return told


def moved_on() -> Story:
    told = talk_under_another_name()
    told.edit("Acme", Stage="Close")
    told.refresh(day(25))
    return told


def test_a_decided_stage_is_no_entry_and_the_time_before_counts() -> None:
    told = moved_on()
    entries = stage_entries(history_of(facts(told)))
    assert list(zip(entries["stage"], entries["entered_on"].dt.date, strict=True)) == [
        ("Offer", BEGUN), ("Close", day(25)),
    ]  # fmt: skip
    stays = stage_paths(facts(told)).stints
    assert (stays["left_on"] - stays["entered_on"]).dt.days.iloc[0] == 21


def test_the_way_through_the_stages_begins_where_the_deal_truly_stood() -> None:
    paths = stage_paths(facts(moved_on()))
    offer = paths.stages.index("Offer")
    assert paths.stood[0].tolist() == [False, True, True]
    assert paths.entered[0, offer] == pd.Timestamp(BEGUN)


def test_deciding_is_no_move_of_a_review_and_no_touch() -> None:
    told = talk_under_another_name()
    assert told.cell("Acme", "Stage") == "Offer"
    assert moves_since(facts(told), dt.datetime(2026, 5, 6)).empty  # noqa: DTZ001 - the workbook's zone
    assert pd.isna(facts(told).deals["last_change"].iloc[0])
    assert told.cell("Acme", "Stage since") == BEGUN


def test_a_past_day_has_the_decided_name() -> None:
    told = talk_under_another_name()
    then = deals_at(facts(told), end_of(day(6)), day(6))
    assert then[["stage", "is_open"]].to_numpy().tolist() == [["Offer", True]]
    earlier = told.refresh(day(18), hour=16, as_of=day(6))
    assert earlier.figures_only
    assert earlier.facts.deals["stage"].tolist() == ["Offer"]


def test_the_history_itself_is_not_written_anew_and_the_next_refresh_writes_nothing() -> None:
    told = talk_under_another_name()
    assert [one[2:] for one in told.told()] == [("stage", "Value Proposition", "Offer")]
    assert not told.refresh(day(18), hour=16).changes


def test_a_decided_owner_has_handed_nothing_over() -> None:
    told = Story(new_book(({"Opportunity": "Acme", "Owner": "005A0000001abcd"},)))
    told.refresh(day(5))
    decide(told, ("Owner", "005A0000001ABCD", "Ann"))
    told.refresh(day(18))
    assert told.cell("Acme", "Owner") == "Ann"
    assert moves_since(facts(told), dt.datetime(2026, 5, 6)).empty  # noqa: DTZ001 - the workbook's zone
    assert deals_at(facts(told), end_of(day(6)), day(6))["rep"].tolist() == ["Ann"]
    own = quarter_story(facts(told)).reps["Ann"]
    assert (own.opening, own.amount("transferred_in"), own.closing) == (100_000, 0, 100_000)


def test_a_true_handover_after_the_decision_is_still_told() -> None:
    told = Story(new_book(({"Opportunity": "Acme", "Owner": "005A0000001abcd"},)))
    told.refresh(day(5))
    decide(told, ("Owner", "005A0000001abcd", "Ann"))
    told.refresh(day(18))
    told.edit("Acme", Owner="Bob")
    told.refresh(day(19))
    found = moves_since(facts(told), dt.datetime(2026, 5, 6))  # noqa: DTZ001 - the workbook's zone
    assert found["what"].tolist() == ["handed over by Ann"]


def test_what_pipeline_still_says_is_not_translated_in_history() -> None:
    """A meaning that is on no list is applied by the next import only; until then both sides say the same."""
    told = Story(new_book(({"Opportunity": "Acme", "Owner": "005A"},)))
    told.refresh(day(5))
    decide(told, ("Owner", "005A", "Somebody new"))
    told.refresh(day(18))
    assert moves_since(facts(told), dt.datetime(2026, 5, 6)).empty  # noqa: DTZ001 - the workbook's zone
    told.edit("Acme", Owner="Somebody new")
    told.refresh(day(19))
    assert moves_since(facts(told), dt.datetime(2026, 5, 6)).empty  # noqa: DTZ001 - the workbook's zone
