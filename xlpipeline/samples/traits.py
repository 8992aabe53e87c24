"""What a deal is from its first day: who works it, for which account, what it is about and how much it may bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlpipeline.samples import words
from xlpipeline.samples.draws import Cells, Real, Whole, amount_factor, cells, pick, pick_weighted, stream
from xlpipeline.samples.scene import Scene
from xlpipeline.samples.workdays import Workdays

_HISTORY_DAYS: Final = 390
"""Business days of creation: about 18 months."""
_ACCOUNTS: Final = len(words.COMPANY_STARTS) * len(words.COMPANY_ENDS) * len(words.TRADES)


@dataclass(frozen=True)
class Traits:
    """Arrays over the deals, in the order of their creation. ``created``: position of a business day."""

    created: Whole
    rep: Whole
    segment: Whole
    product: Whole
    source: Whole
    account: Whole
    account_name: Cells
    opportunity: Cells
    amount: Whole
    """Whole units of the currency."""


def draw_traits(scene: Scene, deals: int) -> Traits:
    """Traits of so many deals; accounts belong to the region of their rep and come back with new deals."""
    u = scene.stream("traits").random((12, deals))
    created = np.sort(_created(u[0], scene.calendar), kind="stable")
    rep = _rep(u[1], u[2], created, scene)
    region_count = min(len(words.REGIONS), len(scene.names))
    per_region = max(1, min(_ACCOUNTS, deals * 9 // 20) // region_count)
    account = rep % region_count + region_count * pick(u[3] * (1 + u[3]) / 2, per_region)
    segment = pick_weighted(_of_account(scene.seed, account), [weight for *_, weight in words.SEGMENTS])
    product = pick_weighted(u[4], [weight for *_, weight in words.PRODUCTS])
    amount = _distinct(account, _amount(u[5], product, segment))
    return Traits(
        created=created,
        rep=rep,
        segment=segment,
        product=product,
        source=pick_weighted(u[6], [weight for _, weight in words.SOURCES]),
        account=account,
        account_name=_account_names(scene.seed, account, region_count),
        opportunity=_opportunities(product, u[7], u[8]),
        amount=amount,
    )


def person_names(u: Real, v: Real) -> Cells:
    """Made-up names of people."""
    starts, ends = cells(words.NAME_STARTS), cells(words.NAME_ENDS)
    code = pick(v, len(starts) * len(ends))
    return (
        cells(words.FIRST_NAMES)[pick(u, len(words.FIRST_NAMES))]
        + " "
        + starts[code % len(starts)]
        + ends[code // len(starts)]
    )


def rep_names(seed: int, count: int) -> list[str]:
    """Made-up names of so many people, no two alike, none of them one who has left."""
    draws = stream(seed, "reps").random((2, 3 * count + 8))
    known = dict.fromkeys(person_names(draws[0], draws[1]).tolist())
    found = [name for name in known if name not in words.FORMER_REPS][:count]
    return found + [f"{found[i % len(found)]} {i}" for i in range(len(found), count)]


def _created(u: Real, calendar: Workdays) -> Whole:
    """Days of creation: slow growth, less in the last month of a quarter, in August and late December."""
    span = np.arange(calendar.today - _HISTORY_DAYS, calendar.today + 1)
    days = calendar.days[span]
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    in_quarter = span - calendar.quarter_start[span]
    weight = 100 + (span - span[0]) * 25 // _HISTORY_DAYS
    weight = weight * np.where(in_quarter > 42, 80, 108) // 100
    quiet = (month == 7) | ((month == 11) & (in_quarter > 52))
    weight = np.where(quiet, weight * 75 // 100, weight)
    return pick_weighted(u, weight.tolist()) + int(span[0])


def _rep(u: Real, v: Real, created: Whole, scene: Scene) -> Whole:
    """Owners by load; deals from before a rep was hired go to somebody else."""
    rep = pick_weighted(u, scene.style("load").tolist())
    hired = scene.hired()
    veterans = np.flatnonzero(hired == 0)
    return np.where(created < hired[rep], veterans[pick(v, len(veterans))], rep)


def _amount(u: Real, product: Whole, segment: Whole) -> Whole:
    typical = np.array([price for _, price, _ in words.PRODUCTS], dtype=np.int64)[product]
    percent = np.array([amount for _, amount, *_ in words.SEGMENTS], dtype=np.int64)[segment]
    return np.maximum(500, (typical * percent // 100 * amount_factor(u)).astype(np.int64) // 50 * 50)


def _distinct(account: Whole, amount: Whole) -> Whole:
    """No account has two deals of one amount, so that the only twins are those that the mess makes."""
    while True:
        key = account * 100_000_000 + amount
        order = np.argsort(key, kind="stable")
        again = np.zeros(len(key), dtype=bool)
        again[order[1:]] = key[order[1:]] == key[order[:-1]]
        if not again.any():
            return amount
        amount = np.where(again, amount + 50, amount)


def _of_account(seed: int, account: Whole) -> Real:
    """The same draw for every deal of an account."""
    return stream(seed, "account sizes").random(int(account.max()) + 1)[account]


def _account_names(seed: int, account: Whole, region_count: int) -> Cells:
    count = int(account.max()) + 1
    shuffled = np.argsort(stream(seed, "accounts").random(max(_ACCOUNTS, count)), kind="stable")
    code = shuffled[:count] % _ACCOUNTS
    starts, ends, trades = cells(words.COMPANY_STARTS), cells(words.COMPANY_ENDS), cells(words.TRADES)
    forms = cells([form for _, form in words.REGIONS])[np.arange(count) % region_count]
    start, rest = starts[code % len(starts)], code // len(starts)
    names = start + ends[rest % len(ends)] + " " + trades[rest // len(ends)] + " " + forms
    return np.asarray(names[account], dtype=object)


def _opportunities(product: Whole, u: Real, v: Real) -> Cells:
    names = cells([name for name, *_ in words.PRODUCTS])[product]
    sites = cells(["", "", "", *(f", {site}" for site in words.SITES)])
    return np.asarray(names + " " + cells(words.PURPOSES)[pick(u, len(words.PURPOSES))] + sites[pick(v, len(sites))])
