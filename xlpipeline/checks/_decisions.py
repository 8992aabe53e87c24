"""Decisions about issues: accepted, or snoozed until a day, with a reason; kept until the fault changes.

An issue is known again by its key: check, table, deal, column, and the sentence without what is fleeting in it. The
first day it was seen and what people wrote beside it are read from the table Issues and carried over by that key.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import pandas as pd

from xlpipeline.model.book import Book, is_blank
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check

ACCEPT: Final = "accept"
SNOOZE: Final = "snooze"
_KEPT: Final = ("First seen", "Decision", "Until", "Reason")


@dataclass(frozen=True)
class Decision:
    """What stands beside an issue: cells as they were typed."""

    first_seen: object = None
    decision: object = None
    until: object = None
    reason: object = None

    @property
    def word(self) -> str:
        """``accept``, ``snooze``, what else was typed, or ""."""
        return "" if is_blank(self.decision) else str(self.decision).strip().lower()

    def is_quiet(self, as_of: dt.date) -> bool:
        """Whether the issue does not count: accepted or snoozed with a reason, and Until is still to come."""
        return bool(self.word) and not self.lacks(as_of)

    def lacks(self, as_of: dt.date) -> str:
        """Why a decision does not hold, as a sentence of what to do; "" where it holds or there is none."""
        until = _day(self.until)
        if not self.word:
            return ""
        if self.word not in {ACCEPT, SNOOZE}:
            return "Please choose accept or snooze as Decision."
        if is_blank(self.reason):
            return "Please give a reason; until then the issue counts."
        if until is None and (self.word == SNOOZE or not is_blank(self.until)):
            return "Please enter the day on which the decision ends in Until; until then the issue counts."
        if until is not None and as_of >= until:
            return f"The decision ended on {until.isoformat()}: please look again."
        return ""


NOTHING: Final = Decision()


def read_decisions(book: Book) -> dict[str, Decision]:
    """What stands in Issues by key; where a key is there twice, the row with a decision holds."""
    frame = book.frame("Issues")
    if "Key" not in frame.columns:
        return {}
    cells = [frame[head].tolist() if head in frame.columns else [None] * len(frame) for head in _KEPT]
    found: dict[str, Decision] = {}
    for key, *row in zip(frame["Key"].tolist(), *cells, strict=True):
        one = Decision(*row)
        if not is_blank(key) and (str(key) not in found or (one.word and not found[str(key)].word)):
            found[str(key)] = one
    return found


def with_decisions(faults: pd.DataFrame, facts: Facts, checks: Sequence[Check]) -> pd.DataFrame:
    """The faults with ``key``, ``first_seen``, ``decision``, ``until``, ``reason`` (cells), ``quiet`` and ``lacks``."""
    known = read_decisions(facts.book)
    keys = _keys(faults, facts, {check.name: check.fleeting for check in checks})
    decisions = [known.get(key, NOTHING) for key in keys]
    kept: dict[str, list[object]] = {
        "key": list(keys),
        "first_seen": [_day(one.first_seen) or facts.as_of for one in decisions],
        "decision": [one.decision for one in decisions],
        "until": [one.until for one in decisions],
        "reason": [one.reason for one in decisions],
        "lacks": [one.lacks(facts.as_of) for one in decisions],
    }
    cells = pd.DataFrame({name: pd.Series(values, index=faults.index, dtype=object) for name, values in kept.items()})
    quiet = pd.Series([one.is_quiet(facts.as_of) for one in decisions], index=faults.index, dtype=bool)
    return faults.join(cells).assign(quiet=quiet)


def _keys(faults: pd.DataFrame, facts: Facts, fleeting: dict[str, str]) -> list[str]:
    """One key per fault; faults that are alike in everything (two rows without ID) are numbered."""
    rows = _row_names(facts)
    patterns = {name: re.compile(pattern) for name, pattern in fleeting.items() if pattern}
    heads = ("check", "table", "position", "column", "wrong")
    alike: Counter[str] = Counter()
    keys = []
    for check, table, position, column, wrong in zip(*(faults[head].tolist() for head in heads), strict=True):
        lasting = patterns[check].sub("", wrong) if check in patterns else wrong
        row = rows.get(position, "") if table == "Pipeline" else ""
        text = "\x1f".join((check, table, row, column, lasting))
        alike[text] += 1
        numbered = text if alike[text] == 1 else f"{text}\x1f{alike[text]}"
        keys.append(blake2b(numbered.encode("utf-8", "replace"), digest_size=6).hexdigest())
    return keys


def _row_names(facts: Facts) -> dict[int, str]:
    """What names each deal: its ID, else opportunity and account; never its row."""
    deals = facts.deals
    named = zip(deals.index.tolist(), *(deals[c].tolist() for c in ("deal_id", "opportunity", "account")), strict=True)
    return {row: deal_id.strip().casefold() or f"{name}\x1e{account}" for row, deal_id, name, account in named}


def _day(cell: object) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    try:  # a cell formatted as text holds what was typed
        return dt.date.fromisoformat(cell.strip()) if isinstance(cell, str) else None
    except ValueError:
        return None
