"""What is known of a sample's leads: company, behaviour, and why some were turned down; and what the leads cost."""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np

from xlpipeline.samples.draws import Cells, Real, Whole, cells, pick, pick_text, where
from xlpipeline.samples.prospects import Prospects
from xlpipeline.samples.scene import Scene
from xlpipeline.samples.traits import Traits
from xlpipeline.samples.workdays import NEVER

PERSONAS: Final = ("Economic buyer", "Decision maker", "User", "Technical judge", "Buying department")
_INDUSTRIES: Final = ("Manufacturing", "Services", "Software", "Retail", "Healthcare", "Public sector")
_COUNTRIES: Final = (
    ("Germany", "Austria", "Switzerland"), ("Sweden", "Denmark", "Norway"), ("United Kingdom", "Ireland"),
    ("Italy", "Spain", "Portugal"),
)  # fmt: skip
_SIZES: Final = ((5, 45), (50, 400), (500, 2500))
"""Least number of people of a size of buyer, and the span above it."""
_REASONS: Final = ("No need", "No budget", "Bad timing", "Wrong contact", "Lost contact", "Duplicate")
_ADJUSTMENTS: Final = (
    (10, "Met at the trade fair, asked for an offer"),
    (-15, "Student project"),
    (15, "Old customer"),
)
_SPEND: Final = (
    ("Advertising", 2_600), ("Social media", 900), ("Content", 1_400), ("E-mail campaign", 500), ("Cold call", 1_100),
)  # fmt: skip
_MONTHS: Final = 12
_UNKNOWN: Final = 0.15
"""Share of cells that nobody has filled in."""


def lead_facts(scene: Scene, leads: Prospects, traits: Traits) -> dict[str, Cells]:
    """The columns of Leads about company, behaviour, adjustment and disqualification.

    Those that became an opportunity had looked around more.
    """
    count = len(leads.like)
    u = scene.stream("lead facts").random((16, count))
    account = traits.account[leads.like]
    of_company = scene.stream("company facts").random((3, int(traits.account.max()) + 1))[:, account]
    size = np.array(_SIZES, dtype=np.int64)[traits.segment[leads.like]]
    region = account % min(len(_COUNTRIES), len(scene.names))
    country = cells(
        [_COUNTRIES[r][int(v * len(_COUNTRIES[r]))] for r, v in zip(region.tolist(), of_company[1], strict=True)]
    )
    budget = traits.amount[leads.like] * (60 + pick(u[1], 80)) // 100 // 500 * 500
    keen = np.where(leads.converted < NEVER, 2, 1)
    turned_down = leads.status == "disqualified"
    adjusted = np.flatnonzero(u[2] < 0.03)
    points, why = np.full(count, None, dtype=object), np.full(count, None, dtype=object)
    for i in adjusted.tolist():
        points[i], why[i] = _ADJUSTMENTS[int(u[3][i] * len(_ADJUSTMENTS))]
    return {
        "Persona": where(u[4] > _UNKNOWN, pick_text(u[5], PERSONAS)),
        "Industry": where(u[6] > _UNKNOWN, pick_text(of_company[0], _INDUSTRIES)),
        "Employees": where(u[7] > _UNKNOWN, (size[:, 0] + pick(of_company[2], size[:, 1])).astype(object)),
        "Country": where(u[8] > _UNKNOWN / 3, country),
        "Budget": where(u[9] > 3 * _UNKNOWN, budget.astype(object)),
        "E-mails answered": _counts(u[10], 2 * keen),
        "Page views": _counts(u[11], 7 * keen),
        "Downloads": _counts(u[12], 2 * keen),
        "Manual adj.": points,
        "Adj. reason": why,
        "Disqualified reason": where(turned_down & (u[13] > _UNKNOWN / 3), pick_text(u[14], _REASONS)),
    }


def _counts(u: Real, most: Whole) -> Cells:
    """Counts from 0 to ``most``; of one lead in ten nobody knows."""
    return where(u > 0.1, pick(u * u, most + 1).astype(object))


def cost_rows(scene: Scene) -> list[tuple[object, ...]]:
    """Month, source, spend and note of the last twelve full months."""
    first = scene.as_of.replace(day=1)
    months = [first]
    for _ in range(_MONTHS):
        months.insert(0, (months[0] - dt.timedelta(days=1)).replace(day=1))
    u = scene.stream("costs").random((_MONTHS, len(_SPEND)))
    return [
        (month, source, int(typical * (80 + int(u[m, s] * 40)) // 100 // 50 * 50), None)
        for m, month in enumerate(months[:_MONTHS])
        for s, (source, typical) in enumerate(_SPEND)
    ]
