"""The deal score: budget, timing, authority, interest from 0 to 5; a deal that is not scored is no 0."""

from __future__ import annotations

import math
from typing import Any

from tests.metrics.small_leads import BANT, lead_facts
from tests.metrics.small_team import in_play
from xlpipeline.metrics.deal_score import deal_score, of_deals

FULL: dict[str, Any] = {"Deal budget": 5, "Deal timing": 5, "Deal authority": 5, "Deal interest": 5}


def test_scores_run_from_0_to_100_by_weight() -> None:
    marks = ({**FULL}, dict.fromkeys(FULL, 0), FULL | {"Deal budget": 0}, FULL | {"Deal interest": 0})
    found = of_deals(lead_facts(deals=[in_play(**one) for one in marks]))["score"]
    assert found.round(6).tolist() == [100, 0, 66.666667, 83.333333]


def test_a_deal_without_marks_is_not_scored_and_a_mark_of_0_is() -> None:
    found = of_deals(lead_facts(deals=[in_play(), (in_play() | {"Deal budget": 0})]))["score"].tolist()
    assert math.isnan(found[0])
    assert found[1] == 0


def test_five_is_the_highest_mark() -> None:
    found = of_deals(lead_facts(deals=[(in_play() | {"Deal timing": 5}), (in_play() | {"Deal timing": 6})]))[
        "score"
    ].tolist()
    assert found[0] == 100
    assert math.isnan(found[1])


def test_the_marks_of_other_frameworks_do_not_count() -> None:
    assert of_deals(lead_facts(deals=[(in_play(Budget=2) | {"Deal budget": 1})]))["score"].tolist() == [20]


def test_the_figure_is_the_mean_of_scored_open_deals() -> None:
    found = deal_score(lead_facts(deals=[in_play(**FULL), (in_play() | {"Deal timing": 0}), in_play()]))
    assert (found.value, found.n) == (50, 2)
    assert "no column" in deal_score(lead_facts(deals=[in_play()], scoring=BANT)).reason
