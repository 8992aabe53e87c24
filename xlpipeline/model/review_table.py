"""The tables of the review: ``Review`` is the present one, ``ReviewNotes`` keeps what was written in earlier ones."""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import Column, Table

_C = Column
MANAGER: Final = "Manager note"
REPLY: Final = "Rep reply"
TYPED: Final = (MANAGER, REPLY)
"""Columns of the review that people write."""

REVIEW: Final = Table(
    "Review",
    "Review",
    "Review",
    (
        _C("Rep", "text", "Who owns the deal. Choose a name with the button on this head.", 17, "refresh"),
        _C("Block", "text", "Part of the review, numbered in the order in which it is talked through.", 24, "refresh"),
        _C("Deal ID", "text", "The deal; blank where a line is about the block as a whole.", 11, "refresh"),
        _C("Opportunity", "text", "What it is called, and the account.", 32, "refresh"),
        _C("Stage", "text", "Where it stood when the review was started.", 17, "refresh"),
        _C("Amount", "whole", "Its amount then, in the team's currency.", 11, "refresh", "currency"),
        _C("What", "text", "What happened, what is wrong, or what comes next.", 36, "refresh"),
        _C("Last time", "text", "What was written about the deal last, and in which review.", 36, "refresh"),
        _C(MANAGER, "text", "For the manager: what was agreed. It is kept, here or on Review notes.", 40),
        _C(REPLY, "text", "For the rep: answer, help that is needed. It is kept, too.", 40),
        _C("Review of", "date", "The day on which the review was started.", 12, "refresh"),
    ),
)
"""Written by the job *Start review* only: a refresh never touches it, so that it stays as it was talked through."""

REVIEW_NOTES: Final = Table(
    "ReviewNotes",
    "Review notes",
    "Notes of earlier reviews",
    (
        _C("Review of", "date", "The day of the review.", 12, "refresh"),
        _C("Rep", "text", "Who owned the deal then.", 17, "refresh"),
        _C("Block", "text", "Where the note stood.", 24, "refresh"),
        _C("Deal ID", "text", "The deal.", 11, "refresh"),
        _C("Opportunity", "text", "What it was called.", 34, "refresh"),
        _C("What", "text", "What stood beside the note.", 36, "refresh"),
        _C(MANAGER, "text", "What the manager wrote.", 36, "refresh"),
        _C(REPLY, "text", "What the rep wrote.", 36, "refresh"),
        _C("Other text", "text", "What stood in columns or rows of your own.", 36, "refresh"),
    ),
)
"""Append-only: when a new review is started, every line of the old one in which somebody had written goes here."""

BLOCKS: Final = (
    "1 Won since last review", "2 What moved", "3 What is stuck", "4 Next steps", "5 At risk", "6 Clean-up",
    "7 Priorities",
)  # fmt: skip
"""The parts of the review of each rep, in this order; the numbers bring it back after sorting."""

REVIEW_LABEL: Final = "Review"


def review_label(label: str) -> str:
    """Label of the snapshot that a review freezes: ``Review``, or ``Review: weekly``."""
    return f"{REVIEW_LABEL}: {label.strip()}" if label.strip() else REVIEW_LABEL


def is_review(label: str) -> bool:
    """Whether a snapshot of that label was taken by a review."""
    return label == REVIEW_LABEL or label.startswith(f"{REVIEW_LABEL}: ")
