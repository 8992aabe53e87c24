"""Explain at a cell: every kind of place that has a meaning, and the sentence where there is none."""

from __future__ import annotations

import pytest

from xlpipeline.checks import CHECKS
from xlpipeline.errors import RequestError
from xlpipeline.jobs.explain_cell import COLUMN_METRICS, SENTENCES, TABLE_METRICS, Seen, card_of, explain_cell
from xlpipeline.metrics import METRICS
from xlpipeline.tabs import TABS
from xlpipeline.tabs.layout import Card, TableBlock, Text

NAMES = {metric.name for metric in METRICS}
DASHBOARDS = [tab for tab in TABS if tab.role == "dashboard" and tab.name != "Definitions"]


def told(seen: Seen) -> str:
    return "\n".join(explain_cell(seen))


def test_every_result_table_is_mapped_to_a_metric() -> None:
    shown = {b.table.name for tab in DASHBOARDS for b in tab.blocks if isinstance(b, TableBlock)}
    assert shown == set(TABLE_METRICS), "a table of a dashboard needs a line in TABLE_METRICS of jobs/explain_cell.py"
    assert set(TABLE_METRICS.values()) | set(COLUMN_METRICS.values()) <= NAMES | {check.name for check in CHECKS}


def test_every_sentence_of_a_dashboard_is_mapped_to_a_metric() -> None:
    named = {b.name for tab in DASHBOARDS for b in tab.blocks if isinstance(b, Text) and b.name}
    sentences = {name for name in named if not name.startswith(("line_", "refreshed_on_"))}
    assert sentences == set(SENTENCES), "a named sentence needs a line in SENTENCES of jobs/explain_cell.py"
    assert set(SENTENCES.values()) <= NAMES


def test_every_card_can_be_explained_at_its_value_its_note_and_its_n() -> None:
    cards = [b for tab in TABS for b in tab.blocks if isinstance(b, Card)]
    for card in cards:
        assert card_of(card.name) is card
        assert told(Seen(name=card.name)).startswith(f"{card.label}:\n")
    assert card_of("win_rate_note") is card_of("win_rate")
    assert card_of("velocity_n") is not card_of("velocity_day"), "it is a card of its own"


def test_a_card_says_what_stands_beside_it() -> None:
    text = told(Seen(name="win_rate", beside=("95 %: 48-64 %", "n 120 · win_rate")))
    assert "Definition: Of the qualified deals that were closed in the window" in text
    assert "Beside it: 95 %: 48-64 %" in text
    assert "Beside it: n 120 · win_rate" in text
    assert "What to do:" in text


def test_a_result_table_says_its_column_its_row_and_its_metric() -> None:
    row = {"Name": "Ann", "To go": 2.5, "Note": "Two deals are undated."}
    lines = explain_cell(Seen(table="CoverageByRep", head="To go", row=row))
    assert lines[0].startswith("Coverage by rep, column To go:")
    assert lines[1:3] == ("In this row: Ann.", "  Note: Two deals are undated.")
    assert lines[3] == "Coverage (metric coverage)" or "(metric coverage)" in lines[3]


def test_a_rate_of_a_table_is_told_with_its_n_its_interval_and_its_note() -> None:
    row = {"Stage": "Offer", "Conversion": 0.4, "95 % interval": "23-59 %", "Decided": 20.0, "Note": "Only 20 deals."}
    lines = explain_cell(Seen(table="StageConversion", head="Conversion", row=row))
    assert lines[1:5] == (
        "In this row: Offer.",
        "  Decided: 20",
        "  95 % interval: 23-59 %",
        "  Note: Only 20 deals.",
    )


def test_a_column_with_a_figure_of_another_metric_is_explained_by_that() -> None:
    assert "(metric forecast_outcome)" in told(Seen(table="ForecastByRep", head="P10"))
    assert "(metric forecast_landmark)" in told(Seen(table="ForecastByRep", head="N-day wins"))
    assert "(metric forecast_categories)" in told(Seen(table="ForecastByRep", head="Commit"))


def test_a_column_of_the_scorecard_is_its_own_metric() -> None:
    assert "(metric win_rate)" in told(Seen(table="Scorecard", head="Win rate"))
    assert "(metric scorecard)" in told(Seen(table="Scorecard", head="Open deals"))


def test_an_issue_is_explained_by_its_check() -> None:
    text = told(Seen(table="Issues", head="Cell", row={"Check": "Blank account", "What is wrong": "No account."}))
    assert text.startswith("Here: No account.\n")
    assert "(check blank_account)" in text
    summary = told(Seen(table="IssueSummary", head="Check", row={"Check": "3 more kinds"}))
    assert summary == "3 more kinds: see the table below."


def test_a_column_of_pipeline_is_explained_by_the_schema() -> None:
    flags = told(Seen(table="Pipeline", head="Flags", row={"Deal ID": "D-1"}))
    assert flags.startswith("Pipeline, column Flags: Stale flags: T over")
    assert flags.endswith("It fills itself by a formula.")
    assert told(Seen(table="Pipeline", head="Stage seen")).endswith("It is written by Refresh metrics.")
    assert "In currency." in told(Seen(table="Pipeline", head="Amount"))


def test_a_users_own_column_is_left_alone() -> None:
    assert told(Seen(table="Pipeline", head="Region")) == (
        "Region is a column of your own in Pipeline; xlpipeline leaves it alone."
    )


def test_a_setting_says_its_meaning_and_a_definition_itself() -> None:
    row = {"Key": "idle_business_days", "Value": 10.0, "Unit": "business days", "Meaning": "No touch for longer."}
    assert told(Seen(table="Settings", head="Value", row=row)).startswith(
        "Setting idle_business_days (business days): No touch for longer."
    )
    assert "(metric coverage)" in told(Seen(table="DefinitionsList", head="Formula", row={"Name": "coverage"}))
    assert told(Seen(name="IdleLimit")).startswith("IdleLimit: The setting idle_business_days.")


def test_a_worksheet_function_is_explained_wherever_it_stands() -> None:
    functions = {"XLP_WIN_RATE": ("Gives the share won.", "win_rate"), "XLP_BUSINESS_DAYS": ("Counts days.", "")}
    seen = Seen(table="Pipeline", head="Notes", formula="=ROUND(xlp_win_rate(Pipeline[#All]),2)")
    lines = explain_cell(seen, functions)
    assert lines[0] == "XLP_WIN_RATE: Gives the share won."
    assert "(metric win_rate)" in lines[1]
    assert explain_cell(Seen(formula="=XLP_BUSINESS_DAYS(A1,B1)"), functions) == ("XLP_BUSINESS_DAYS: Counts days.",)
    with pytest.raises(RequestError, match="XLP_NOTHING is no function"):
        explain_cell(Seen(formula="=XLP_NOTHING()"), functions)


def test_where_nothing_is_to_explain_it_says_where_there_is() -> None:
    for seen in (Seen(), Seen(name="budget_2026"), Seen(table="MyTable", head="A"), Seen(formula="=SUM(A1:A3)")):
        with pytest.raises(RequestError, match="Select a card or a table on a dashboard"):
            explain_cell(seen)
