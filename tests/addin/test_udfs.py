"""The worksheet functions as xlwings' COM server serves them: its own decorators, converters and CallUDF, no Excel."""

from __future__ import annotations

import datetime as dt
import inspect
import io
import subprocess
import sys
from collections.abc import Generator, Mapping
from types import SimpleNamespace
from typing import Any, get_type_hints

import pytest

from tests.addin.given_tables import BY_NAME, OMITTED, Cells, arguments, ask, com_cell, com_tables, serial
from tests.addin.given_tables import NOT_AVAILABLE as COM_NOT_AVAILABLE
from tests.addin.made_up_year import made_up, made_up_tables
from tests.addin.xlwings_on_windows import xlwings_on_windows
from tests.conftest import AS_OF, SHARED
from tests.metrics.small_team import AS_OF as LAST_OF_MARCH
from tests.metrics.small_team import facts_of, in_play, lost, won
from tests.metrics.test_maven import maven
from xlpipeline.addin.functions import FUNCTIONS, VALUE_ERROR, WorksheetFunction, write_cell
from xlpipeline.hosts.file import open_book
from xlpipeline.metrics.scorecard import scorecard
from xlpipeline.model.facts import Facts, read_facts

pytestmark = pytest.mark.slow

MODULE = "xlpipeline.addin.udfs"


class Server:
    """Calls a function by its Excel name, as our VBA does."""

    def __init__(self, xlpython: Any) -> None:  # noqa: ANN401
        self.xlpython = xlpython

    def ask(self, name: str, tables: Mapping[str, Cells], as_of: dt.date, **given: object) -> Any:  # noqa: ANN401
        function = BY_NAME[name]
        return self.call(name, *arguments(function, tables, as_of, **given))

    def call(self, name: str, *given: object) -> Any:  # noqa: ANN401
        return self.xlpython.CallUDF(MODULE, BY_NAME[name].python_name, given)


@pytest.fixture(scope="module")
def server() -> Generator[Server]:
    with xlwings_on_windows() as xlpython:
        Server(xlpython).call("XLP_DEFINITION", "coverage")  # loads the module
        yield Server(xlpython)


@pytest.fixture(scope="module", params=["small", "messy"])
def facts(request: pytest.FixtureRequest, built_books: Any) -> Facts:  # noqa: ANN401
    """What the engine knows of a refreshed workbook."""
    return read_facts(open_book(built_books[request.param]).book, AS_OF)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_signature_and_hints_are_what_xlwings_needs(server: Server, function: WorksheetFunction) -> None:
    """No keyword-only argument, every hint resolvable and with a converter, optional ones never beside ``*``."""
    udf = getattr(sys.modules[MODULE], function.python_name)
    made = udf.__xlfunc__
    assert [one["name"] for one in made["args"]] == [one.name for one in function.arguments]
    assert ["optional" in one for one in made["args"]] == [one.optional for one in function.arguments]
    assert [one["doc"] for one in made["args"]] == [one.description for one in function.arguments]
    assert (made["name"], made["ret"]["doc"]) == (function.python_name, function.description)
    assert (made["category"], made["volatile"], made["async_mode"]) == ("xlpipeline", False, None)
    kinds = [one.kind for one in inspect.signature(udf).parameters.values()]
    assert inspect.Parameter.KEYWORD_ONLY not in kinds
    assert get_type_hints(udf) == {"return": list}


def test_xlwings_own_import_would_write_a_wrapper_for_each(server: Server) -> None:
    written = io.StringIO()
    udfs = sys.modules["xlwings.udfs"]
    book = SimpleNamespace(Name="xlpipeline.xlam")
    udfs.generate_vba_wrapper(MODULE, sys.modules[MODULE], written, book)
    for function in FUNCTIONS:
        assert f"Function {function.python_name}(" in written.getvalue()


def test_the_figures_of_the_team_and_of_reps_are_those_of_the_scorecard(server: Server, facts: Facts) -> None:
    tables, unit = com_tables(facts.book), facts.money_unit
    calls = {
        "open_n": ("XLP_OPEN_PIPELINE", {"Measure": "count"}, 1),
        "open_amount": ("XLP_OPEN_PIPELINE", {}, unit),
        "weighted": ("XLP_OPEN_PIPELINE", {"Measure": "weighted"}, unit),
        "win_rate": ("XLP_WIN_RATE", {}, 1),
        "win_loss": ("XLP_WON_LOST", {}, 1),
        "average": ("XLP_AVERAGE_DEAL", {}, unit),
        "cycle_mean": ("XLP_CYCLE", {}, 1),
        "cycle_median": ("XLP_CYCLE", {"Measure": "median"}, 1),
        "velocity_per_day": ("XLP_VELOCITY", {}, unit),
        "realised_per_day": ("XLP_VELOCITY", {"Measure": "realised-per-day"}, unit),
        "gross": ("XLP_COVERAGE", {"Basis": "gross"}, 1),
        "to_go": ("XLP_COVERAGE", {}, 1),
        "required": ("XLP_COVERAGE", {"Basis": "required"}, 1),
    }
    team, first, second, *_, last = scorecard(facts).to_dict("records")
    for row in (team, first, second, last):
        rep = {} if row["rep"] == "Team" else {"Rep": row["rep"]}
        for figure, (name, given, divisor) in calls.items():
            found = server.ask(name, tables, AS_OF, **given, **rep)
            wanted = "\x01#N/A" if row[figure] != row[figure] else row[figure] / divisor
            assert found == wanted, (row["rep"], figure)


