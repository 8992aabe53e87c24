"""Which column of a source goes to which column of Pipeline, and why: told, remembered, by name, or by content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from xlpipeline.errors import SetupError
from xlpipeline.importers.amounts import carries_currency, looks_like_number
from xlpipeline.importers.cells import says_nothing
from xlpipeline.importers.dates import looks_like_date
from xlpipeline.importers.source import Source
from xlpipeline.importers.synonyms import CLOSE_DATE, OUTCOMES, STATUS, UPDATED, head_keys, known_target
from xlpipeline.model.decided import spelling_key
from xlpipeline.model.schema import PIPELINE

SAMPLE: Final = 200
"""Filled cells of a column that are looked at."""
NOT_IMPORTED: Final = "not imported"
_NAMED_FIT: Final = 0.5
_CONTENT_FIT: Final = 0.8
_CODE: Final = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{4,40}")
KINDS: Final = {
    **{column.name: column.kind for column in PIPELINE.columns if column.writer == "user"},
    "Stage since": "date",
    CLOSE_DATE: "date",
    UPDATED: "moment",
    STATUS: "text",
}
"""Kind of every target that an import may fill."""


@dataclass(frozen=True)
class ColumnChoice:
    """One line of the preview: a source column, where it goes (empty: not imported) and why.

    ``sample`` is its first filled cell; ``low`` and ``high`` are its least and largest value as read.
    """

    source: str
    target: str
    reason: str
    sample: str = ""
    date_order: str = ""
    low: str = ""
    high: str = ""


class _Candidate(NamedTuple):
    strength: float
    head: str
    target: str
    reason: str


def choose_columns(
    source: Source,
    *,
    told: Mapping[str, str],
    remembered: Mapping[str, str],
    lists: Mapping[str, Sequence[str]],
    extras: Sequence[str],
    known: Mapping[str, tuple[str, str]] | None = None,
) -> tuple[ColumnChoice, ...]:
    """One choice per source column, in its order; no target is given twice.

    ``told``: the mapping file's columns; ``remembered``: those of Mappings; ``lists``: allowed values per target;
    ``extras``: heads of the user's own Pipeline columns that may be targets; ``known``: source column → target (empty:
    not imported) and why, where the source's system is known.

    Raises:
        SetupError: the mapping file names a column that is not there, or one target twice.
    """
    samples = {head: _sample(source.rows[head]) for head in source.columns}
    reasons: dict[str, str] = {}
    candidates = _told(source, told, extras)
    decided = {candidate.head for candidate in candidates}
    for head in source.columns:
        if head in decided:
            continue
        candidates += _remembered(head, remembered, extras)
        if known and head in known:
            of_system = _of_system(head, known[head], samples[head])
            if of_system.target or not known[head][0]:
                candidates.append(of_system)
            reasons[head] = of_system.reason
            continue
        named = _named(head, samples[head], lists)
        if named and not named.target:
            reasons[head] = named.reason
        elif named:
            candidates += _as_amount(named, samples[head])
        candidates += _by_content(head, source.rows[head], samples[head], lists)
    taken = _assigned(candidates, reasons)
    return tuple(_choice(head, taken.get(head), reasons, samples[head]) for head in source.columns)


def settled(chosen: tuple[ColumnChoice, ...]) -> tuple[ColumnChoice, ...]:
    """Choices with every plain close date and status settled by which other columns there are."""
    return _status_settled(_close_settled(chosen))


def _close_settled(chosen: tuple[ColumnChoice, ...]) -> tuple[ColumnChoice, ...]:
    """A plain close date beside an expected close is the actual one, and the other way round."""
    targets = {choice.target for choice in chosen}
    if {"Expected close", "Actual close"} <= targets:
        target, reason = "", "Expected close and Actual close have columns of their own"
    elif "Expected close" in targets:
        target, reason = "Actual close", "expected close has a column of its own"
    elif "Actual close" in targets:
        target, reason = "Expected close", "actual close has a column of its own"
    else:
        target, reason = CLOSE_DATE, "of open deals the expected, of closed deals the actual close"
    return tuple(
        replace(one, target=target, reason=f"{one.reason}; {reason}") if one.target == CLOSE_DATE else one
        for one in chosen
    )


def _status_settled(chosen: tuple[ColumnChoice, ...]) -> tuple[ColumnChoice, ...]:
    """A status is the stage where there is no other column for it."""
    alone = all(choice.target != "Stage" for choice in chosen)
    target = "Stage" if alone else STATUS
    reason = "there is no other column for the stage" if alone else "won and lost deals go to the stage of that type"
    return tuple(
        replace(one, target=target, reason=f"{one.reason}; {reason}") if one.target == STATUS else one for one in chosen
    )


def _choice(head: str, won: _Candidate | None, reasons: Mapping[str, str], sample: Sequence[object]) -> ColumnChoice:
    shown = " ".join(str(sample[0]).split())[:40] if sample else ""
    if won and won.target:
        return ColumnChoice(head, won.target, won.reason, shown)
    return ColumnChoice(
        head, "", won.reason if won else reasons.get(head, "no known name and no telling content"), shown
    )


def _sample(cells: pd.Series) -> list[Any]:
    """Up to `SAMPLE` filled cells, evenly spread over the column."""
    filled = cells[cells.notna()].to_numpy(dtype=object)
    if len(filled) > SAMPLE:
        filled = filled[np.linspace(0, len(filled) - 1, SAMPLE).astype(int)]
    return [cell for cell in filled if not says_nothing(cell)]


def _told(source: Source, told: Mapping[str, str], extras: Sequence[str]) -> list[_Candidate]:
    heads = {spelling_key(head): head for head in source.columns}
    targets = {spelling_key(name): name for name in [*KINDS, *extras]}
    found: list[_Candidate] = []
    for column, wanted in told.items():
        head = heads.get(spelling_key(column))
        target = targets.get(spelling_key(wanted), "")
        if head is None:
            have = ", ".join(source.columns)
            raise SetupError(f"The mapping file names the column “{column}”, which the source lacks; it has: {have}.")
        if wanted and not target:
            raise SetupError(
                f"The mapping file maps “{column}” to “{wanted}”, which an import cannot fill; allowed are: "
                f"{', '.join([*KINDS, *extras])}."
            )
        if target and any(c.target == target for c in found):
            raise SetupError(f"The mapping file maps two columns to “{target}”; please keep one of them.")
        reason = "the mapping file says so" if target else "the mapping file keeps it out"
        found.append(_Candidate(4.0, head, target, reason))
    return found


def _remembered(head: str, remembered: Mapping[str, str], extras: Sequence[str]) -> list[_Candidate]:
    target = remembered.get(spelling_key(head), "")
    if target == NOT_IMPORTED:
        return [_Candidate(3.0, head, "", "remembered in Mappings as not imported")]
    return [_Candidate(3.0, head, target, "remembered in Mappings")] if target in KINDS or target in extras else []


def _of_system(head: str, known: tuple[str, str], sample: Sequence[object]) -> _Candidate:
    """Candidate by the vocabulary of the source's system; without a target where the content denies it."""
    target, reason = known
    if not target:
        return _Candidate(2.95, head, "", reason)
    told, fits = _content_test(target, sample)
    if not fits:
        return _Candidate(0.0, head, "", f"its name means {target}, but only {told.replace(' tested', '')}")
    return _Candidate(2.95, head, target, f"{reason}; {told}" if told else reason)


