"""Leads and marks as cells ask for them; as of 2026-03-31."""

from __future__ import annotations

from typing import Any

import pytest

from tests.addin.given_tables import BY_NAME, Cells, ask, com_tables, value
from tests.metrics.small_leads import converted, lead, lead_facts, turned_down
from tests.metrics.small_team import AS_OF, day, in_play
from xlpipeline.addin.functions import FUNCTIONS, VALUE_ERROR, Answer, answer

LEADS = [*[converted(**{"First response": day("2026-03-03")})] * 2, *[turned_down()] * 3,
         lead(Industry="Software", **{"E-mails answered": 3}), lead()]  # fmt: skip


def tables(**more: Any) -> dict[str, Cells]:  # noqa: ANN401
    deals = [in_play(Budget=2, Need=1), (in_play() | {"Deal timing": 0}), in_play()]
    facts = lead_facts(LEADS, deals, costs=[("2026-02-10", "Ads", 300)], **more)
    return com_tables(facts.book)


def cells(found: Answer) -> list[object]:
    return [row[0] for row in found.cells]


@pytest.mark.slow
def test_one_score_per_row_of_pipeline_and_blank_where_nothing_is_marked() -> None:
    assert cells(ask("XLP_QUAL", tables(), AS_OF)) == [75, None, None]
    assert cells(ask("XLP_DEAL_SCORE", tables(), AS_OF)) == [None, 0, None]
    found = ask("XLP_QUAL", tables(), AS_OF, Measure="share")
    assert cells(found) == [0.6, 0, 0]
    assert found.why == "Given: n = 1 of 3 deals have a mark, framework BANT."


@pytest.mark.slow
def test_one_fit_per_row_of_leads() -> None:
    assert cells(ask("XLP_ICP_FIT", tables(), AS_OF))[-2:] == [100, None]
    assert cells(ask("XLP_ICP_FIT", tables(), AS_OF, Measure="confidence"))[-2:] == [0.3, None]
    assert cells(ask("XLP_LEAD_SCORE", tables(), AS_OF, Measure="behaviour"))[-2:] == [100, None]


def test_a_table_without_usable_rows_is_said() -> None:
    assert cells(ask("XLP_ICP_FIT", tables(icp=()), AS_OF)) == [VALUE_ERROR]
    assert cells(ask("XLP_QUAL", tables(scoring=()), AS_OF)) == [VALUE_ERROR]


def test_the_best_fifth_of_a_column_with_ties_and_none_under_ten() -> None:
    def top(*scores: object, more: tuple[object, ...] = ()) -> list[object]:
        return cells(answer(BY_NAME["XLP_TOP"], [tuple((one,) for one in scores), *more], FUNCTIONS))

    assert top(*map(float, range(10))) == [False] * 8 + [True] * 2
    assert top(*map(float, range(9))) == [False] * 9
    assert top(9.0, 8.0, 8.0, None, "x", *[1.0] * 7) == [True, True, True, *[False] * 9]
    assert top(1.0, 2.0, more=("0.5", "2")) == [False, True]
    assert top(1.0, 2.0, more=("2",)) == [VALUE_ERROR]


@pytest.mark.slow
def test_figures_of_leads_are_those_of_the_metrics() -> None:
    assert value(ask("XLP_LEAD_CONVERSION", tables(), AS_OF)) == 0.4
    few = ask("XLP_LEAD_CONVERSION", tables(), AS_OF, Source="Ads")
    assert value(few) == "#N/A"
    assert few.why == "No lead came in."
    assert value(ask("XLP_LOAD", tables(), AS_OF)) == 0.5  # 3 deals and 2 leads of 10
    assert value(ask("XLP_LOAD", tables(), AS_OF, Owner="Bob")) == "#N/A"
    assert value(ask("XLP_COST_PER_OPPORTUNITY", tables(), AS_OF)) == "#N/A"
    assert ask("XLP_COST_PER_OPPORTUNITY", tables(), AS_OF, LagMonths=1.0).cells == ((100.0,),)
    assert ask("XLP_LEAD_RESPONSE", tables(), AS_OF).why.startswith("2 of 4 leads answered: too few")


def test_an_owner_that_nobody_knows_is_refused() -> None:
    assert cells(ask("XLP_LEAD_RESPONSE", tables(), AS_OF, Owner="Zoe")) == [VALUE_ERROR]
