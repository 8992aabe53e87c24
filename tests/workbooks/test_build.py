"""What every new workbook has: all tables, notes, names, validations, and nothing that an older Excel lacks."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook

from tests.tabs.dashboard_laws import FUNCTIONS_OF_2016
from tests.workbooks.conftest import NOW
from xlpipeline.errors import RequestError, SetupError
from xlpipeline.model.book import Book, CellError
from xlpipeline.model.computed import LIVE_NAMES
from xlpipeline.model.computed_columns import computed_columns
from xlpipeline.model.schema import CHOICES, INPUT_TABLES, PIPELINE, SCHEMA_VERSION
from xlpipeline.model.settings import setting_fields
from xlpipeline.tabs import TABS, dashboard, lists, pipeline, settings, team
from xlpipeline.tabs.layout import ChartBlock, TableBlock
from xlpipeline.workbooks.bodies import book_of, table_bodies, team_tables
from xlpipeline.workbooks.build import build_workbook
from xlpipeline.workbooks.recipes import load_recipe


def tables_of(book: Workbook) -> dict[str, tuple[str, list[str]]]:
    """Table name to its sheet and heads."""
    return {
        table.displayName: (sheet.title, [str(cell.value) for cell in sheet[table.ref][0]])
        for sheet in book.worksheets
        for table in sheet.tables.values()
    }


def body_of(book: Workbook, name: str) -> list[dict[str, object]]:
    """Rows of a table, by head."""
    for sheet in book.worksheets:
        if name in sheet.tables:
            heads, *rows = [[cell.value for cell in row] for row in sheet[sheet.tables[name].ref]]
            return [dict(zip(map(str, heads), row, strict=True)) for row in rows]
    raise KeyError(name)


def built(**options: Any) -> Workbook:  # noqa: ANN401 - what build_workbook takes
    """A workbook of the tabs that people fill in, as openpyxl reads it."""
    tabs = (pipeline.TAB, team.TAB, settings.TAB, lists.TAB)
    return openpyxl.load_workbook(io.BytesIO(build_workbook(load_recipe("eight"), now=NOW, tabs=tabs, **options)))


@pytest.mark.slow
def test_every_input_table_is_on_its_tab_with_its_columns(eight_read: Workbook) -> None:
    found = tables_of(eight_read)
    for table in INPUT_TABLES:
        heads = team_tables(load_recipe("eight"))[table.name].heads
        assert found[table.name] == (table.tab, list(heads))
    assert found["Pipeline"][1][: len(PIPELINE.heads)] == list(PIPELINE.heads)


def test_pipeline_has_the_marks_of_the_recipes_framework_with_evidence_and_those_of_the_deal() -> None:
    for name, first in (("five", "Budget"), ("seven", "Challenges"), ("eight", "Metrics")):
        own = team_tables(load_recipe(name))["Pipeline"].columns[len(PIPELINE.columns) :]
        assert [one.name for one in own[:2]] == [first, f"{first} evidence"]
        assert [one.name for one in own[-4:]] == ["Deal budget", "Deal timing", "Deal authority", "Deal interest"]
        assert [one.highest for one in own] == [2, 0] * ((len(own) - 4) // 2) + [5] * 4


def test_a_mark_offers_the_whole_numbers_up_to_its_highest(eight_read: Workbook) -> None:
    offered = [str(rule.formula1) for rule in eight_read["Pipeline"].data_validations.dataValidation]
    assert offered.count('"0,1,2"') == 6
    assert offered.count('"0,1,2,3,4,5"') == 4


def test_every_table_of_every_tab_is_in_the_book_once(eight_read: Workbook) -> None:
    wanted = [block.table.name for tab in TABS for block in tab.blocks if isinstance(block, TableBlock)]
    assert sorted(wanted) == sorted(tables_of(eight_read))


def test_every_head_has_a_note_that_is_large_enough_to_read(eight_read: Workbook) -> None:
    for sheet in eight_read.worksheets:
        for table in sheet.tables.values():
            for cell in sheet[table.ref][0]:
                assert cell.comment is not None, f"{sheet.title}!{cell.coordinate}"
                assert len(cell.comment.text) > 3


def test_the_version_of_the_tables_is_a_named_cell(eight_read: Workbook) -> None:
    sheet, cell = eight_read.defined_names["xlp_schema"].attr_text.rsplit("!", 1)
    assert eight_read[sheet.strip("'")][cell.replace("$", "")].value == SCHEMA_VERSION


def test_live_cells_and_lists_are_named(eight_read: Workbook) -> None:
    lists = {name for name, source in CHOICES.items() if isinstance(source, str)}
    assert set(LIVE_NAMES) | lists <= set(eight_read.defined_names)


def test_today_stands_in_one_cell_only(eight: bytes) -> None:
    formulas = "".join(
        text for name, text in parts(eight).items() if name.startswith(("xl/worksheets/sheet", "xl/tables/"))
    )
    assert len(re.findall(r"<f>[^<]*TODAY\(\)", formulas)) == 1


def test_no_formula_uses_a_function_that_some_spreadsheet_lacks(eight: bytes) -> None:
    used: set[str] = set()
    for text in parts(eight).values():
        for formula in re.findall(r"<(?:f|calculatedColumnFormula|formula|formula1|formula2)>([^<]*)</", text):
            bare = re.sub(r"&quot;.*?&quot;|\"[^\"]*\"", "", formula)
            used |= set(re.findall(r"([A-Z][A-Z0-9.]*)\(", bare))
    assert used
    assert used <= FUNCTIONS_OF_2016


def test_every_body_cell_of_a_computed_column_holds_its_formula(eight_read: Workbook) -> None:
    rows, computed = body_of(eight_read, "Pipeline"), computed_columns(recipe_book("eight"))
    assert len(rows) == 20
    for row in rows:
        assert {c.name: row[c.name] for c in computed} == {c.name: "=" + c.formula for c in computed}


def test_every_formula_column_of_pipeline_is_computed() -> None:
    names = [column.name for column in computed_columns(recipe_book("eight"))]
    assert sorted(names) == sorted(c.name for c in PIPELINE.columns if c.writer == "formula")


def test_the_stage_drop_down_is_cut_at_the_furthest_stage_by_names_alone(eight_read: Workbook) -> None:
    sheet = eight_read["Pipeline"]
    heads = {str(cell.value): cell.column_letter for cell in sheet[sheet.tables["Pipeline"].ref][0]}
    (rule,) = [r for r in sheet.data_validations.dataValidation if "StageMoves" in str(r.formula1)]
    assert str(rule.sqref) == f"{heads['Stage']}5:{heads['Stage']}24"
    assert rule.formula1 == f"StageFirst:INDEX(StageMoves,${heads['Furthest stage']}5)"
    assert (rule.errorStyle or "stop") == "stop"
    assert "Missing criteria" in rule.error
    names = {name: eight_read.defined_names[name].attr_text for name in ("StageFirst", "StageMoves", "StageChoices")}
    assert names == {
        "StageFirst": "'Lists'!$Q$5",
        "StageMoves": "StageList[Stages offered]",
        "StageChoices": "Stages[Stage]",
    }


def test_an_adjustment_beyond_what_is_usual_is_asked_about(eight_read: Workbook) -> None:
    sheet = eight_read["Leads"]
    (letter,) = (cell.column_letter for cell in sheet[4] if cell.value == "Manual adj.")
    (rule,) = (one for one in sheet.data_validations.dataValidation if str(one.sqref).startswith(f"{letter}5:"))
    assert (rule.type, rule.formula1, rule.formula2, rule.errorStyle) == ("decimal", "-20", "20", "warning")


@pytest.mark.slow
def test_the_list_behind_the_stage_drop_down_has_the_ends_first_and_then_the_way_by_order() -> None:
    """Whatever the order of rows in Stages: here a stage was added below all others."""
    frame = recipe_book("five").frame("Stages")
    added = {"Order": 2.5, "Stage": "Demo", "Type": "open"}
    stages = pd.concat([frame.iloc[::-1], pd.DataFrame([added], dtype=object)], ignore_index=True)
    book = built(tables={"Stages": stages})
    assert [row["Stages offered"] for row in body_of(book, "StageList")] == [
        "Lost", "Derailed", "Prospecting", "Qualification", "Demo", "Proposal", "Negotiation", "Closing", "Won",
        "Post-sale",
    ]  # fmt: skip


def test_drop_downs_and_limits_stand_on_every_input_column_that_has_some(eight_read: Workbook) -> None:
    sheet = eight_read["Pipeline"]
    heads = {str(cell.value): cell.column_letter for cell in sheet[sheet.tables["Pipeline"].ref][0]}
    rules = {
        str(rule.sqref).rstrip("0123456789").split("5:")[0]: rule for rule in sheet.data_validations.dataValidation
    }
    for column in PIPELINE.columns:
        rule = rules.get(heads[column.name])
        if column.writer == "formula":
            assert rule is not None
            assert (rule.type, rule.formula1) == ("custom", "FALSE")
        elif column.writer == "user" and (column.choices or column.kind != "text"):
            assert rule is not None, column.name
            assert rule.error
            assert len(rule.error) <= 255
            assert rule.type == ("list" if column.choices else "date" if column.kind == "date" else "decimal")


def test_a_list_with_a_blank_line_does_not_let_everything_pass(eight_read: Workbook) -> None:
    for sheet in eight_read.worksheets:
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list":
                assert not rule.allowBlank


def test_dashboards_are_protected_without_a_password_and_inputs_are_open(eight_read: Workbook) -> None:
    for tab in TABS:
        protection = eight_read[tab.name].protection
        assert protection.sheet == (tab.role == "dashboard")
        assert protection.password is None


def test_every_chart_has_its_name_and_alternative_text(eight: bytes) -> None:
    charts = [block for tab in TABS for block in tab.blocks if isinstance(block, ChartBlock)]
    drawings = "".join(text for name, text in parts(eight).items() if name.startswith("xl/drawings/drawing"))
    found = re.findall(r'name="xlp_([^"]+)" descr="[^"]{15,}"', drawings)
    assert sorted(found) == sorted(block.name for block in charts)


@pytest.mark.slow
def test_lost_and_derailed_stages_stand_first_in_the_drop_down(eight_read: Workbook) -> None:
    names = [row["Stage"] for row in body_of(eight_read, "Stages")]
    assert names == [
        "Lost", "Derailed", "Prospecting", "Qualification", "Discovery", "Solution presentation", "Handling objections",
        "Negotiation/Proposal", "Closing", "Won", "Post-sale",
    ]  # fmt: skip


def test_the_settings_table_has_every_setting_with_unit_and_meaning(eight_read: Workbook) -> None:
    rows = body_of(eight_read, "Settings")
    assert [row["Key"] for row in rows] == [one.name for one in setting_fields()]
    assert all(row["Unit"] and row["Meaning"] for row in rows)


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(eight: bytes) -> None:
    assert build_workbook(load_recipe("eight"), now=NOW) == eight


@pytest.mark.slow
def test_another_time_changes_nothing_but_the_document_properties(eight: bytes) -> None:
    later = parts(build_workbook(load_recipe("eight"), now=NOW + dt.timedelta(days=1)))
    now = parts(eight)
    assert [name for name in now if later[name] != now[name]] == ["docProps/core.xml"]


@pytest.mark.slow
def test_excel_computes_everything_when_it_opens_the_book(eight_read: Workbook) -> None:
    assert eight_read.calculation.fullCalcOnLoad


@pytest.mark.slow
def test_a_dashboard_can_be_built_without_the_tab_that_its_charts_read() -> None:
    content = build_workbook(load_recipe("eight"), now=NOW, tabs=(dashboard.TAB,))
    references = "".join(text for name, text in parts(content).items() if name.startswith("xl/charts/"))
    assert "_Cards" in references


@pytest.mark.slow
def test_given_rows_fill_their_tables_and_leave_some_blank_ones() -> None:
    deals = pd.DataFrame(
        {"Opportunity": ["A", "B"], "Stage": ["Closing", "Won"], "Created": [dt.date(2026, 1, 5), pd.NaT]}, dtype=object
    )
    book = built(reps=pd.DataFrame({"Rep": ["Ann", "Bo"]}), tables={"Pipeline": deals})
    rows = body_of(book, "Pipeline")
    assert [row["Opportunity"] for row in rows] == ["A", "B", None, None, None, None, None]
    assert [row["Created"] for row in rows[:2]] == [dt.datetime(2026, 1, 5), None]  # noqa: DTZ001
    assert [row["Rep"] for row in body_of(book, "Reps")] == ["Ann", "Bo"]


@pytest.mark.slow
def test_text_that_looks_like_a_formula_stays_text() -> None:
    texts = ["=1+1", "+A1", "-2", "@SUM(A1)", "a\x00b"]
    book = built(tables={"Pipeline": pd.DataFrame({"Opportunity": texts}, dtype=object)})
    sheet = book["Pipeline"]
    cells = [sheet.cell(5 + n, 3) for n in range(len(texts))]
    assert [cell.value for cell in cells] == ["=1+1", "+A1", "-2", "@SUM(A1)", "a b"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells] == [True, True, True, True, False]


@pytest.mark.slow
def test_an_error_value_becomes_an_error_cell() -> None:
    book = built(tables={"Pipeline": pd.DataFrame({"Opportunity": ["A"], "Amount": [CellError("#N/A")]}, dtype=object)})
    assert (book["Pipeline"]["G5"].value, book["Pipeline"]["G5"].data_type) == ("#N/A", "e")


@pytest.mark.slow
def test_a_currency_without_minor_units_shows_none() -> None:
    book = built(settings={"currency": "JPY", "team": "東京"})
    values = {row["Key"]: row["Value"] for row in body_of(book, "Settings")}
    assert (values["currency"], values["minor_unit_digits"], values["team"]) == ("JPY", 0, "東京")
    assert body_of(book, "Currencies")[0]["Currency"] == "JPY"
    assert book["Pipeline"]["G5"].number_format == "#,##0"


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RequestError, match="There is no setting 'colour'; the settings are team, currency"):
        built(settings={"colour": "red"})


def test_a_setting_with_an_impossible_value_is_refused() -> None:
    with pytest.raises(SetupError, match="idle_business_days is 0; please enter a whole number from 1 to 365"):
        built(settings={"idle_business_days": 0})


def test_a_table_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RequestError, match="There is no input table 'Deals'; the tables are Pipeline, Leads"):
        built(tables={"Deals": pd.DataFrame()})


def test_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RequestError, match="The table Reps has no column 'Name'; its columns are Rep, Manager"):
        built(reps=pd.DataFrame({"Name": ["Ann"]}))


def recipe_book(name: str) -> Book:
    """The set-up tables of a shipped recipe."""
    recipe = load_recipe(name)
    return book_of(table_bodies(recipe, recipe.settings, {}), team_tables(recipe).values())


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}
