"""Exit and entry criteria (SEMANTICS 17): what each asks, and which step of the way it guards.

``criteria_table`` reads them from the table Criteria. Each is compiled twice from its record: ``criteria_formula``
makes the native formula that lives while a rep types, ``criteria_evaluate`` the engine's evaluation. The kinds:

* ``filled(column)``: the cell holds something that is not only spaces.
* ``value(column, operator, x)``: x a number or date: the cell is a number for which the operator holds; x the word
  ``today``: the cell is a date whose day so compares with the as-of date; x a text: the cell is (``=``) or is filled
  and is not (``<>``) that text, case and outer spaces aside; ``in``: as list.
* ``list(column, "a; b; c")``: the cell is one of these, case and outer spaces aside.
* ``date_order(first, second)``: both cells hold dates and the first is not after the second (days, not hours).
* ``activity(type, least)``: that many activities of the type were logged for the deal from the day it entered its
  stage (as far as known; else ever) to the as-of date; one planned for later does not count yet.
* ``tick(column)``: the cell holds Y.

An error value meets nothing. **Within business days** N: the date (of ``filled``, the second of ``date_order``, each
counted activity) must lie no later than N business days after the deal entered the stage, and not after the as-of date,
for what is planned is not done. Until that day an unmet criterion is simply missing; from the next day on it is *late*:
no truthful date can meet it any more, so the way on is an override with a reason (better: make such a criterion a
reminder, Blocking N). An earlier date is fine. The clock runs only in the criterion's own stage, from a known entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xlpipeline.model.criteria_arguments import Arguments

PATH_TYPES: Final = ("open", "won", "post")
"""Stages that a deal moves through; lost and derailed ones can always be chosen."""


@dataclass(frozen=True)
class StagePath:
    """The stages from first to last, and those that end a deal without a sale; each by Order.

    ``names``: open, won and post stages. ``ends``: lost and derailed ones, which can always be chosen.
    """

    names: tuple[str, ...]
    ends: tuple[str, ...]

    @property
    def listed(self) -> tuple[str, ...]:
        """The drop-down's list: the ends first, so that cutting it below a stage of the path never hides them."""
        return self.ends + self.names


@dataclass(frozen=True)
class Criterion:
    """One row of Criteria. ``step``: index in the path of the stage that it guards the way out of."""

    position: int
    stage: str
    direction: str
    id: str
    text: str
    kind: str
    arguments: Arguments
    within_business_days: int
    blocking: bool
    step: int


@dataclass(frozen=True)
class CriterionFault:
    """What is wrong with a row of Criteria; that row is left out, the rest still works.

    ``position``: 0-based body row; -1 (the head) for a fault of the stages that the criteria guard.
    """

    position: int
    column: str
    wrong: str


def steps(criteria: Sequence[Criterion], path: StagePath) -> tuple[tuple[Criterion, ...], ...]:
    """Per step of the path (from each stage to the next) the blocking criteria that guard it, in table order."""
    return tuple(tuple(c for c in criteria if c.blocking and c.step == step) for step in range(len(path.names) - 1))