def test_flags_and_missing_criteria_are_those_of_the_refreshed_workbook(server: Server, facts: Facts) -> None:
    tables, pipeline = com_tables(facts.book), facts.book.frame("Pipeline")
    for name, head in (("XLP_STALE_FLAGS", "Flags"), ("XLP_MISSING_CRITERIA", "Missing criteria")):
        wanted = [com_cell(cell) or "" for cell in pipeline[head]]
        assert any(wanted)
        assert [cell for (cell,) in server.ask(name, tables, AS_OF)] == wanted


def test_stage_conversion_is_the_tab_of_that_name(server: Server, facts: Facts) -> None:
    tab = facts.book.frame("StageConversion")
    head, *rows = server.ask("XLP_STAGE_CONVERSION", com_tables(facts.book), AS_OF)
    shared = [one for one in head if one in tab.columns and one != "Note"]
    assert len(shared) == 9
    for row, (_, shown) in zip(rows, tab.iterrows(), strict=True):
        cells = dict(zip(head, row, strict=True))
        assert [cells[one] for one in shared] == [_marked(shown[one]) for one in shared]


def _marked(cell: object) -> object:
    return "\x01#N/A" if str(cell) == "#N/A" else cell


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("XLP_GROWTH", "Growth"),
        ("XLP_WIN_CURVE", "WinCurve"),
        ("XLP_FORECAST_CATEGORIES", "ForecastByCategory"),
        ("XLP_FORECAST_ACCURACY", "ForecastAccuracy"),
        ("XLP_CALIBRATION", "ForecastCalibration"),
        ("XLP_TIME_IN_STAGE", "TimeInStage"),
        ("XLP_BOTTLENECKS", "Bottlenecks"),
        ("XLP_DEALS_AT_RISK", "DealsAtRisk"),
        ("XLP_CREATED_PIPELINE", "CreatedPipeline"),
    ],
)
def test_a_spilled_table_shows_the_numbers_of_its_tab(server: Server, facts: Facts, name: str, table: str) -> None:
    """What stands under the same head; where one has no number the other has none."""
    tab, found = facts.book.frame(table), server.ask(name, com_tables(facts.book), AS_OF)
    rows = found if isinstance(found, list) else [[]]
    shared = [head for head in rows[0] if head in tab.columns and head != "Week of"]  # a text on the tab
    assert len(shared) >= 3 or found == "\x01#N/A"
    for head in shared:
        spilled = [_number(row[rows[0].index(head)]) for row in rows[1:]]
        shown = [_number(com_cell(cell)) for cell in tab[head]]
        assert spilled[: len(shown)] == pytest.approx(shown[: len(spilled)], nan_ok=True), head


def _number(cell: object) -> float:
    return float(cell) if isinstance(cell, float | int) and cell != COM_NOT_AVAILABLE else float("nan")


OF_TABLES = [one for one in FUNCTIONS if {"Pipeline", "Stages"} <= {argument.name for argument in one.arguments}]


@pytest.mark.parametrize("function", OF_TABLES, ids=lambda one: one.name)
def test_every_figure_of_a_made_up_year_comes_through_xlwings_as_it_is(
    server: Server, function: WorksheetFunction
) -> None:
    """Dates, moments, shares and texts: what other tests compare with the engine arrives in the cells."""
    tables = made_up_tables() | {"Criteria": CRITERIA}
    given = {"Owner": "Ann", "Stage": "Offer"} if function.name == "XLP_STAGE_LOSS" else {}
    wanted = ask(function.name, tables, made_up().as_of, **given)
    found = server.ask(function.name, tables, made_up().as_of, **given)
    rows = found if isinstance(found, list) else [[found]]
    assert rows == [["" if cell is None else write_cell(cell) for cell in row] for row in wanted.cells]
    assert wanted.cells[0][0] != VALUE_ERROR, wanted.why


CRITERIA: Cells = (
    ("Stage", "ID", "Text", "Kind", "Argument 1"),
    ("Offer", "named", "Has a source", "filled", "Source"),
)


