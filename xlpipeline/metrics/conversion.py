"""Stage conversion: of the deals that entered a stage, how many went on."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from xlpipeline.metrics.aalen_johansen import incidence
from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.calendar import Period
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.register import Metric
from xlpipeline.model.stage_paths import StagePaths, stage_paths

METRIC = Metric(
    name="conversion",
    title="Stage conversion",
    definition=(
        "Of the deals that entered a stage and have left it, the share that went on to a later stage or was won."
    ),
    formula=(
        "went on ÷ (went on + lost), each deal once, by its first entry; a skipped stage counts as entered at the "
        "moment of the skip. At least: went on ÷ entered; at most: (went on + undecided) ÷ entered. Within N days: "
        "Aalen-Johansen, lost competes, open deals are censored. Flow: entries to the next stage ÷ entries to the "
        "stage in the window, which can exceed 100 %. Regress rate: went back to an earlier stage ÷ entered. Without "
        "history: a won deal passed every stage, a lost one those up to its Last stage before loss, an open one those "
        "up to its own, all on the day of Created"
    ),
    why="It shows where deals are lost, which is where better work pays most.",
    what_to_do=(
        "Look at the stage with the lowest rate whose interval is narrow, and read the lost reasons of that stage."
    ),
    source="definitions, section 1",
)

Skips = Literal["imputed", "strict"]
"""Deals that skipped a stage: imputed counts them as having entered it, strict leaves them out altogether, together
with those of which no history tells."""
By = Literal["quarter", "rep", "source"]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
NO_SOURCE: Final = "(no source)"
MOST_QUARTERS: Final = 8

_COUNTS: Final = ("entered", "advanced", "lost", "open", "unknown", "skipped", "regressed", "told")
_MARKS: Final = ("advanced", "lost", "skipped", "regressed", "told")
_HEADS: Final = [
    "stage", *_COUNTS,
    "rate", "low", "high", "lower_bound", "upper_bound", "immature", "regress_rate", "note",
]  # fmt: skip


@once
def by_stage(facts: Facts, window: Period | None = None, *, skips: Skips = "imputed") -> pd.DataFrame:
    """One row per open stage, in order, over deals that first entered it in ``window`` (None = at any time).

    Columns: stage, entered (= advanced + lost + open), advanced, lost, open (still in it or before it), unknown (lost
    deals that do not say in which stage; the same number in each row), skipped (entered by a skip), regressed (went
    back to an earlier stage after entering), told (of whose way history tells), rate with Wilson low and high,
    lower_bound and upper_bound, immature, regress_rate, note. Rates are NaN below the setting ``counts_only_below``;
    the headline rate also where the unknown deals are more than the setting ``immature_share`` of the decided ones,
    because it would read too high.
    """
    paths = stage_paths(facts)
    inside, unknown = _cohort(facts, paths, window, skips)
    codes = np.zeros(inside.shape, dtype=np.int64)
    counts = _tallies(paths, _marks(facts), inside, unknown, codes, codes[:, 0], 1)
    return _table(facts, paths, counts, [""]).drop(columns="group")


@once
def by_group(facts: Facts, by: By, *, skips: Skips = "imputed") -> pd.DataFrame:
    """The same per group and stage: fiscal quarter of the first entry (the last eight), rep, or source.

    Columns: group, then those of ``by_stage``. Groups that no deal belongs to are left out, except quarters.
    """
    paths = stage_paths(facts)
    inside, unknown = _cohort(facts, paths, None, skips)
    if by == "quarter":
        names, codes, own = _quarter_codes(facts, paths)
    else:
        own, names = groups_of(facts, by)
        codes = np.broadcast_to(own[:, None], inside.shape)
    table = _table(facts, paths, _tallies(paths, _marks(facts), inside, unknown, codes, own, len(names)), names)
    has_any = table.groupby("group", sort=False)["entered"].transform("sum") > 0
    return table if by == "quarter" else table[has_any].reset_index(drop=True)


@once
def by_choice(facts: Facts, windows: tuple[Period | None, ...]) -> pd.DataFrame:
    """First-entry cohorts of each window (None = at any time): of the team, of each rep and of each source.

    Columns: kind ("team", "rep", "source"), window (its number), group, then those of ``by_stage``; only rows of stages
    that a deal entered.
    """
    paths, parts = stage_paths(facts), []
    everybody = np.zeros(len(facts.deals), dtype=np.int64)
    kinds = (("team", everybody, [""]), ("rep", *groups_of(facts, "rep")), ("source", *groups_of(facts, "source")))
    for number, window in enumerate(windows):
        inside, unknown = _cohort(facts, paths, window, "imputed")
        for kind, own, names in kinds:
            codes = np.broadcast_to(own[:, None], inside.shape)
            table = _table(facts, paths, _tallies(paths, _marks(facts), inside, unknown, codes, own, len(names)), names)
            table = table[table["entered"] > 0]
            parts.append(table.assign(kind=kind, window=number))
    return pd.concat(parts, ignore_index=True)


@once
def flow(facts: Facts, window: Period | None = None) -> pd.DataFrame:
    """Period flow, a second view: moves on from a stage in the window by entries to it in the window.

    Cohorts mix, so it can exceed 100 % and has no interval. Only deals of which history tells.
    Columns: stage, entries, moves, flow (NaN below the setting ``counts_only_below`` entries), note.
    """
    paths, span = stage_paths(facts), window or facts.window
    stages = list(paths.stages)
    first, end = np.datetime64(span.start, "s"), np.datetime64(span.end, "s")
    known = paths.told[:, None] & (paths.entered >= first) & (paths.entered < end) & (paths.entered >= paths.seen_from)
    found = (known & (paths.entered <= np.datetime64(facts.as_of, "s"))).sum(axis=0)
    entries, moves = found[:-1], found[1:]
    enough = entries >= max(facts.settings.counts_only_below, 1)
    share = np.divide(moves, entries, out=np.full(len(stages), np.nan), where=enough)
    notes = [_flow_note(facts, int(n), value) for n, value in zip(entries, share, strict=True)]
    return pd.DataFrame({"stage": stages, "entries": entries, "moves": moves, "flow": share, "note": notes})


@once
def within(facts: Facts, days: int | None = None) -> pd.DataFrame:
    """Share of the deals that went on from each stage within ``days`` (None: the setting) after entering it.

    Aalen-Johansen: lost and derailed compete, open deals are censored; only entries that history saw, for only of
    these the day is known. Columns: stage, n, followed (not censored before that day), rate, low, high (went on),
    lost_rate, lost_low, lost_high, note (why there is no rate).
    """
    paths, limit = stage_paths(facts), days or facts.settings.conversion_days
    rows = []
    for k, name in enumerate(paths.stages):
        spent, cause = stage_ends(facts, paths, k)
        rows.append((name, *within_days(facts, spent, cause, limit)))
    heads = ["stage", "n", "followed", "rate", "low", "high", "lost_rate", "lost_low", "lost_high", "note"]
    return pd.DataFrame(rows, columns=heads)


def within_days(facts: Facts, spent: npt.NDArray[Any], cause: Whole, days: int) -> tuple[Any, ...]:
    """n, followed, three numbers of went on, three of lost, and why there are none; from ``stage_ends``."""
    n, none = len(spent), (float("nan"),) * 6
    if n < max(facts.settings.counts_only_below, 1):
        seen = f"History saw {n:,} deals enter" if n else "History saw no deal enter"
        return n, 0, *none, f"{seen}: too few for a rate within {days} days."
    curve = incidence(spent, cause, 2)
    followed = curve.still_followed(days) + int(((cause > 0) & (spent < days)).sum())
    if days > curve.known_until:
        return n, followed, *none, f"No deal has been followed for {days} days yet."
    return (
        n, followed, curve.at(days, 1), *curve.bounds_at(days, 1), curve.at(days, 2), *curve.bounds_at(days, 2), ""
    )  # fmt: skip


def stage_ends(
    facts: Facts, paths: StagePaths, stage: int, entered_in: Period | None = None
) -> tuple[npt.NDArray[Any], Whole]:
    """Days from each seen entry to a stage until it ended, and how: 1 = went on, 2 = lost or derailed, 0 = not yet."""
    as_of = np.datetime64(facts.as_of, "s")
    entered = paths.entered[:, stage]
    chosen = paths.seen[:, stage] & (entered <= as_of)
    if entered_in is not None:
        chosen &= (entered >= np.datetime64(entered_in.start, "s")) & (entered < np.datetime64(entered_in.end, "s"))
    went, went_on = paths.advanced[chosen, stage], paths.advanced_on[chosen, stage]
    ended, ended_on, entered = paths.ended[chosen], paths.ended_on[chosen], entered[chosen]
    cause = np.where(went & ~np.isnat(went_on), 1, np.where(ended & ~np.isnat(ended_on), 2, 0))
    until = np.where(cause == 1, went_on, np.where(cause == 2, ended_on, as_of))
    dated = ~((cause == 0) & (went | ended))  # it ended, but nobody knows when
    spent = np.maximum((until - entered) / np.timedelta64(1, "D"), 0.0)
    return np.floor(spent[dated]), cause[dated].astype(np.int64)


def _cohort(facts: Facts, paths: StagePaths, window: Period | None, skips: Skips) -> tuple[Flags, Flags]:
    """Which deals are in E of each stage (deals x stages), and which lost ones belong to it without anybody knowing."""
    entered = paths.entered[:, :-1]
    created = facts.deals["created"].to_numpy().astype("datetime64[s]")
    as_of = np.datetime64(facts.as_of, "s")
    inside, unknown = paths.reached[:, :-1] & ~(entered > as_of), paths.unknown & ~(created > as_of)
    if window is not None:
        first, end = np.datetime64(window.start, "s"), np.datetime64(window.end, "s")
        inside &= (entered >= first) & (entered < end)
        unknown &= (created >= first) & (created < end)
    if skips == "strict":
        whole = paths.told & ~(paths.reached[:, :-1] & ~paths.stood).any(axis=1)
        inside, unknown = inside & whole[:, None], unknown & whole
    return inside, unknown


def _tallies(  # noqa: PLR0917 - arrays of one shape
    paths: StagePaths, marks: Whole, inside: Flags, unknown: Flags, codes: Whole, own: Whole, groups: int
) -> dict[str, Whole]:
    """Numbers (groups x stages) of what became of the deals; ``codes`` (deals x stages) and ``own``: -1 = no group."""
    stages, kinds = len(paths.stages), 2 ** len(_MARKS)
    deal, stage = np.nonzero(inside & (codes >= 0))
    group = codes[deal, stage]
    places = (group * stages + stage) * kinds + marks[deal, stage]
    # How many deals bear each combination of marks; of these, those with one mark are summed.
    by_kind = np.bincount(places, minlength=groups * stages * kinds).reshape(groups, stages, kinds)
    bears = np.arange(kinds) >> np.arange(len(_MARKS))[:, None] & 1
    counts = dict(zip(_MARKS, (by_kind @ one for one in bears), strict=True))
    entered = by_kind.sum(axis=2)
    nowhere = np.bincount(own[unknown & (own >= 0)], minlength=groups)
    return counts | {
        "entered": entered,
        "open": entered - counts["advanced"] - counts["lost"],
        "unknown": np.repeat(nowhere[:, None], stages, axis=1),
    }


@once
def _marks(facts: Facts) -> Whole:
    """What became of every deal in every stage (deals x stages): the sum of 2 to the place in ``_MARKS`` of each."""
    paths = stage_paths(facts)
    lost, told = ~paths.advanced & paths.ended[:, None], np.broadcast_to(paths.told[:, None], paths.stood.shape)
    flags = (paths.advanced, lost, paths.skipped, paths.regressed, told)
    return sum((own.astype(np.int64) << place for place, own in enumerate(flags)), np.zeros(told.shape, dtype=np.int64))


def _table(facts: Facts, paths: StagePaths, counts: dict[str, Whole], names: list[str]) -> pd.DataFrame:
    stages, rows = len(paths.stages), []
    columns = [counts[head].ravel().tolist() for head in _COUNTS]
    for place, cells in enumerate(zip(*columns, strict=True)):
        group, stage = divmod(place, stages)
        found = dict(zip(_COUNTS, cells, strict=True))
        measured = _measured(facts, found, is_last=stage == stages - 1)
        rows.append((names[group], paths.stages[stage], *cells, *measured))
    return pd.DataFrame(rows, columns=["group", *_HEADS])


def _measured(facts: Facts, found: dict[str, int], *, is_last: bool) -> tuple[object, ...]:
    """rate, low, high, lower_bound, upper_bound, immature, regress_rate, note."""
    limits, entered, unknown = facts.settings, found["entered"], found["unknown"]
    nan = float("nan")
    if entered == 0:
        return nan, nan, nan, nan, nan, False, nan, "No deal is known to have entered this stage."
    immature = found["open"] / entered > limits.immature_share
    if entered < limits.counts_only_below:
        note = f"{found['advanced']} of {entered} went on: too few for a rate."
        return nan, nan, nan, nan, nan, immature, nan, note
    decided = found["advanced"] + found["lost"]
    lower = found["advanced"] / (entered + unknown)
    # A lost deal can never have gone on from the last stage.
    perhaps = 0 if is_last else unknown
    upper = (entered - found["lost"] + perhaps) / (entered + perhaps)
    back = found["regressed"] / entered
    refusal = _refusal(facts, found, decided)
    if refusal:
        return nan, nan, nan, lower, upper, immature, back, refusal
    rate = (found["advanced"] / decided, *wilson(found["advanced"], decided))
    return *rate, lower, upper, immature, back, _note(facts, found, decided, immature)


def _refusal(facts: Facts, found: dict[str, int], decided: int) -> str:
    """Why there is no headline rate, or ""."""
    unknown = found["unknown"]
    if unknown and unknown / (decided + unknown) > facts.settings.immature_share:
        return f"{unknown:,} lost deals do not say where; please fill Last stage before loss, and see the bounds."
    if decided < facts.settings.counts_only_below:
        return f"{found['advanced']} of {decided} went on, {found['open']} are still in it: too few for a rate."
    return ""


def _note(facts: Facts, found: dict[str, int], decided: int, immature: bool) -> str:
    notes = []
    if found["unknown"]:
        notes.append(f"{found['unknown']:,} lost deals do not say in which stage: they widen the bounds.")
    if immature:
        notes.append("Immature: many deals are still in this stage, so read the bounds too.")
    if decided < facts.settings.grey_below:
        notes.append(f"Only {decided} deals: read the interval.")
    return " ".join(notes)


def _flow_note(facts: Facts, entries: int, share: float) -> str:
    if np.isnan(share):
        if stage_paths(facts).told.any():
            return f"History saw {entries:,} entries in the window: too few."
        return "Flow needs history; it grows with every refresh."
    return "More left the stage than came: a stock was worked off." if share > 1 else ""


def _quarter_codes(facts: Facts, paths: StagePaths) -> tuple[list[str], Whole, Whole]:
    """Names of the last quarters, the one of every first entry (deals x stages), and that of Created (-1 = earlier)."""
    quarters = [facts.quarter]
    while len(quarters) < MOST_QUARTERS:
        quarters.insert(0, facts.fiscal.quarter(quarters[0].start - dt.timedelta(days=1)))
    starts = np.array([q.start for q in quarters], dtype="datetime64[s]")
    last = np.datetime64(quarters[-1].end, "s")

    def code(days: npt.NDArray[np.datetime64]) -> Whole:
        place = np.searchsorted(starts, days, side="right") - 1
        return np.where(np.isnat(days) | (days >= last), -1, place).astype(np.int64)

    created = facts.deals["created"].to_numpy().astype("datetime64[s]")
    return [q.name for q in quarters], code(paths.entered[:, :-1]), code(created)


@once
def groups_of(facts: Facts, by: Literal["rep", "source"]) -> tuple[Whole, list[str]]:
    """Number of every deal's group, and the groups' names: reps in the order of the report, sources by name."""
    if by == "rep":
        names = facts.rep_names()
        return facts.deals["rep"].map({name: i for i, name in enumerate(names)}).to_numpy().astype(np.int64), names
    source = facts.deals["source"]
    key_of = {name: name.strip().casefold() for name in set(source)}
    # Of several spellings the first in the alphabet, whatever the order of the rows.
    first = {name.strip().casefold(): name for name in sorted(map(str.strip, key_of), reverse=True)}
    keys = sorted(first, key=lambda key: (key == "", key))
    number = {key: i for i, key in enumerate(keys)}
    codes = np.array([number[key_of[name]] for name in source.tolist()], dtype=np.int64)
    return codes, [first[key] or NO_SOURCE for key in keys]
