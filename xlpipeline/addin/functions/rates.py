"""How much of the work is won: XLP_WIN_RATE, XLP_WIN_CURVE and XLP_WON_LOST."""

from __future__ import annotations

from typing import Final, Literal, cast

from xlpipeline.addin.functions._answers import of_figure, of_table
from xlpipeline.addin.functions._arguments import DAYS, DEALS, MONEY, OWN_HISTORY, TEAM, WINDOW, choice
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.metrics import win_curve, win_loss, win_rate

_CURVES: Final = {"curve": "created", "curve-qualified": "qualified"}
_SHARES: Final = ("closed-broad", "closed-narrow", "created")
_ONLY_FOR: Final[dict[str, tuple[tuple[str, ...], tuple[object, ...]]]] = {
    "Window": ((*_SHARES, "value"), ("trailing", "all")),
    "Base": (_SHARES, ("setting",)),
    "Undated": (("created",), ("exclude",)),
    "Days": (tuple(_CURVES), ("", None)),
}
"""Options that only some bases have, and what says nothing with the others: they are never left aside in silence."""
_CURVE_HEADS: Final = {
    "days": "Within days", "won": "Won", "low": "Low", "high": "High", "lost": "Lost", "open": "Still open",
    "followed": "Followed", "note": "Note",
}  # fmt: skip


def _win_rate(asked: Asked) -> Answer:
    basis = asked.text("Basis")
    for name, (bases, silent) in _ONLY_FOR.items():
        if basis not in bases and asked.given[name] not in silent:
            raise RequestError(f"{name} is only for the basis {' or '.join(bases)}; please leave it out with {basis}.")
    if basis == "value":
        return of_figure(win_rate.value_win_rate(asked.money_facts, asked.window))
    if basis in _CURVES:
        days = asked.days or asked.facts.settings.conversion_days
        return of_figure(win_curve.won_within(asked.facts, days, cast(win_curve.Start, _CURVES[basis])))
    base = asked.text("Base")
    found = win_rate.win_rate(
        asked.facts,
        basis=cast(win_rate.Basis, basis),
        window=asked.window,
        base=None if base == "setting" else cast(win_rate.Base, base),
        undated=cast(Literal["exclude", "include"], asked.text("Undated")),
    )
    return of_figure(found)


def _win_curve(asked: Asked) -> Answer:
    start = cast(win_curve.Start, asked.text("Start"))
    curve, table = win_curve.win_curve(asked.facts, start), win_curve.by_days(asked.facts, start)
    return of_table(table, _CURVE_HEADS, f"Given: n = {curve.n:,}, basis {curve.basis}.", "")


def _won_lost(asked: Asked) -> Answer:
    return of_figure(win_loss.win_loss(asked.facts, asked.window))


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_WIN_RATE",
        description="Gives the share of qualified deals closed in the window that was won, from 0 to 1.",
        arguments=(
            *DEALS,
            choice(
                "Basis",
                "What won is divided by; for the curves, won within Days of creation or qualification:",
                *_SHARES,
                "value",
                *_CURVES,
            ),
            WINDOW,
            *MONEY,
            choice("Base", "Which deals count, as the settings say or always so:", "setting", "qualified", "all"),
            choice("Undated", "With the basis created, deals without a created date:", "exclude", "include"),
            DAYS,
            OWN_HISTORY,
        ),
        gives="share from 0 to 1",
        example='=XLP_WIN_RATE(Pipeline[#All],Stages[#All],AsOf,"closed-broad",,,Settings[#All])',
        metric="win_rate",
        give=_win_rate,
    ),
    WorksheetFunction(
        name="XLP_WIN_CURVE",
        description="Gives a table: of the deals that began, the share won within 30, 60, 90 ... 365 days.",
        arguments=(
            *DEALS,
            choice("Start", "When a deal begins:", "created", "qualified"),
            *TEAM,
            OWN_HISTORY,
        ),
        gives="table with a head, one row per number of days; shares from 0 to 1",
        example='=XLP_WIN_CURVE(Pipeline[#All],Stages[#All],AsOf,"created",,Settings[#All])',
        metric="win_curve",
        give=_win_curve,
    ),
    WorksheetFunction(
        name="XLP_WON_LOST",
        description="Gives the number of deals won for each deal lost in the window.",
        arguments=(*DEALS, WINDOW, *TEAM),
        gives="ratio: 2 means two won for each one lost",
        example="=XLP_WON_LOST(Pipeline[#All],Stages[#All],AsOf,,,Settings[#All])",
        metric="win_loss",
        give=_won_lost,
    ),
)
