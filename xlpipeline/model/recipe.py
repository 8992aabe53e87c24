"""A recipe: how one kind of team sells, as commented TOML; a new workbook's set-up tables are made from it.

The fields of the records in ``recipe_rows`` say what is allowed, so there is no second list to maintain.
``parse_recipe`` is pure: the text comes from ``workbooks.recipes``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, Final, TypeVar

from xlpipeline.errors import SetupError
from xlpipeline.model.marks import pipeline_with_marks
from xlpipeline.model.recipe_rows import (
    CriterionRow,
    MarkRow,
    PlaybookRow,
    ProfileRow,
    Recipe,
    StageRow,
    TouchRow,
)
from xlpipeline.model.schema import OPERATORS, QUALIFICATION, STAGE_TYPES
from xlpipeline.model.settings import Settings, read_settings_values

Row = TypeVar("Row", StageRow, CriterionRow, MarkRow, ProfileRow, TouchRow, PlaybookRow)

_SECTIONS: Final = ("stages", "criteria", "scoring", "profile", "cadence", "playbook")
LIST_KEYS: Final = {
    "products": "Products",
    "sources": "Sources",
    "lost_reasons": "LostReasons",
    "activity_types": "ActivityTypes",
    "currencies": "Currencies",
    "objections": "Objections",
    "personas": "Personas",
}
"""Key in a recipe to the list's table."""

_ARGUMENTS: Final[dict[str, tuple[str, ...]]] = {
    "filled": ("column",),
    "value": ("column", "operator", "value"),
    "list": ("column", "texts"),
    "date_order": ("column", "column"),
    "activity": ("activity type", "least number"),
    "tick": ("column",),
}
"""What each kind of criterion takes, in order."""


