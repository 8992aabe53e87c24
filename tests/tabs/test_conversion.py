"""The tab Conversion: its layout, and the cells that five deals give."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from pathlib import Path

import pytest

from tests.metrics.small_team import day, facts_of, in_play, lost, won
from tests.metrics.told_ways import lived, way
from tests.recalculate import recalculated
from tests.tabs.dashboard_laws import (
    CASES,
    EVERY_CASE,
    check_everything,
    check_formulas_are_old,
    five_deals,
    frames_of,
    shown,
    sure,
)
from xlpipeline.hosts.file import apply_changes, file_hash, read_book
from xlpipeline.jobs.demo import demo_file
from xlpipeline.metrics.conversion import by_stage
from xlpipeline.model.book import NOT_AVAILABLE, Book, ChangeSet, Formula
from xlpipeline.model.facts import Facts, read_facts
from xlpipeline.tabs.conversion import TAB
from xlpipeline.tabs.conversion_choice import PERIOD_CELL, WHO_CELL
from xlpipeline.tabs.conversion_stages import FALLBACK_NOTE

LIVED = (
    *[way(("2026-01-05", "Prospect"), ("2026-01-10", "Qualified"), ("2026-01-20", "Offer"), ("2026-02-01", "Won"))] * 4,
    way(("2026-01-06", "Prospect"), ("2026-01-16", "Offer"), ("2026-03-01", "Lost"), Owner="Bob", Source="Fair"),
    way(("2026-01-07", "Prospect"), ("2026-01-12", "Lost"), Owner="Bob"),
)


@functools.cache
def team_with_a_past() -> Facts:
    return lived(LIVED)


@functools.cache
def filled_with_a_past() -> ChangeSet:
    return TAB.fill(team_with_a_past())


@pytest.mark.parametrize("case", EVERY_CASE)
def test_it_writes_what_its_layout_has_whatever_the_data(case: str) -> None:
    check_everything(TAB, CASES[case])


def test_its_formulas_use_only_functions_of_excel_2016() -> None:
    check_formulas_are_old(TAB)


@pytest.mark.slow
def test_cards_show_every_basis_with_interval_and_n() -> None:
    changes = TAB.fill(sure(grey_below=1))
    two_thirds = pytest.approx(2 / 3)
    assert shown(changes, "win_rate") == (two_thirds, "95 %: 21–94 %", "n = 3 · closed-broad")
    assert shown(changes, "won_within")[1:] == ("within 90 days · 95 %: 21–94 %", "n = 5 · win_curve")
    assert shown(changes, "win_rate_created")[0] == 0.5
    assert shown(changes, "value_win_rate")[0] == pytest.approx(0.8)
    assert shown(changes, "win_loss")[:2] == (2, "2 won, 1 lost")
    assert shown(changes, "average_deal") == (200, "median €200 (95 %: €100–€300)", "n = 2 · average_deal")


def test_too_few_deals_show_counts() -> None:
    changes = TAB.fill(five_deals())
    values = [shown(changes, name)[0] for name in ("win_rate", "win_rate_created", "win_loss")]
    assert values == ["2 of 3", "2 of 4", "2 : 1"]
    rates = frames_of(changes)["WinRates"]
    assert rates["Win rate"].tolist()[:8] == [NOT_AVAILABLE] * 8
    assert rates["Basis"].tolist()[:2] == ["closed-broad, trailing", "closed-broad, all time"]
    assert rates["Basis"].tolist()[-4:] == [
        "created, undated included",
        "value",
        "curve, 90 days from creation",
        "curve, 90 days from qualification",
    ]
    assert rates.loc[0, ["Won", "Of", "95 % interval"]].tolist() == [2, 3, "2 of 3"]


@pytest.mark.slow
def test_at_five_closed_deals_there_is_a_rate() -> None:
    four, five = [won()] * 3 + [lost()], [won()] * 4 + [lost()]
    assert shown(TAB.fill(facts_of(four)), "win_rate")[0] == "3 of 4"
    assert shown(TAB.fill(facts_of(five)), "win_rate")[:2] == (0.8, "95 %: 38–96 %")


def test_the_win_rate_by_value_refuses_when_lost_deals_have_no_amount() -> None:
    changes = TAB.fill(facts_of([won()] * 6 + [lost(amount=None)] * 4))
    value, note, n = shown(changes, "value_win_rate")
    assert (value, n) == ("n/a", "n = 10 · value")
    assert note == "Lost deals have no amount (4 of 4), so a rate by value would read too high"


def test_stages_show_who_went_on_and_the_bounds() -> None:
    stages = frames_of(TAB.fill(sure()))["StageConversion"].set_index("Stage")
    assert stages.loc["Prospect"].tolist()[:-1] == [5, 4, 0, 1, 0, 1, "51–100 %", 4, 0.8, 1]
    assert stages.loc["Qualified"].tolist()[:-1] == [4, 3, 1, 0, 0, 0.75, "30–95 %", 4, 0.75, 0.75]
    assert str(stages.loc["Offer", "Note"]).startswith("Immature:")


@pytest.mark.slow
def test_the_chart_names_interval_and_n_and_falls_back_to_the_lower_bound() -> None:
    assert frames_of(TAB.fill(sure()))["ConversionChart"].to_numpy().tolist() == [
        ["Prospect", "Prospect (51–100 %, n 4)", 1],
        ["Qualified", "Qualified (30–95 %, n 4)", 0.75],
        ["Offer", "Offer (34–100 %, n 2)", 1],
    ]
    nobody_says_where = facts_of([won()] * 6 + [lost() | {"Last stage before loss": None}] * 4)
    changes = TAB.fill(nobody_says_where)
    assert frames_of(changes)["ConversionChart"].iloc[0, 1:].tolist() == ["Prospect (60–100 % possible)", 0.6]
    assert says(changes) == "Bars show the least possible: 4 lost deals do not say in which stage they were lost."


def says(changes: ChangeSet) -> object:
    """The sentence above the chart, which follows the choice."""
    cell = changes.names["conversion_says"]
    return cell.cached if isinstance(cell, Formula) else cell


@functools.cache
def two_quarters() -> Facts:
    """Ann (Fair) wins four of five in 2025 Q4, Bob two of five in 2026 Q1."""
    old = [won(created="2025-10-05", closed="2025-11-01", Source="Fair")] * 4
    old += [lost(created="2025-10-05", closed="2025-11-01", Source="Fair")]
    new = [won(Owner="Bob")] * 2 + [lost(Owner="Bob")] * 3
    return facts_of([*old, *new], reps=("Ann", "Bob"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "period", "rate", "entered"),
    [
        ("Team", "Trailing window", 0.6, 10),
        ("Bob", "Trailing window", 0.4, 5),
        ("Team", "2025 Q4", 0.8, 5),
        ("Source: Fair", "All time", 0.8, 5),
        ("Ann", "2026 Q1", "n/a", "–"),
        ("ann", "2025 q4", 0.8, 5),
        ("Nobody", "All time", "–", "–"),
    ],
)
def test_cards_chart_and_table_show_whom_and_when_the_reader_chose(
    who: str, period: str, rate: object, entered: object
) -> None:
    facts = two_quarters()
    book = Book(facts.book.tables, {WHO_CELL: who, PERIOD_CELL: period})
    changes = TAB.fill(dataclasses.replace(facts, book=book))
    assert shown(changes, "win_rate")[0] == rate
    chosen = frames_of(changes)["ConversionChosen"]
    assert chosen.loc[0, "Entered"] == entered
    assert chosen["Stage"].tolist() == ["Prospect", "Qualified", "Offer"]
    assert ("(no deal)" in frames_of(changes)["ConversionChart"].loc[0, "Label"]) is (entered == "–")


def test_one_can_choose_the_team_reps_sources_and_periods() -> None:
    frames = frames_of(TAB.fill(two_quarters()))
    assert frames["ConversionWho"]["Name"].tolist() == ["Team", "Ann", "Bob", "Source: Fair", "Source: (no source)"]
    assert frames["ConversionPeriods"]["Name"].tolist() == [
        "Trailing window", "2026 Q1", "2025 Q4", "2025 Q3", "2025 Q2", "All time",
    ]  # fmt: skip
    assert len(frames["ConversionCards"]) == 5 * 6


def test_every_choice_shows_what_the_figures_say_of_those_deals_alone() -> None:
    facts = team_with_a_past()
    data = frames_of(filled_with_a_past())["ConversionData"].set_index("Key")
    for rep in ("Ann", "Bob"):
        for name, window in (("Trailing window", facts.window), ("2026 Q1", facts.quarter), ("All time", None)):
            for row in by_stage(facts.of_owner(rep), window).to_dict("records"):
                if row["entered"]:
                    found = data.loc[f"{rep}|{name}|{row['stage']}", ["Entered", "Went on", "Lost", "Open"]]
                    assert found.tolist() == [row[head] for head in ("entered", "advanced", "lost", "open")]


@pytest.mark.slow
def test_a_card_says_which_way_the_figure_went() -> None:
    early = [won(created="2025-07-01", closed="2025-07-11")] * 9
    before = [won(created="2025-10-15", closed="2025-11-01", amount=100)] * 4 + [lost(closed="2025-11-01")]
    now = [won(amount=150)] * 6 + [lost()] * 4
    facts = facts_of([*early, *before, *now])
    book = Book(facts.book.tables, {PERIOD_CELL: "2026 Q1"})
    changes = TAB.fill(dataclasses.replace(facts, book=book))
    assert shown(changes, "win_rate")[1] == "▼ 20 points on 2025 Q4 · 95 %: 31–83 %"
    assert str(shown(changes, "average_deal")[1]).startswith("median")  # four of the quarter before are too few
    assert str(shown(TAB.fill(facts), "win_rate")[1]).startswith("95 %")  # the window before is left-truncated


@pytest.mark.slow
def test_reps_who_differ_are_named_with_the_number_of_comparisons() -> None:
    rows = [won(Owner="Ann")] * 20 + [lost(Owner="Bob")] * 20
    changes = TAB.fill(facts_of(rows))
    assert changes.names["rep_comparison_says"] == (
        "Win rate against the rest of the team: Ann (higher), Bob (lower) "
        "(of 2 comparisons, about 0.1 would look different by chance)."
    )
    table = frames_of(changes)["RepComparison"]
    assert table.loc[0, ["Rep", "Figure", "Deals", "Rate", "Rest", "Verdict"]].tolist() == [
        "Ann", "Win rate", 20, 1, 0, "higher",
    ]  # fmt: skip
    assert TAB.fill(five_deals()).names["rep_comparison_says"] == "Too few closed deals to compare reps."


def test_the_first_quarter_is_left_truncated_and_the_running_one_is_not_over() -> None:
    early = [won(created="2025-01-10", closed="2025-03-01")] * 5
    late = [won(created="2025-12-01", closed="2026-01-20")] * 3 + [lost(created="2025-12-01", closed="2026-01-20")] * 2
    changes = TAB.fill(facts_of([*early, *late, in_play()]))
    quarters = frames_of(changes)["WinRateByQuarter"].set_index("Quarter")
    assert quarters.index.tolist() == ["2025 Q1", "2025 Q2", "2025 Q3", "2025 Q4", "2026 Q1"]
    assert str(quarters.loc["2025 Q1", "Note"]).startswith("Left-truncated")
    assert quarters.loc["2025 Q2", ["Closed", "Win rate", "Note"]].tolist() == [0, NOT_AVAILABLE, "No deal was closed."]
    assert quarters.loc["2026 Q1", ["Won", "Closed", "Win rate", "Note"]].tolist() == [3, 5, 0.6, "Up to 2026-03-31."]
    assert changes.names["win_rate_says"] == "2026 Q1: 60 % won (95 %: 23–88 %); the first is left-truncated."


def test_each_quarter_of_creation_shows_what_became_of_it() -> None:
    rows = [*[won()] * 3, lost(), in_play(Created=day("2026-02-01")), in_play(Created=day("2026-02-01"))]
    cohort = frames_of(TAB.fill(facts_of(rows)))["WinRateByCreated"].set_index("Created in").loc["2026 Q1"]
    assert cohort.tolist() == [6, 3, 1, 2, 0.5, "19–81 %", pytest.approx(5 / 6), "Immature."]


def test_without_history_the_fallback_is_printed_on_the_tab() -> None:
    assert TAB.fill(five_deals()).names["conversion_basis"] == FALLBACK_NOTE
    assert FALLBACK_NOTE.startswith("There is no stage history yet: won deals count as having passed every stage")


@pytest.mark.slow
def test_with_history_it_says_how_many_ways_are_told_and_how_many_skipped() -> None:
    says = filled_with_a_past().names["conversion_basis"]
    assert says == (
        "History tells the way of 6 of 6 deals; 1 deal skipped a stage and counts as entering it at the skip."
    )
    mixed = TAB.fill(lived(LIVED, begins="2026-01-01", before=[won()])).names["conversion_basis"]
    assert str(mixed).startswith("History tells the way of 6 of 7 deals; 1 deal skipped")
    assert "The others are imputed" in str(mixed)


@pytest.mark.slow
def test_other_views_show_days_skips_strict_and_flow() -> None:
    views = frames_of(filled_with_a_past())["StageViews"].set_index("Stage")
    assert views.loc["Prospect", ["Seen to enter", "On in N days", "Lost in N days"]].tolist() == pytest.approx(
        [6, 5 / 6, 1 / 6]
    )
    assert views["Skipped"].tolist() == [0, 1, 0]
    assert views.loc["Prospect", ["Strict", "Strict: 95 %", "Flow in", "Flow on"]].tolist() == [0.8, "38–96 %", 6, 5]
    assert views.loc["Offer", "On: 95 %"] == "38–96 %"


@pytest.mark.slow
def test_every_group_has_its_stages() -> None:
    groups = frames_of(filled_with_a_past())["ConversionBy"]
    assert groups["By"].unique().tolist() == ["Rep", "Source", "Quarter"]
    bob = groups[(groups["Group"] == "Bob") & (groups["Stage"] == "Prospect")].iloc[0]
    assert bob[["Entered", "Went on", "Lost", "Conversion", "95 % interval"]].tolist() == [
        2, 1, 1, NOT_AVAILABLE, "1 of 2",
    ]  # fmt: skip


@pytest.mark.slow
def test_the_win_curve_is_read_out_in_words() -> None:
    changes = filled_with_a_past()
    assert changes.names["win_curve_says"] == "Of 100 new deals, 67 are won within 90 days (95 %: 30–90 %)."
    assert frames_of(changes)["WinCurve"]["Won"].tolist() == pytest.approx([4 / 6] * 7)
    assert str(TAB.fill(five_deals(counts_only_below=9)).names["win_curve_says"]).startswith(
        "No win curve yet. 5 deals"
    )


@pytest.mark.libreoffice
def test_the_sheet_shows_for_a_chosen_rep_and_quarter_what_the_engine_says(tmp_path: Path) -> None:
    now = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
    path = tmp_path / "team.xlsx"
    demo_file(path, now=now, deals=200)
    rep = str(read_book(path).frame("Reps")["Rep"].iloc[1])
    choice = ChangeSet(names={WHO_CELL: rep, PERIOD_CELL: "2026 Q3"})
    apply_changes(path, choice, expected_hash=file_hash(path))
    sheet = read_book(recalculated(path, tmp_path / "out"))
    wanted = TAB.fill(read_facts(read_book(path), now.date()))
    followed = {name: cell.cached for name, cell in wanted.names.items() if isinstance(cell, Formula)}
    assert len(followed) == 6 * 3 + 1
    for name, cached in followed.items():
        assert sheet.names[name] == (pytest.approx(cached) if isinstance(cached, float) else cached), name
    for table in ("ConversionChosen", "ConversionChart"):
        found, told = sheet.frame(table), frames_of(wanted)[table]
        assert found["Stage"].tolist() == told["Stage"].tolist()
        for head in told.columns:
            for one, other in zip(found[head], told[head], strict=True):
                assert one == (pytest.approx(other) if isinstance(other, float) else other), (table, head)
    assert sum(isinstance(cell, int | float) for cell in frames_of(wanted)["ConversionChosen"]["Entered"]) > 3