def _content_test(target: str, sample: Sequence[object]) -> tuple[str, bool]:
    """How many cells of a sample are of the target's kind, and whether that is enough; "" for texts."""
    kind = KINDS[target]
    if not sample or kind not in {"date", "moment", "money", "share"}:
        return "", True
    what = "a date" if kind in {"date", "moment"} else "a number"
    test = looks_like_date if kind in {"date", "moment"} else looks_like_number
    fits = sum(map(test, sample))
    return f"{fits} of {len(sample)} cells tested are {what}", fits >= _NAMED_FIT * len(sample)


def _named(head: str, sample: Sequence[object], lists: Mapping[str, Sequence[str]]) -> _Candidate | None:
    """Candidate by name; with an empty target where the content denies the name."""
    found = known_target(head)
    if found is None:
        return None
    target, rank = found
    if target == STATUS and not all(spelling_key(cell) in OUTCOMES for cell in sample):
        return _Candidate(2.5, head, "Stage", "known name for a stage")
    told, fitting = _content_test(target, sample)
    if not fitting:
        return _Candidate(0.0, head, "", f"its name means {target}, but only {told.replace(' tested', '')}")
    if told:
        return _Candidate(2.9 - rank / 100, head, target, f"known name; {told}")
    reason = "known name" if sample else "known name; the column is empty"
    if sample and lists.get(target):
        known = {spelling_key(value) for value in lists[target]}
        fits = sum(spelling_key(cell) in known for cell in sample)
        reason = f"known name; {fits} of {len(sample)} cells tested stand on the workbook's list"
    return _Candidate(2.9 - rank / 100, head, target, reason)


