"""Spellings: a proposal where one is near, none where none is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlpipeline.model.spelling import closest, folded, proposal

STAGES = ["Prospect", "Proposal", "Negotiation", "Won", "Lost", "No decision"]


@pytest.mark.parametrize(
    ("found", "means"),
    [
        ("WON", "Won"),
        ("Won ", "Won"),
        ("closed won", "Won"),
        ("Closed-Lost", "Lost"),
        ("Negotation", "Negotiation"),
        ("negotiations", "Negotiation"),
        ("Wno", "Won"),
        ("NoDecision", "No decision"),
        ("proposal sent", "Proposal"),
        ("Discovery", ""),
        ("", ""),
        ("???", ""),
    ],
)
def test_the_closest_stage(found: str, means: str) -> None:
    assert closest(found, STAGES) == means


def test_a_proposal_is_a_question() -> None:
    assert proposal("wn", STAGES) == " Did you mean Won?"
    assert proposal("xyz", STAGES) == ""


def test_folding_drops_case_accents_and_punctuation() -> None:
    assert folded("  Señor_Łódź—GmbH & Co. ") == "senor łodz gmbh co"


@settings(deadline=None)
@given(st.text(max_size=12))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@settings(deadline=None)
@given(st.text(max_size=20))
def test_only_known_names_are_proposed(text: str) -> None:
    assert closest(text, STAGES) in ["", *STAGES]
