"""Bodies of a new workbook's tables: the recipe's set-up, the team's own rows, and whatever rows are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.model.activities import kind_by_name
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.computed_columns import stage_list
from xlpipeline.model.marks import pipeline_with_marks
from xlpipeline.model.recipe_rows import Recipe
from xlpipeline.model.schema import INPUT_TABLES, LISTS, PIPELINE, STAGE_LIST, Table
from xlpipeline.model.settings import Settings, read_settings_values, setting_fields

_MINOR_DIGITS: Final = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "VND"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}
"""Currencies whose minor unit is not a hundredth (ISO 4217)."""


def team_settings(recipe: Recipe, given: Mapping[str, object]) -> Settings:
    """The recipe's settings with the team's own; the decimal places follow a currency that is given alone.

    Raises:
        SetupError: a value is not allowed.
        RequestError: there is no such setting.
    """
    known = [one.name for one in setting_fields()]
    for key in given:
        if key not in known:
            raise RequestError(f"There is no setting '{key}'; the settings are {', '.join(known)}.")
    values: dict[str, Any] = {**asdict(recipe.settings), **given}
    if "currency" in given and "minor_unit_digits" not in given:
        values["minor_unit_digits"] = _MINOR_DIGITS.get(str(given["currency"]).upper(), 2)
    return read_settings_values(values, "The request")


def team_tables(recipe: Recipe) -> dict[str, Table]:
    """The input tables of the recipe's team by name: Pipeline has the marks of its framework."""
    own = {table.name: table for table in INPUT_TABLES}
    return own | {PIPELINE.name: pipeline_with_marks(recipe.scoring, recipe.framework)}


def table_bodies(recipe: Recipe, settings: Settings, given: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Rows of each table that begins with some, in the columns of the schema; ``given`` replaces the recipe's.

    Raises:
        RequestError: a table or column that the schema does not have.
        SetupError: the given stages hold something that is not allowed.
    """
    bodies = _recipe_bodies(recipe, settings)
    tables = team_tables(recipe)
    for name, frame in given.items():
        if name not in tables:
            raise RequestError(f"There is no input table '{name}'; the tables are {', '.join(tables)}.")
        unknown = [str(head) for head in frame.columns if head not in tables[name].heads]
        if unknown:
            raise RequestError(
                f"The table {name} has no column '{unknown[0]}'; its columns are {', '.join(tables[name].heads)}."
            )
        bodies[name] = frame.reset_index(drop=True)
    bodies["ActivityTypes"] = _with_kinds(bodies["ActivityTypes"])
    bodies[STAGE_LIST.name] = stage_list(book_of(bodies, tables.values()))
    return bodies


def _with_kinds(types: pd.DataFrame) -> pd.DataFrame:
    """ActivityTypes with what each type counts as by its name, where nothing is said."""
    if "Counts as" in types.columns or "Activity type" not in types.columns:
        return types
    return types.assign(**{"Counts as": [kind_by_name(str(name or "")) for name in types["Activity type"]]})


def _recipe_bodies(recipe: Recipe, settings: Settings) -> dict[str, pd.DataFrame]:
    bodies = {
        "Stages": _stages(recipe),
        "Criteria": _criteria(recipe),
        "Scoring": _frame(recipe.scoring),
        "ICP": _frame(recipe.profile),
        "Cadence": _frame(recipe.cadence),
        "Playbook": _playbook(recipe),
        "Settings": _settings(settings),
    }
    for table in LISTS:
        texts = list(recipe.lists.get(table.name, ()))
        if table.name == "Currencies" and settings.currency not in texts:
            texts.insert(0, settings.currency)
        bodies[table.name] = _column(table, texts)
    return bodies


def book_of(bodies: Mapping[str, pd.DataFrame], input_tables: Iterable[Table] = INPUT_TABLES) -> Book:
    """The input tables as a book, for what is compiled from them."""
    tables = {}
    for table in input_tables:
        frame = bodies.get(table.name, pd.DataFrame()).reindex(columns=list(table.heads)).astype(object)
        frame = frame.where(frame.notna(), None).reset_index(drop=True)
        tables[table.name] = BookTable(table.name, table.tab, 1, 1, frame)
    return Book(tables)


def _frame(rows: Sequence[Any]) -> pd.DataFrame:
    """Records as a table: a field stands under the head that its record names."""
    if not rows:
        return pd.DataFrame()
    heads = {one.name: one.metadata["head"] for one in fields(rows[0])}
    return pd.DataFrame([{heads[key]: _cell(value) for key, value in _values(row)} for row in rows], dtype=object)


def _values(row: Any) -> Iterable[tuple[str, object]]:  # noqa: ANN401
    return ((one.name, getattr(row, one.name)) for one in fields(row))


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "Y" if value else "N"
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


def _stages(recipe: Recipe) -> pd.DataFrame:
    frame = _frame(recipe.stages)
    frame.insert(0, "Order", pd.Series(range(1, len(frame) + 1), dtype=object))
    bounds = [days or None for days in frame["Max business days"]]
    frame["Max business days"] = pd.Series(bounds, dtype=object)
    ended = frame["Type"].isin(["lost", "derailed"])
    # the drop-down is cut at the furthest stage a deal may move to, so the ends that are always open to it stand first
    return pd.concat([frame[ended], frame[~ended]], ignore_index=True)


def _criteria(recipe: Recipe) -> pd.DataFrame:
    frame = _frame(recipe.criteria)
    if frame.empty:
        return frame
    for number in range(3):
        given = [row.arguments[number] if number < len(row.arguments) else None for row in recipe.criteria]
        frame[f"Argument {number + 1}"] = pd.Series(given, dtype=object)
    frame["Within business days"] = pd.Series(
        [row.within_business_days or None for row in recipe.criteria], dtype=object
    )
    return frame.drop(columns="Arguments")


def _playbook(recipe: Recipe) -> pd.DataFrame:
    return _frame(recipe.playbook)


def _settings(settings: Settings) -> pd.DataFrame:
    rows = [
        (one.name, getattr(settings, one.name), one.metadata["unit"], one.metadata["meaning"])
        for one in setting_fields()
    ]
    return pd.DataFrame(rows, columns=["Key", "Value", "Unit", "Meaning"], dtype=object)


def _column(table: Table, texts: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({table.columns[0].name: pd.Series(texts, dtype=object)})