def _as_amount(named: _Candidate, sample: Sequence[object]) -> list[_Candidate]:
    """A column called opportunity that holds numbers is first what the opportunity is worth (Bitrix24)."""
    if named.target != "Opportunity" or "opportunity" not in head_keys(named.head):
        return [named]
    numbers = sum(map(looks_like_number, sample))
    if not sample or numbers < _CONTENT_FIT * len(sample):
        return [named]
    why = f"called {named.head}, but {numbers} of {len(sample)} cells tested are a number"
    return [_Candidate(2.5, named.head, "Amount", why), named._replace(strength=0.95)]


def _by_content(
    head: str, cells: pd.Series, sample: Sequence[Any], lists: Mapping[str, Sequence[str]]
) -> list[_Candidate]:
    """Candidates by what the cells hold; weaker than any name."""
    if len(sample) < 2:
        return []
    found: list[_Candidate] = []
    keys = [spelling_key(cell) for cell in sample]
    for target, values in lists.items():
        if target == "Last stage before loss":  # holds the same values as Stage; only a name can tell
            continue
        known = {spelling_key(value) for value in values}
        fits = sum(key in known for key in keys)
        if fits >= _CONTENT_FIT * len(keys):
            reason = f"{fits} of {len(keys)} cells tested stand on the workbook's list for {target}"
            found.append(_Candidate(1.0 + fits / len(keys) / 10, head, target, reason))
    if sum(map(carries_currency, sample)) >= _CONTENT_FIT * len(sample):
        found.append(_Candidate(1.0, head, "Amount", "its cells are amounts with a currency"))
    if all(isinstance(c, str) and _CODE.fullmatch(c.strip()) and not looks_like_date(c) for c in sample):
        filled = cells[cells.notna()]
        if filled.is_unique and len(filled) == len(cells):
            found.append(_Candidate(0.9, head, "Deal ID", "every row has another code of letters and digits"))
    return found


def _assigned(candidates: list[_Candidate], reasons: dict[str, str]) -> dict[str, _Candidate]:
    """The strongest candidates such that no column and no target is used twice; losers get a reason."""
    by_head: dict[str, _Candidate] = {}
    by_target: dict[str, str] = {}
    for one in sorted(candidates, key=lambda c: -c.strength):  # stable: the first column wins a tie
        if one.head in by_head:
            continue
        if one.target and one.target in by_target:
            reasons.setdefault(one.head, f"{one.target} is already taken from “{by_target[one.target]}”")
            continue
        by_head[one.head] = one
        if one.target:
            by_target[one.target] = one.head
    return by_head
