"""Stage histories of other systems become entries of the history: exact, once, and never stronger than Pipeline."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import SHARED
from tests.importers.books import NOW, after, body, deals
from tests.importers.exports import hubspot, salesforce, zoho
from tests.importers.exports.told import brought, by_id, plan_of, refreshed, team_book, told
from xlpipeline.errors import SourceError
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import Book
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.model.history import read_history
from xlpipeline.model.replay import replay
from xlpipeline.model.settings import read_settings
from xlpipeline.model.stage_paths import stage_paths
from xlpipeline.model.stints import stage_entries

FIRST = dt.datetime(2026, 3, 3, 9)  # noqa: DTZ001
SECOND = dt.datetime(2026, 3, 10, 9)  # noqa: DTZ001
HEADS = ["deal_id", "stage", "stage_date"]


def facts_of(book: Book) -> Facts:
    return read_facts(book, FIRST.date(), read_settings(book))


def entries_of(book: Book) -> list[tuple[str, str, str]]:
    entries = stage_entries(read_history(book.frame("_History")))
    rows = zip(entries["deal_id"], entries["stage"], entries["entered_on"], strict=True)
    return sorted((deal, stage, f"{day:%m-%d}") for deal, stage, day in rows)


def typed(book: Book, deal: str, stage: str) -> Book:
    """The book after somebody typed a stage."""
    frame = book.frame("Pipeline").copy()
    frame.loc[frame["Deal ID"] == deal, "Stage"] = stage
    return with_frame(book, "Pipeline", frame)


def test_a_salesforce_field_history_tells_first_stages_by_the_creation(tmp_path: Path) -> None:
    first, second, _, fourth = salesforce.LONG_IDS
    before = brought(tmp_path, salesforce.report())
    plan = plan_of(tmp_path, salesforce.field_history(), before)
    done = after(before, plan)
    assert told(done) == sorted(
        [
            (first, "Prospecting", "01-05 09:00"),
            (first, "Qualification", "01-10 08:15"),
            (first, "Proposal", "01-20 15:00"),
            (second, "Prospecting", "01-06 09:00"),
            (second, "Proposal", "01-15 11:00"),
            (second, "Won", "02-10 17:00"),
            (fourth, "Qualification", "01-08 09:00"),
        ]
    )
    assert (plan.kind, plan.added, plan.faults) == ("entries", 7, ())
    found = by_id(done)
    assert [found[one].get("Stage since") for one in (first, second, fourth)] == [
        dt.date(2026, 1, 20), dt.date(2026, 2, 10), dt.date(2026, 1, 8),
    ]  # fmt: skip


def test_a_field_history_without_ids_asks_for_them(tmp_path: Path) -> None:
    before = brought(tmp_path, salesforce.report())
    with pytest.raises(SourceError, match="without the column Opportunity ID; please add it"):
        plan_of(tmp_path, salesforce.field_history(with_ids=False), before)


def test_rows_of_opportunity_history_that_only_change_an_amount_are_no_entries(tmp_path: Path) -> None:
    done = brought(tmp_path, salesforce.opportunity_history(), brought(tmp_path, salesforce.report()))
    deal = salesforce.LONG_IDS[0]
    assert told(done) == [
        (deal, "Proposal", "01-20 15:00"),
        (deal, "Prospecting", "01-05 09:00"),
        (deal, "Qualification", "01-10 08:15"),
    ]


def test_zohos_stage_history_tells_moves_and_the_first_stage_by_its_duration(tmp_path: Path) -> None:
    done = brought(tmp_path, zoho.stage_history(), brought(tmp_path, zoho.deals()))
    assert told(done) == [
        ("zcrm_1001", "Proposal", "02-01 14:00"),
        ("zcrm_1001", "Prospecting", "01-05 00:00"),
        ("zcrm_1001", "Qualification", "01-12 09:30"),
        ("zcrm_1002", "Prospecting", "01-05 00:00"),
        ("zcrm_1002", "Won", "02-20 12:00"),
    ]


def test_hubspots_property_history_knows_stages_by_their_plain_names(tmp_path: Path) -> None:
    before = brought(tmp_path, hubspot.deals(), pipeline="Sales Pipeline")
    plan = plan_of(tmp_path, hubspot.property_history(), before)
    assert ("9001", "Proposal", "01-31 10:00") in told(after(before, plan))
    assert any("1 entry is of a deal that Pipeline does not hold" in note for note in plan.notes)


def test_a_history_of_strangers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="please import the deals first"):
        plan_of(tmp_path, zoho.stage_history(), brought(tmp_path, hubspot.deals(), pipeline="Sales Pipeline"))


def test_undated_entries_and_those_to_come_are_told_and_left_out(tmp_path: Path) -> None:
    before = team_book({"Deal ID": "1", "Opportunity": "A", "Stage": "Proposal"})
    rows = [HEADS, ["1", "Prospecting", "2026-01-05"], ["1", "Qualification", "soon"], ["1", "Proposal", "2026-12-01"],
            ["1", "Demo", "2026-01-09"]]  # fmt: skip
    plan = plan_of(tmp_path, rows, before)
    assert [fault.row for fault in plan.faults] == [3, 4, 5]
    assert told(after(before, plan)) == [("1", "Prospecting", "01-05 00:00")]
    assert plan.faults[2].wrong == "Stage “Demo” is not on the workbook's list."


@pytest.mark.slow
def test_importing_a_history_twice_is_importing_it_once(tmp_path: Path) -> None:
    for export, history in ((salesforce.report(), salesforce.field_history()), (zoho.deals(), zoho.stage_history())):
        done = brought(tmp_path, history, brought(tmp_path, export))
        again = plan_of(tmp_path, [history[0], *history[:0:-1]], done)
        assert not again.changes
        assert (again.added, again.unchanged) == (0, len(told(done)))


def test_days_and_moments_of_one_entry_are_one(tmp_path: Path) -> None:
    before = team_book({"Deal ID": "1", "Opportunity": "A", "Stage": "Proposal"})
    exact = brought(tmp_path, [HEADS, ["1", "Proposal", "2026-01-05 14:30"]], before)
    assert plan_of(tmp_path, [HEADS, ["1", "Proposal", "2026-01-05"]], exact).added == 0
    assert plan_of(tmp_path, [HEADS, ["1", "Proposal", "2026-01-06"]], exact).added == 1


@pytest.mark.slow
def test_what_a_refresh_finds_first_is_still_a_baseline_and_pipeline_the_truth(tmp_path: Path) -> None:
    with_history = brought(tmp_path, salesforce.field_history(), brought(tmp_path, salesforce.report()))
    without = brought(tmp_path, salesforce.report())
    events = [read_history(refreshed(book, FIRST).frame("_History")) for book in (with_history, without)]
    kinds = [one.events[["deal", "kind", "note", "not_before"]].to_dict("list") for one in events]
    assert kinds[0]["kind"] == ["created"] * 4
    assert kinds[0]["note"] == ["baseline"] * 4
    assert all(pd.isna(kinds[0]["not_before"]))
    stages = [replay(one)["Stage"].to_dict() for one in events]
    assert stages[0] == stages[1] == {deal["Deal ID"]: deal["Stage"] for deal in deals(without)}


def test_conversion_and_stints_use_the_imported_ways(tmp_path: Path) -> None:
    book = refreshed(brought(tmp_path, zoho.stage_history(), brought(tmp_path, zoho.deals())), FIRST)
    paths = stage_paths(facts_of(book))
    assert [f"{day:%m-%d}" for day in pd.to_datetime(paths.entered[0, :3])] == ["01-05", "01-12", "02-01"]
    assert paths.reached[0].tolist() == [True, True, True, False]
    assert paths.stood[0].tolist() == [True, True, True]
    # The second skipped two stages and was won; the third has no history and stays imputed.
    assert paths.stood[1].tolist() == [True, False, False]
    assert paths.reached[1].tolist() == [True] * 4
    assert paths.skipped[1].tolist() == [False, True, True]
    assert paths.told.tolist() == [True, True, False]
    stays = paths.stints[paths.stints["row"] == 0]
    assert [(left - day).days for day, left in zip(stays["entered_on"], stays["left_on"], strict=True)][:2] == [7, 20]


@pytest.mark.slow
def test_an_import_of_nearly_all_deals_moves_the_day_from_which_ways_are_seen(tmp_path: Path) -> None:
    rows = [{"Deal ID": str(at), "Opportunity": f"D{at}", "Stage": "Proposal"} for at in range(20)]
    for told_deals, expected in ((20, "2026-01-05"), (19, "2026-01-05"), (18, "2026-03-03")):
        history = [HEADS, *([str(at), "Proposal", "2026-01-05"] for at in range(told_deals))]
        book = refreshed(brought(tmp_path, history, team_book(*rows)), FIRST)
        assert str(stage_paths(facts_of(book)).seen_from.astype("datetime64[D]")) == expected


@pytest.mark.slow
def test_the_stage_of_pipeline_stays_the_last_whatever_an_import_tells(tmp_path: Path) -> None:
    before = team_book({"Deal ID": "1", "Opportunity": "A", "Stage": "Qualification"})
    rows = [HEADS, ["1", "Prospecting", "2026-01-05"], ["1", "Proposal", "2026-02-01"]]
    book = refreshed(brought(tmp_path, rows, before), FIRST)
    assert entries_of(book) == [
        ("1", "Proposal", "02-01"),
        ("1", "Prospecting", "01-05"),
        ("1", "Qualification", "03-03"),
    ]
    assert not stage_paths(facts_of(book)).stints["stage"].empty
    assert stage_paths(facts_of(book)).regressed[0].tolist() == [False, False, True]


def test_an_import_between_two_refreshes_gives_the_exact_day(tmp_path: Path) -> None:
    start = refreshed(team_book({"Deal ID": "1", "Opportunity": "A", "Stage": "Prospecting"}), FIRST)
    moved = refreshed(typed(start, "1", "Proposal"), SECOND)
    assert entries_of(moved)[0] == ("1", "Proposal", "03-10")
    rows = [
        HEADS,
        ["1", "Prospecting", "2026-02-01"],
        ["1", "Qualification", "2026-03-04"],
        ["1", "Proposal", "2026-03-06"],
    ]
    done = after(moved, plan_of(tmp_path, rows, moved, now=SECOND))
    assert entries_of(done) == [
        ("1", "Proposal", "03-06"),
        ("1", "Prospecting", "02-01"),
        ("1", "Qualification", "03-04"),
    ]
    assert by_id(done)["1"]["Stage since"] == dt.date(2026, 3, 6)
    assert replay(read_history(done.frame("_History")))["Stage"].tolist() == ["Proposal"]


@pytest.mark.slow
def test_a_real_stage_history_gives_the_ways_that_it_tells(tmp_path: Path) -> None:
    folder = SHARED / "data" / "synthetic_stage_history"
    if not folder.is_dir():
        pytest.skip("the shared data is not here")
    frame = pd.read_csv(folder / "stage_history.csv", dtype=str)
    stages = list(dict.fromkeys(frame.sort_values("stage_order")["stage"]))
    last = frame.sort_values("stage_order").drop_duplicates("deal_id", keep="last")
    book = team_book(
        *(
            {"Deal ID": deal, "Opportunity": deal, "Stage": stage}
            for deal, stage in zip(last["deal_id"], last["stage"], strict=True)
        )
    )
    rows = [{"Order": at, "Stage": name, "Type": "open"} for at, name in enumerate(stages, start=1)]
    own = [*rows, {"Order": 98, "Stage": "Won", "Type": "won"}, {"Order": 99, "Stage": "Lost", "Type": "lost"}]
    table = replace(book.tables["Stages"], frame=body(book.frame("Stages").columns, own))
    book = replace(book, tables={**book.tables, "Stages": table})
    done = brought(tmp_path, (folder / "stage_history.csv").read_bytes(), book)
    known = frame[frame["stage_date"] <= NOW.date().isoformat()]
    days = [f"{dt.date.fromisoformat(day):%m-%d} 00:00" for day in known["stage_date"]]
    assert set(told(done)) == set(zip(known["deal_id"], known["stage"], days, strict=True))
    paths = stage_paths(facts_of(refreshed(done, FIRST)))
    reached = {name: int(paths.reached[:, at].sum()) for at, name in enumerate(stages)}
    # Naive: a deal reached a stage if its history names it or a later one.
    order = frame["stage"].map(stages.index).groupby(frame["deal_id"]).max()
    assert reached == {name: int((order >= at).sum()) for at, name in enumerate(stages)}


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(
        st.tuples(st.sampled_from(["Prospecting", "Qualification", "Proposal"]), st.integers(1, 58)), max_size=8
    ),
    stage=st.sampled_from(["Prospecting", "Qualification", "Proposal", "Won", "Lost"]),
    data=st.data(),
)
def test_whatever_is_imported_pipeline_is_the_truth_and_days_run_forward(
    tmp_path: Path, days: list[tuple[str, int]], stage: str, data: st.DataObject
) -> None:
    start = dt.date(2026, 1, 1)
    rows = [["1", name, (start + dt.timedelta(days=day)).isoformat()] for name, day in days]
    bare = team_book({"Deal ID": "1", "Opportunity": "A", "Stage": stage, "Created": start})
    if not rows:
        return
    one = brought(tmp_path, [HEADS, *rows], bare)
    assert told(one) == told(brought(tmp_path, [HEADS, *data.draw(st.permutations(rows))], bare))
    assert not plan_of(tmp_path, [HEADS, *rows], one).changes
    for book in (refreshed(one, FIRST), brought(tmp_path, [HEADS, *rows], refreshed(bare, FIRST))):
        history = read_history(book.frame("_History"))
        assert replay(history)["Stage"].tolist() == [stage]
        assert history.events["kind"].tolist() == ["created"]
        entries = stage_entries(history)
        assert entries["stage"].iloc[-1] == stage
        assert entries["entered_on"].is_monotonic_increasing
        assert (entries["stage"] != entries["stage"].shift()).all()
