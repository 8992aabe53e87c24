"""Expansions by parent, and which parents are no parents."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.small_team import Row, facts_of, in_play, lost, won
from xlpipeline.metrics.expansions import by_parent, expansions
from xlpipeline.model.parents import parents


def of(parent: str) -> Row:
    return {"Parent deal": parent}


def test_the_children_of_a_parent_by_what_became_of_them() -> None:
    deals = [won(amount=500), won(amount=300) | of("d0 "), in_play() | of("D0"), lost() | of("D0"), won() | of("D1")]
    table = by_parent(facts_of(deals))
    assert table[["deal_id", "n", "won", "open", "lost", "won_amount", "names"]].to_numpy().tolist() == [
        ["D0", 3, 1, 1, 1, 30_000.0, "D1, D2, D3"], ["D1", 1, 1, 0, 0, 10_000.0, "D4"],
    ]  # fmt: skip


def test_the_share_of_the_won_value_or_its_reason() -> None:
    facts = facts_of([won(amount=500), won(amount=300) | of("D0"), won("2024-01-02", amount=900) | of("D0")])
    assert (expansions(facts).value, expansions(facts).n) == (300 / 800, 1)
    assert expansions(facts_of([in_play()])).reason == "No deal with an amount was won in the window."


def test_unknown_own_and_circular_parents_do_not_count() -> None:
    deals = [won() | of("D0"), won() | of("D9"), won() | of("D3"), won() | of("D2"), won() | of("D3"), won() | of("D1")]
    facts = facts_of(deals)
    assert parents(facts)["fault"].tolist() == ["itself", "unknown", "circular", "circular", "", ""]
    assert by_parent(facts)["deal_id"].tolist() == ["D1", "D3"]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1, 7), min_size=1, max_size=7))
def test_a_circle_is_what_walking_up_comes_back_to(ups: list[int]) -> None:
    facts = facts_of([won() | (of(f"D{up}") if up >= 0 else {}) for up in ups])
    for place, fault in zip(parents(facts).index, parents(facts)["fault"], strict=True):
        seen, at = [], ups[place]
        while 0 <= at < len(ups) and at not in seen:
            seen.append(at)
            at = ups[at]
        known = ups[place] < len(ups)
        wanted = "unknown" if not known else "itself" if ups[place] == place else "circular" if place in seen else ""
        assert fault == wanted
