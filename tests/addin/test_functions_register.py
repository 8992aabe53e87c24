"""Every worksheet function is registered, documented within Excel's limits, and stands for a metric."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.conftest import ROOT
from xlpipeline.addin.functions import FUNCTIONS, Argument, WorksheetFunction, listing
from xlpipeline.checks import CHECKS
from xlpipeline.metrics import METRICS
from xlpipeline.model.history_table import HISTORY
from xlpipeline.model.schema import INPUT_TABLES
from xlpipeline.model.snapshot_table import SNAPSHOTS

FOLDER = ROOT / "xlpipeline" / "addin" / "functions"
GROUPS = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
NO_CELL = {
    "clean_up": "a list of deals, on the tab Aging",
    "won_trend": "a table for a chart, on the Dashboard",
    "scorecard": "the other figures side by side, on the Dashboard",
    "priority": "it needs the history, which no cell is given; the list is on the tab Review",
    "moves_since": "it needs the history, which no cell is given; the list is on the tab Review",
    "stuck_deals": "a list of deals, on the tab Review",
    "loss_causes": "a table, on the tab Coaching",
    "overrides": "it needs the history; the table is on the tab Coaching",
    "hygiene": "its own formulas stand on the tab Checklist",
    "lead_sources": "a table, on the tab Marketing view",
    "objections": "a table, on the tab Leads summary",
    "win_score": "a job fits it; the score of each deal stands in the table WinScores, on the tab Win score",
    "data_quality": "it needs every check, and so every table of the workbook",
}
"""Metrics without a worksheet function, and why."""
WIZARD_LETTERS = 255
MOST_ARGUMENTS = 20
"""Excel's wizard describes no more."""


def ids(one: WorksheetFunction) -> str:
    return one.name


@pytest.mark.parametrize("group", GROUPS)
def test_each_file_has_its_functions_in_the_register(group: str) -> None:
    functions = getattr(import_module(f"xlpipeline.addin.functions.{group}"), "FUNCTIONS", None)
    assert functions, f"please give addin/functions/{group}.py its FUNCTIONS, or begin its name with _"
    missing = [one.name for one in functions if one not in FUNCTIONS]
    assert not missing, f"please add *{group}.FUNCTIONS to FUNCTIONS in addin/functions/__init__.py"


@pytest.mark.parametrize("metric", [metric.name for metric in METRICS])
def test_each_metric_has_a_worksheet_function_or_a_reason_to_have_none(metric: str) -> None:
    served = any(one.metric == metric for one in FUNCTIONS)
    assert served != (metric in NO_CELL), (
        f"please give the metric {metric} a worksheet function in addin/functions, or a reason to have none in NO_CELL"
    )


def test_no_name_is_there_twice() -> None:
    assert len({one.name for one in FUNCTIONS}) == len({one.python_name for one in FUNCTIONS}) == len(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS, ids=ids)
def test_the_texts_of_the_function_wizard_are_within_its_limits(function: WorksheetFunction) -> None:
    assert function.name.startswith("XLP_")
    assert function.name.isupper()
    assert len(function.arguments) <= MOST_ARGUMENTS
    for text in (function.description, *(one.description for one in function.arguments)):
        mend = f"please make this text of {function.name} one of 1 to {WIZARD_LETTERS} plain letters: {text}"
        assert 1 <= len(text) <= WIZARD_LETTERS, mend
        assert text.isascii(), mend
        assert text.isprintable(), mend
        assert text.endswith("."), f"please end this text of {function.name} with a full stop: {text}"


@pytest.mark.parametrize("function", FUNCTIONS, ids=ids)
def test_required_arguments_come_first_and_tables_bear_the_names_of_tables(function: WorksheetFunction) -> None:
    optional = [one.optional for one in function.arguments]
    assert optional == sorted(optional), f"please move the optional arguments of {function.name} to its end"
    tables = {one.table for one in function.arguments if one.kind == "table"}
    assert tables <= {table.name for table in (*INPUT_TABLES, HISTORY, SNAPSHOTS)}
    assert all(one.name.isidentifier() and one.name[0].isalpha() for one in function.arguments), "VBA takes no others"
    assert len({one.name for one in function.arguments}) == len(function.arguments)


@pytest.mark.parametrize("function", FUNCTIONS, ids=ids)
def test_an_example_calls_its_function_with_arguments_that_it_has(function: WorksheetFunction) -> None:
    mend = f"please mend the example of {function.name}"
    assert function.example.startswith(f"={function.name}("), mend
    assert function.example.endswith(")"), mend
    given = function.example.removeprefix(f"={function.name}(").removesuffix(")").split(",")
    if not function.takes_more:
        assert len(given) <= len(function.arguments), mend
        for text, one in zip(given, function.arguments, strict=False):
            assert _fits(text, one), f"{mend}: {text} for {one.name}"


def _fits(text: str, one: Argument) -> bool:
    if not text:
        return one.optional
    return text == f"{one.table}[#All]" if one.kind == "table" else "[#All]" not in text


@pytest.mark.parametrize("function", FUNCTIONS, ids=ids)
def test_the_definition_that_a_function_follows_is_there(function: WorksheetFunction) -> None:
    known = {"", *(metric.name for metric in METRICS), *(check.name for check in CHECKS)}
    assert function.metric in known


def test_the_list_for_a_terminal_has_all_that_one_needs_to_type() -> None:
    lines = iter(listing())
    for one in FUNCTIONS:
        head, text = next(lines), next(lines)
        assert head.startswith(f"{one.name}(")
        assert all(argument.name in head for argument in one.arguments)
        assert one.description in text
        for argument in one.arguments:
            assert not argument.choices or next(lines).endswith(f"{argument.name}: {', '.join(argument.choices)}")
        assert next(lines).strip() == one.example
    assert "XLP_WON_LOST(Pipeline, Stages, AsOf, [Window], [Rep], [Settings], [Periods], [Reps])" in listing()
