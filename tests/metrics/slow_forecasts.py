"""Slow forecasts over plain records, one deal after the other: what the fast ones must agree with."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.metrics.past_stays import FIRST, Deal, slow_chance
from tests.metrics.small_team import STAGES, Row
from tests.metrics.told_ways import way

OPEN = [str(stage[1]) for stage in STAGES if stage[2] == "open"]
DEFAULTS = {str(stage[1]): float(stage[3]) for stage in STAGES if stage[2] == "open"}
Stop = tuple[dt.date, str]


def day_number(day: dt.date) -> int:
    return (day - FIRST).days


def wandering(
    seed: int,
    *,
    days: int = 150,
    count: int = 45,
    step: int = 10,
    reopened: float = 0.2,
    **cells: Any,  # noqa: ANN401
) -> list[Row]:
    """Ways of deals that begin on some day from 1 October 2025 on; some end, and some of these are reopened."""
    draw, first = random.Random(seed), dt.date(2025, 10, 1)  # noqa: S311 - made-up data
    ways = []
    for _ in range(count):
        at, stops = draw.randrange(0, days, step), list[tuple[str, str]]()
        for stage in ("Prospect", "Qualified", "Offer", draw.choice(["Won", "Lost"]), "Offer"):
            if at >= days or (stage == "Offer" and len(stops) == 4 and draw.random() < 1 - reopened):
                break
            stops.append(((first + dt.timedelta(days=at)).isoformat(), stage))
            at += draw.randrange(step, 3 * step + 1, step)
        ways.append(way(*stops, **cells))
    return ways


def as_deal(stops: Sequence[Stop]) -> Deal:
    """A way without reopening as a record of stays."""
    stays = tuple((OPEN.index(stage), day_number(on)) for on, stage in stops if stage in OPEN)
    last_on, last = stops[-1]
    return Deal(stays, None if last in OPEN else (day_number(last_on), last == "Won"))


def slow_open_chances(ways: Sequence[Row], today: dt.date, days: int) -> list[tuple[float, int, str]]:
    """p, n and source of every deal that is open today: by its age, its band, the stage or the default."""
    deals = [as_deal(one["stops"]) for one in ways]
    seen_from = min(day_number(one["stops"][0][0]) for one in ways)
    now, out = day_number(today), []
    for one, deal in zip(ways, deals, strict=True):
        if deal.end is not None:
            continue
        stage, entered = deal.stays[-1]
        age = now - entered
        lasted = []
        for other in deals:
            for place, (where, begun) in enumerate(other.stays):
                more = place + 1 < len(other.stays)
                left = other.stays[place + 1][1] if more else other.end[0] if other.end else None
                if where == stage and left is not None:
                    lasted.append(left - begun)
        edges = [0, *(int(np.floor(np.quantile(lasted, fifth / 5))) for fifth in range(1, 5))] if lasted else [0]
        band = max(edge for edge in edges if edge <= age)
        # Those that began on the last day stand there too, at an age below nought days.
        asked = (("same age", age, 30), ("age band", band, 10), ("whole stage", -1, 10))
        for source, landmark, least in asked:
            p, n = _from(deals, stage, landmark, now, days, seen_from)
            if n >= least:
                out.append((p, n, source))
                break
        else:
            _, n = _from(deals, stage, age, now, days, seen_from)
            out.append((one.get("Probability") or DEFAULTS[OPEN[stage]], n, "stage default"))
    return out


def _from(  # noqa: PLR0917 - the whole question
    deals: Sequence[Deal], stage: int, landmark: int, now: int, days: int, seen_from: int
) -> tuple[float, int]:
    """``slow_chance`` from an age, or (-1) from entry, where stays of no length count as well."""
    if landmark >= 0:
        return slow_chance(deals, stage, landmark, now, days, seen_from)
    won, surviving, followed = 0.0, 1.0, []
    for deal in deals:
        for where, entered in deal.stays:
            if where == stage and seen_from <= entered <= now:
                known = deal.end is not None and deal.end[0] <= now
                last = deal.end[0] if known and deal.end else now
                followed.append((last - entered, known and deal.end is not None and deal.end[1], known))
    for step in range(days + 1):
        at_risk = sum(time >= step for time, _, _ in followed)
        if at_risk:
            won += surviving * sum(time == step and is_won for time, is_won, _ in followed) / at_risk
            surviving *= 1 - sum(time == step and known for time, _, known in followed) / at_risk
    return won, len(followed)


def slow_stated(ways: Sequence[Row], days: int) -> list[tuple[float, bool]]:
    """Of each closed deal that stood in an open stage ``days`` before: its probability on that evening, whether won."""
    out = []
    for one in ways:
        closed_on, outcome = one["stops"][-1]
        if outcome in OPEN:
            continue
        before = [stage for on, stage in one["stops"] if on <= closed_on - dt.timedelta(days=days)]
        if before and before[-1] in OPEN:
            own = one.get("Probability")
            out.append((DEFAULTS[before[-1]] if own is None else own, outcome == "Won"))
    return out


def slow_outcome(
    rows: Sequence[tuple[float, float, int, int]], won: float, phi: float, draws: int, seed: int
) -> list[float]:  # fmt: skip
    """Won value in many draws, one deal after the other. ``rows``: p, amount, n, stage of every open deal."""
    draw = random.Random(seed)  # noqa: S311 - a simulation
    mean = sum(p for p, *_ in rows)
    binomial = sum(p * (1 - p) for p, *_ in rows)
    common = ((phi - 1) * binomial) ** 0.5 / mean if phi > 1 else 0.0
    spreads = {}
    for stage in {stage for *_, stage in rows}:
        mine = [(p, n) for p, _, n, where in rows if where == stage]
        share, known = sum(p for p, _ in mine) / len(mine), sum(n for _, n in mine) / len(mine)
        spreads[stage] = (share * (1 - share) / (known + 1)) ** 0.5 / share
    out = []
    for _ in range(draws):
        year = draw.gauss(0, 1) * common
        luck = {stage: max(0.0, 1 + draw.gauss(0, 1) * spread + year) for stage, spread in spreads.items()}
        out.append(won + sum(amount for p, amount, _, stage in rows if draw.random() < p * luck[stage]))
    return out