def test_figures_are_scalars_and_columns_are_rows_of_one(server: Server) -> None:
    """What CallUDF hands to VBA: 1 x 1 as itself, None as an empty text."""
    tables = com_tables(facts_of([in_play(), won()]).book)
    assert server.ask("XLP_OPEN_PIPELINE", tables, LAST_OF_MARCH) == 100.0
    assert server.ask("XLP_STALE_FLAGS", tables, LAST_OF_MARCH) == [[""], [""]]
    one = tables | {"Pipeline": tables["Pipeline"][:2]}
    assert server.ask("XLP_STALE_FLAGS", one, LAST_OF_MARCH) == ""


def test_refusals_are_marked_texts_and_why_gives_the_sentence(server: Server) -> None:
    tables = com_tables(facts_of([*[won()] * 3, lost()]).book)
    same = (tables["Pipeline"], tables["Stages"], serial(LAST_OF_MARCH))
    assert server.call("XLP_WIN_RATE", *same) == "\x01#N/A"
    assert server.call("XLP_WHY", "XLP_WIN_RATE", *same) == "3 of 4 won: too few for a rate."
    assert server.call("XLP_WIN_RATE", *same, OMITTED, OMITTED, "Zoe") == "\x01#VALUE!"
    assert server.call("XLP_WHY", "XLP_WIN_RATE", *same, OMITTED, OMITTED, "Zoe").startswith("No deal, quota or rep")
    assert server.call("XLP_WHY") == "\x01#VALUE!"


def test_error_cells_in_a_table_are_blank_cells_and_not_numbers(server: Server) -> None:
    tables = com_tables(facts_of([in_play(100), in_play(200)]).book)
    at = tables["Pipeline"][0].index("Amount")
    broken = (*tables["Pipeline"][2][:at], -2146826246, *tables["Pipeline"][2][at + 1 :])
    tables["Pipeline"] = (*tables["Pipeline"][:2], broken)
    assert server.ask("XLP_OPEN_PIPELINE", tables, LAST_OF_MARCH) == 100.0


@pytest.mark.skipif(not (SHARED / "data" / "maven_crm").exists(), reason="the Maven sample is not here")
def test_the_figures_of_a_real_crm_export_that_others_computed(server: Server) -> None:
    tables, as_of = com_tables(maven().book), dt.date(2017, 12, 31)
    assert server.ask("XLP_WIN_RATE", tables, as_of, Window="all") == pytest.approx(0.631501, abs=5e-7)
    assert server.ask("XLP_WIN_RATE", tables, as_of, Window="2017 Q1") == pytest.approx(0.8207, abs=5e-5)
    assert server.ask("XLP_WIN_RATE", tables, as_of, Window="2017 Q4") == pytest.approx(0.6025, abs=5e-5)
    assert server.ask("XLP_WIN_RATE", tables, as_of, Basis="value", Window="all") == "\x01#N/A"
    assert server.ask("XLP_AVERAGE_DEAL", tables, as_of, Window="all") == pytest.approx(2360.9094, abs=5e-5)
    assert server.ask("XLP_CYCLE", tables, as_of, Window="all") == pytest.approx(51.781973, abs=5e-7)
    assert server.ask("XLP_CYCLE", tables, as_of, Measure="median", Window="all") == 57
    assert server.ask("XLP_CYCLE", tables, as_of, Measure="all-closed-mean") == pytest.approx(47.985397, abs=5e-7)
    assert server.ask("XLP_VELOCITY", tables, as_of, Window="quarter") == pytest.approx(59508.99, abs=5e-3)
    realised = server.ask("XLP_VELOCITY", tables, as_of, Measure="realised per day", Window="quarter")
    assert realised == pytest.approx(30461.91, abs=5e-3)
    assert server.ask("XLP_OPEN_PIPELINE", tables, as_of, Measure="count") == 2089
    for measure, per_day in (("closed-per-day", 56546.36), ("created-per-day", 33187.16)):
        found = server.ask("XLP_VELOCITY", tables, as_of, Measure=measure, Window="quarter")
        assert found == pytest.approx(per_day, abs=5e-3)
    for days, won_share, lost_share in ((30, 0.218995, 0.162206), (60, 0.264733, 0.185501), (90, 0.397015, 0.252125)):
        curve = server.ask("XLP_WIN_RATE", tables, as_of, Basis="curve", Window="all", Days=float(days))
        assert curve == pytest.approx(won_share, abs=5e-7)
        row = dict(zip(*(server.ask("XLP_WIN_CURVE", tables, as_of)[at] for at in (0, days // 30)), strict=True))
        assert row["Within days"] == days
        assert (row["Won"], row["Lost"]) == pytest.approx((won_share, lost_share), abs=5e-7)


def test_functions_and_wrappers_work_without_xlwings() -> None:
    code = (
        "import sys; sys.modules['xlwings'] = None; import xlpipeline.addin.wrappers as w; print(len(w.module_text()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 10_000
