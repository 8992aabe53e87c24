"""The tab Coaching: what it shows of a rep, and that it never ranks a small sample."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.metrics.small_team import Row, facts_of, in_play, lost, won
from xlpipeline.model.facts import Facts
from xlpipeline.tabs import coaching, coaching_tables

BOB: Row = {"Owner": "Bob"}
PRICE: Row = {"Lost reason": "Price"}


def team() -> Facts:
    """Ann lost 10 of 40 in Qualified, Bob 20 of 40, for the price."""
    deals = [*[lost()] * 10, *[won()] * 30, *[lost() | BOB | PRICE] * 20, *[won() | BOB] * 20]
    return facts_of(deals, reps=["Ann", "Bob", "Cem"])


def test_what_is_more_than_chance_is_listed_with_its_reason_and_the_comparisons_counted() -> None:
    rows = coaching_tables.different_rows(team())
    assert rows[["Rep", "Stage", "Verdict", "Main reason"]].to_numpy().tolist() == [
        ["Ann", "Qualified", "loses less", "–"],
        ["Bob", "Qualified", "loses more", "Price: 20 of 20 (rest of the team 0 of 10)"],
    ]
    assert coaching.comparisons_say(team()).startswith(
        "4 comparisons of a rep with the rest in a stage: 2 beyond chance, where about 1 would look so by chance alone."
    )


def test_a_small_team_is_not_compared_at_all() -> None:
    facts = facts_of([*[lost()] * 29, *[won() | BOB] * 29])
    assert coaching_tables.different_rows(facts).empty
    assert coaching.comparisons_say(facts).startswith("Nothing is compared or ranked: no rep and stage has 30 deals")
    loose = replace(facts, settings=replace(facts.settings, grey_below=1))
    assert coaching.comparisons_say(loose) == coaching.comparisons_say(facts)


@pytest.mark.slow
def test_the_sheet_begins_with_who_differs_most_and_follows_the_choice() -> None:
    facts = team()
    assert coaching_tables.reps_to_coach(facts) == ("Ann", "Bob", "Cem")
    for chosen, shown in ((None, "Ann"), ("bob", "Bob"), ("Nobody", "Ann")):
        chosen_facts = replace(facts, book=replace(facts.book, names={"coaching_rep": chosen}))
        change = coaching.fill(chosen_facts)
        assert change.names["coaching_name"].cached == shown  # type: ignore[attr-defined]
        losses = next(one for one in change.tables if one.table == "CoachingLosses").columns
        assert losses["Stage"].tolist() == ["Prospect", "Qualified", "Offer"]
        assert losses["Lost"].tolist()[1] == (20 if shown == "Bob" else 10)


def test_differences_are_in_points_with_their_interval_and_a_real_minus() -> None:
    rows = coaching_tables.loss_data(team())
    found = dict(zip(rows["Key"], rows["Difference, 95 %"], strict=True))
    assert found["Bob|Qualified"] == "+25 (+4 to +43)"
    assert found["Ann|Qualified"] == "−25 (−43 to −4)"
    assert coaching_tables.loss_data(facts_of([in_play()]))["Verdict"].tolist() == ["counts only"] * 3
