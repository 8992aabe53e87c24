"""The eight stages in which sample deals move unless a caller brings others, and the styles of the reps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlpipeline.samples.records import StageSpec

EIGHT_STAGES: Final = (
    StageSpec(
        "Prospecting", "open", 0.05, 4, 10, 150, 60, touches=1, activity_types=("E-mail", "Call", "Call"),
        next_steps=("Call to fix a first meeting", "Send a short introduction", "Find the right contact"),
        lost_reasons=("Lost contact", "No budget", "Bad timing"),
        cadence=((3, "Call"), (7, "Social media"), (10, "E-mail")),
    ),
    StageSpec(
        "Qualification", "open", 0.10, 5, 10, 180, 50, fills=("Decision maker",), touches=1,
        activity_types=("Call", "E-mail", "Meeting"),
        next_steps=("Ask for budget and timing", "Meet the decision maker", "Agree on the next talk"),
        lost_reasons=("No budget", "Bad timing", "Competitor"),
    ),
    StageSpec(
        "Discovery", "open", 0.20, 7, 15, 185, 40, True, ("Needs call on", "Need confirmed"), 1, ("Call", "Meeting"),
        ("Hold the needs call", "Confirm the need in writing", "Collect the figures for the case"),
        ("Bad timing", "Missing feature", "Competitor"),
    ),
    StageSpec(
        "Solution presentation", "open", 0.40, 8, 15, 200, 30, True, (), 1, ("Demo", "Meeting", "E-mail"),
        ("Prepare the demo", "Show the solution to the team", "Send the summary of the demo"),
        ("Missing feature", "Competitor", "Price"), ((2, "E-mail"),),
    ),
    StageSpec(
        "Handling objections", "open", 0.50, 7, 10, 165, 30, True, (), 1, ("Call", "Meeting", "E-mail"),
        ("Answer the security questions", "Reference call with a customer", "Clear the open points"),
        ("Competitor", "Price", "Missing feature"),
    ),
    StageSpec(
        "Negotiation/Proposal", "open", 0.65, 8, 15, 165, 30, True,
        ("Proposal sent on", "Proposal acknowledged on", "Approval needed", "Approved on"), 1,
        ("E-mail", "Call", "Meeting"),
        ("Send the proposal", "Go through the proposal", "Agree on price and terms"),
        ("Price", "Competitor", "No budget"), ((2, "Call"), (6, "Value touch")),
    ),
    StageSpec(
        "Closing", "open", 0.85, 5, 10, 95, 40, True, ("Signed on",), 1, ("Call", "E-mail"),
        ("Send the contract for signature", "Remind of the signature", "Fix the start date"),
        ("Price", "Competitor"),
    ),
    StageSpec("Won", "won", 1.0, qualified=True),
    StageSpec("Post-sale", "post", 1.0, qualified=True, cadence=((20, "Call"),)),
    StageSpec("Lost", "lost", 0.0),
    StageSpec("Derailed", "derailed", 0.0),
)  # fmt: skip


@dataclass(frozen=True)
class Style:
    """How a rep differs from the usual: all figures in percent of the usual, but for ``hired_days_ago``.

    ``linger``: how long dead deals are kept. ``guess``: first guess of the cycle.
    ``push``: length of one push of the close date. ``attainment``: of quota.
    """

    name: str
    drops: int = 100
    pace: int = 100
    linger: int = 210
    guess: int = 100
    push: int = 100
    load: int = 100
    touches: int = 100
    attainment: int = 98
    idles: bool = False
    hired_days_ago: int | None = None


_STEADY: Final = Style("steady")
STYLES: Final = (
    _STEADY,
    Style("star", drops=78, pace=88, load=110, touches=120, attainment=112),
    Style("sandbagger", pace=110, guess=70, push=40, attainment=94),
    Style("idler", drops=112, pace=112, linger=330, touches=50, attainment=78, idles=True),
    Style("new hire", drops=122, pace=105, load=90, attainment=86, hired_days_ago=240),
    Style("quick", drops=102, pace=88, attainment=104),
    Style("careful", drops=94, pace=110, load=92, attainment=101),
    Style("generous", drops=104, load=108, attainment=90),
)


def style_of(rep: int) -> Style:
    """Style of the rep in that place; teams of more than eight have more steady reps."""
    return STYLES[rep] if rep < len(STYLES) else _STEADY
