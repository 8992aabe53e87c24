"""Sample data as files: a table under its own heads, and the deals as a CRM would export them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Final, Literal

import pandas as pd

from xlpipeline.errors import RequestError
from xlpipeline.samples.records import SampleTeam

Dialect = Literal["generic", "semicolon"]
"""generic: comma, decimal point, ISO dates. semicolon: decimal comma, dates as 31.12.2026, and a byte order mark."""

EXPORT_HEADS: Final = (
    ("Deal ID", "opportunity_id"), ("Opportunity", "opportunity name"), ("Account", "customer"), ("Owner", "sales rep"),
    ("Stage", "stage"), ("Amount", "amount"), ("Currency", "currency"), ("Probability", "probability (%)"),
    ("Created", "created"), ("First contact", "first contact"), ("Expected close", "expected close"),
    ("Actual close", "closed on"), ("Lost reason", "loss reason"), ("Last stage before loss", "lost in stage"),
    ("Source", "lead source"), ("Product", "product"), ("Next step", "next step"), ("Next step date", "next step due"),
    ("Last touch", "last activity"), ("Stage since", "in stage since"),
)  # fmt: skip
"""Pipeline column and its name in the export."""

WON_SPELLINGS: Final = ("won ", "Closed won", "WON", "Closed - Won", "Win", "Deal won")
"""Six spellings of won that people and systems write."""
_SPELT_EVERY: Final = 4


def write_csv(frame: pd.DataFrame, *, dialect: Dialect = "generic") -> bytes:
    """A table as UTF-8 CSV with CRLF line ends; the same frame gives the same bytes.

    Raises:
        RequestError: there is no such dialect.
    """
    if dialect not in ("generic", "semicolon"):
        raise RequestError(f"There is no CSV dialect {dialect!s:.40}; please choose generic or semicolon.")
    european = dialect == "semicolon"
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if european else ",", lineterminator="\r\n")
    writer.writerow(frame.columns.tolist())
    columns = [[_written(cell, european) for cell in frame[name].tolist()] for name in frame.columns]
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8-sig" if european else "utf-8")


def export_csv(team: SampleTeam, *, dialect: Dialect = "generic", spellings: bool = False) -> bytes:
    """The deals as a CRM exports them: its own column names, probability in percent, amounts with two decimals.

    ``spellings``: every fourth deal in a stage of type won is written in one of ``WON_SPELLINGS``, in turn.
    An open deal without a probability of its own shows its stage's.
    """
    deals = team.pipeline
    columns: dict[str, list[object]] = {}
    for name, head in EXPORT_HEADS:
        columns[head] = deals[name].tolist()
    defaults = {spec.name: spec.probability for spec in team.stages}
    columns["probability (%)"] = [
        _percent(defaults.get(str(stage)) if own is None else own)
        for own, stage in zip(deals["Probability"], deals["Stage"], strict=True)
    ]
    decimal = "," if dialect == "semicolon" else "."
    columns["amount"] = [f"{a}{decimal}00" if isinstance(a, int) else a for a in columns["amount"]]
    if spellings:
        won = {spec.name for spec in team.stages if spec.type == "won"}
        columns["stage"] = _spelt(columns["stage"], won)
    frame = pd.DataFrame({head: pd.Series(cells, dtype=object) for head, cells in columns.items()})
    return write_csv(frame, dialect=dialect)


def _spelt(stages: list[object], won: set[str]) -> list[object]:
    out, seen = list(stages), 0
    for row, stage in enumerate(stages):
        if stage in won:
            if seen % _SPELT_EVERY == 0:
                out[row] = WON_SPELLINGS[seen // _SPELT_EVERY % len(WON_SPELLINGS)]
            seen += 1
    return out


def _percent(share: float | None) -> int | None:
    return None if share is None else int(share * 100 + 0.5)


def _written(cell: object, european: bool) -> object:
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return cell.strftime("%d.%m.%Y") if european else cell.isoformat()
    if european and isinstance(cell, float):
        return repr(cell).replace(".", ",")
    return cell
