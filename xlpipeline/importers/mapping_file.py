"""The mapping file (TOML): what a user fixes when the automatic mapping of an import is not right.

extra = ["Region"]              # columns to keep where Pipeline has a column of that head
blank_erases = false            # true: a blank in the source empties the cell in Pipeline
[file]                          # sheet (or table) of an .xlsx; encoding and delimiter of a CSV
sheet = "Export"
[columns]                       # column in the source = column in Pipeline; "" = do not import
"Deal name" = "Opportunity"
[dates]                         # order: day-first, month-first or year-first; zone of stamps without one
order = "day-first"
zone = "America/New_York"
[dates.columns]                 # the same for one column
"Close date" = "month-first"
[amounts]
decimal = ","                   # the decimal sign: "," or "."
[values.Stage]                  # spelling in the source = spelling here, per column of Pipeline
"Engaging" = "Qualification"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from xlpipeline.errors import SetupError

DATE_ORDERS: Final = ("day-first", "month-first", "year-first")
DECIMAL_SIGNS: Final = (",", ".")
_TABLES: Final = {
    "file": ("sheet", "encoding", "delimiter"),
    "dates": ("order", "zone", "columns"),
    "amounts": ("decimal",),
}
_TOP: Final = ("extra", "blank_erases", "file", "columns", "dates", "amounts", "values")


@dataclass(frozen=True)
class MappingChoices:
    """What the user decided; everything empty means: find out by yourself. The module's docstring shows the file."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Source column → Pipeline column; an empty target keeps the column out."""
    extra: tuple[str, ...] = ()
    blank_erases: bool = False
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    date_order: str = ""
    date_orders: Mapping[str, str] = field(default_factory=dict)
    """Order of one source column; goes before ``date_order``."""
    zone: str = ""
    """IANA name of the zone of stamps that carry none; empty: the workbook's."""
    decimal: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Pipeline column → spelling in the source → spelling here."""


def read_mapping(path: Path) -> MappingChoices:
    """Read a mapping file.

    Raises:
        SetupError: the file is missing or no TOML, or a key or value is not allowed; the sentence says what is.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = tomllib.loads(text)
    except OSError as error:
        raise SetupError(f"There is no mapping file {path} that can be read; please check its name.") from error
    except UnicodeDecodeError as error:
        raise SetupError(f"{path.name}: please save the mapping file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{path.name}: not valid TOML: {error}.") from error
    return _choices(path.name, content)


def refuse_unknown_names(choices: MappingChoices, columns: Sequence[str], listed: Iterable[str]) -> None:
    """Refuse entries that name no column of the source, or spellings of a column that has no list.

    Raises:
        SetupError: the sentence gives the name and those that there are.
    """
    for name in (*choices.date_orders, *choices.extra):
        if name not in columns:
            have = ", ".join(columns)
            raise SetupError(
                f"The mapping file names the column “{name}”, which the source lacks; it has: {have:.400}."
            )
    allowed = tuple(listed)
    for name in choices.values:
        if name not in allowed:
            raise SetupError(f"The mapping file has [values.{name}]; spellings can be given for {', '.join(allowed)}.")


def _choices(title: str, content: dict[str, Any]) -> MappingChoices:
    _only(title, "", content, _TOP)
    tables = {name: _table(title, name, content.get(name, {})) for name in ("file", "columns", "dates", "amounts")}
    for name, allowed in _TABLES.items():
        _only(title, name, tables[name], allowed)
    columns = _table(title, "dates.columns", tables["dates"].pop("columns", {}))
    values = _table(title, "values", content.get("values", {}))
    texts = {name: _texts(title, name, table) for name, table in tables.items()}
    orders = _texts(title, "dates.columns", columns)
    for key, order in orders.items():
        _one_of(title, f"dates.columns.{key}", order, DATE_ORDERS)
    return MappingChoices(
        columns=texts["columns"],
        extra=_extra(title, content.get("extra", [])),
        blank_erases=_flag(title, content.get("blank_erases", False)),
        sheet=texts["file"].get("sheet", ""),
        encoding=texts["file"].get("encoding", ""),
        delimiter=_delimiter(title, texts["file"].get("delimiter", "")),
        date_order=_one_of(title, "dates.order", texts["dates"].get("order", ""), DATE_ORDERS),
        date_orders=orders,
        zone=_zone(title, texts["dates"].get("zone", "")),
        decimal=_one_of(title, "amounts.decimal", texts["amounts"].get("decimal", ""), DECIMAL_SIGNS),
        values={key: _texts(title, f"values.{key}", _table(title, f"values.{key}", t)) for key, t in values.items()},
    )


def _only(title: str, table: str, found: Mapping[str, object], allowed: tuple[str, ...]) -> None:
    for key in found:
        if key not in allowed:
            where = f" in [{table}]" if table else ""
            raise SetupError(f"{title}: “{key}”{where} is not known; allowed are {', '.join(allowed)}.")


def _table(title: str, name: str, value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return dict(value)
    raise SetupError(f"{title}: {name} must be a table; write it as [{name}] with one line per entry below it.")


def _texts(title: str, name: str, table: Mapping[str, object]) -> dict[str, str]:
    for key, value in table.items():
        if not isinstance(value, str):
            raise SetupError(f"{title}: “{key}” in [{name}] must be a text in quotation marks, not {value!s:.40}.")
    return {key: str(value) for key, value in table.items()}


def _one_of(title: str, key: str, value: str, allowed: tuple[str, ...]) -> str:
    if value and value not in allowed:
        raise SetupError(f"{title}: {key} is “{value}”; allowed are {' and '.join(allowed)}.")
    return value


def _extra(title: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise SetupError(f'{title}: extra must be a list of column names, such as extra = ["Region", "Segment"].')


def _flag(title: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise SetupError(f"{title}: blank_erases must be true or false, not {value!s:.40}.")


def _delimiter(title: str, value: str) -> str:
    if len(value) > 1 or value in {'"', "\r", "\n"}:
        raise SetupError(f'{title}: file.delimiter must be one sign such as ";" or "\\t".')
    return value


def _zone(title: str, value: str) -> str:
    if value:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SetupError(f"{title}: dates.zone “{value}” is no zone; write it as “Europe/Berlin”.") from error
    return value