def parse_recipe(text: str, source: str) -> Recipe:
    """The recipe in ``text``; ``source`` is how messages call it, such as ``eight.toml``.

    Raises:
        SetupError: bad TOML, an unknown key, a wrong type or an impossible value; the sentence names the line or entry
            and what is allowed.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise SetupError(f"{source} is not valid TOML: {fault}.") from fault
    _refuse_unknown(data, ("title", "description", "framework", "settings", "lists", *_SECTIONS), source)
    recipe = Recipe(
        name=source.rsplit("/", 1)[-1].removesuffix(".toml"),
        title=_text_at(data, "title", source),
        description=_text_at(data, "description", source),
        stages=_rows(StageRow, data, "stages", source),
        criteria=_rows(CriterionRow, data, "criteria", source),
        scoring=_rows(MarkRow, data, "scoring", source),
        profile=_rows(ProfileRow, data, "profile", source),
        cadence=_rows(TouchRow, data, "cadence", source),
        playbook=_rows(PlaybookRow, data, "playbook", source),
        lists=_lists(data.get("lists", {}), source),
        settings=_settings(data.get("settings", {}), source),
        framework=_allowed_text(data.get("framework", QUALIFICATION[0]), QUALIFICATION, f"{source}: framework"),
    )
    _check_stages(recipe.stages, source)
    _check_stage_names(recipe, source)
    _check_marks(recipe, source)
    _check_criteria(recipe, source)
    _check_activities(recipe, source)
    return recipe


def _text_at(data: Mapping[str, Any], key: str, source: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise SetupError(f"{source}: {key} is missing; please give it as a text.")
    return value.strip()


def _refuse_unknown(data: Mapping[str, Any], allowed: Sequence[str], place: str) -> None:
    for key in data:
        if key not in allowed:
            raise SetupError(f"{place}: '{key}' is not known; allowed are {', '.join(allowed)}.")


def _settings(data: object, source: str) -> Settings:
    if not isinstance(data, dict):
        raise SetupError(f"{source}: [settings] must be a table of keys and values.")
    _refuse_unknown(data, tuple(f.name for f in fields(Settings)), f"{source}, [settings]")
    return read_settings_values(data, f"{source}, [settings]")


def _lists(data: object, source: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(data, dict):
        raise SetupError(f"{source}: [lists] must be a table of lists.")
    _refuse_unknown(data, tuple(LIST_KEYS), f"{source}, [lists]")
    return {table: _texts(data.get(key, []), f"{source}, [lists]: {key}") for key, table in LIST_KEYS.items()}


def _texts(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise SetupError(f'{place} must be a list of texts, such as ["Referral", "Website"].')
    texts = tuple(item.strip() for item in value)
    if len({text.casefold() for text in texts}) < len(texts):
        raise SetupError(f"{place} holds a text twice; please keep one.")
    return texts


def _rows(record: type[Row], data: Mapping[str, Any], name: str, source: str) -> tuple[Row, ...]:
    entries = data.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SetupError(f"{source}: please write each entry of {name} under its own [[{name}]].")
    return tuple(
        _row(record, entry, f"{source}, [[{name}]] entry {number}") for number, entry in enumerate(entries, start=1)
    )


def _row(record: type[Row], entry: Mapping[str, Any], place: str) -> Row:
    known = {one.name: one for one in fields(record)}
    _refuse_unknown(entry, tuple(known), place)
    for one in known.values():
        if one.name not in entry and one.default is MISSING:
            raise SetupError(f"{place}: '{one.name}' is missing; please add it.")
    return record(**{key: _value(known[key], value, f"{place}: {key}") for key, value in entry.items()})


def _value(one: Field[Any], value: object, place: str) -> Any:  # noqa: ANN401
    kind, allowed = str(one.type), one.metadata["allowed"]
    if kind.startswith("tuple[str"):
        return _texts(value, place)
    if kind.startswith("tuple"):
        if not isinstance(value, list) or not all(isinstance(v, str | int | float) for v in value):
            raise SetupError(f"{place} must be a list of texts and numbers.")
        return tuple(value)
    if kind == "bool":
        if not isinstance(value, bool):
            raise SetupError(f"{place} is {value!r}; allowed are true and false.")
        return value
    if kind == "str":
        return _allowed_text(value, allowed, place)
    return _allowed_number(value, kind, allowed, place)


def _allowed_text(value: object, allowed: Sequence[Any], place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SetupError(f"{place} is {value!r}; please give a text.")
    if allowed and value not in allowed:
        raise SetupError(f"{place} is '{value}'; allowed are {', '.join(allowed)}.")
    return value.strip()


def _allowed_number(value: object, kind: str, allowed: Sequence[Any], place: str) -> float:
    whole = "a whole number" if kind == "int" else "a number"
    fits = isinstance(value, int) or (kind == "float" and isinstance(value, float))
    if isinstance(value, bool) or not fits or not allowed[0] <= value <= allowed[1]:
        raise SetupError(f"{place} is {value!r}; please give {whole} from {allowed[0]} to {allowed[1]}.")
    return value  # type: ignore[return-value]


def _check_stages(stages: Sequence[StageRow], source: str) -> None:
    names = [stage.name.casefold() for stage in stages]
    for stage in stages:
        if set(stage.name) & set("*?~"):
            raise SetupError(f"{source}: the stage name '{stage.name}' holds * ? or ~; please use other letters.")
        if names.count(stage.name.casefold()) > 1:
            raise SetupError(f"{source}: the stage '{stage.name}' is there twice; please keep one.")
    for kind in STAGE_TYPES:
        if kind not in {stage.type for stage in stages}:
            raise SetupError(
                f"{source}: no stage has the type {kind}; every recipe needs each of {', '.join(STAGE_TYPES)}."
            )


def _check_stage_names(recipe: Recipe, source: str) -> None:
    names = {stage.name for stage in recipe.stages}
    for section in ("criteria", "cadence", "playbook"):
        for number, row in enumerate(getattr(recipe, section), start=1):
            if row.stage not in names:
                place = f"{source}, [[{section}]] entry {number}"
                raise SetupError(f"{place}: the stage '{row.stage}' is not one of {', '.join(sorted(names))}.")


def _check_marks(recipe: Recipe, source: str) -> None:
    """Marks become columns of Pipeline, whose heads must differ by more than case."""
    heads = [head.casefold() for head in pipeline_with_marks(recipe.scoring, recipe.framework).heads]
    twice = next((head for head in heads if heads.count(head) > 1), None)
    if twice is not None:
        raise SetupError(
            f"{source}, [[scoring]]: a mark would make a second column '{twice}' in Pipeline; please rename it."
        )


def _check_criteria(recipe: Recipe, source: str) -> None:
    seen: set[str] = set()
    for number, row in enumerate(recipe.criteria, start=1):
        place = f"{source}, [[criteria]] entry {number} ({row.id})"
        if row.id in seen:
            raise SetupError(f"{place}: this id is there twice; please give each criterion its own.")
        seen.add(row.id)
        takes = _ARGUMENTS[row.kind]
        if len(row.arguments) != len(takes):
            raise SetupError(f"{place}: the arguments of the kind {row.kind} are {', '.join(takes)}.")
        for wanted, given in zip(takes, row.arguments, strict=True):
            _check_argument(wanted, given, recipe, place)


def _check_argument(wanted: str, given: object, recipe: Recipe, place: str) -> None:
    columns = list(pipeline_with_marks(recipe.scoring, recipe.framework).heads)
    if wanted == "column" and given not in columns:
        raise SetupError(f"{place}: '{given}' is no column of Pipeline; allowed are {', '.join(columns)}.")
    if wanted == "operator" and given not in OPERATORS:
        raise SetupError(f"{place}: the operator '{given}' is not known; allowed are {', '.join(OPERATORS)}.")
    if wanted == "least number" and not (isinstance(given, int) and 1 <= given <= 1000):
        raise SetupError(
            f"{place}: the least number of activities is {given!r}; please give a whole number from 1 to 1000."
        )
    if wanted == "activity type" and given not in recipe.lists["ActivityTypes"]:
        raise SetupError(f"{place}: '{given}' is not among the activity_types of [lists].")


def _check_activities(recipe: Recipe, source: str) -> None:
    known = recipe.lists["ActivityTypes"]
    used = [("playbook", n, name) for n, row in enumerate(recipe.playbook, 1) for name in row.activities]
    used += [("cadence", n, row.channel) for n, row in enumerate(recipe.cadence, 1)]
    for section, number, name in used:
        if name not in known:
            raise SetupError(
                f"{source}, [[{section}]] entry {number}: '{name}' is not among the activity_types of [lists]."
            )
