"""How much of the work is won: XLP_WIN_RATE and XLP_WON_LOST."""

from __future__ import annotations

from typing import Final, cast

from xlpipeline.addin.functions._answers import of_figure
from xlpipeline.addin.functions._arguments import (
    AS_OF,
    FX,
    PERIODS,
    PIPELINE,
    REP,
    REPS,
    SETTINGS,
    STAGES,
    WINDOW,
    choice,
)
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics import win_loss, win_rate


def _win_rate(asked: Asked) -> Answer:
    basis = asked.text("Basis")
    if basis == "value":
        return of_figure(win_rate.value_win_rate(asked.money_facts, asked.window))
    return of_figure(win_rate.win_rate(asked.facts, basis=cast(win_rate.Basis, basis), window=asked.window))


def _won_lost(asked: Asked) -> Answer:
    return of_figure(win_loss.win_loss(asked.facts, asked.window))


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_WIN_RATE",
        description="Gives the share of qualified deals closed in the window that was won, from 0 to 1.",
        arguments=(
            PIPELINE,
            STAGES,
            AS_OF,
            choice("Basis", "What won is divided by:", "closed-broad", "closed-narrow", "created", "value"),
            WINDOW,
            REP,
            SETTINGS,
            PERIODS,
            REPS,
            FX,
        ),
        gives="share from 0 to 1",
        example='=XLP_WIN_RATE(Pipeline[#All],Stages[#All],AsOf,"closed-broad",,,Settings[#All])',
        metric="win_rate",
        give=_win_rate,
    ),
    WorksheetFunction(
        name="XLP_WON_LOST",
        description="Gives the number of deals won for each deal lost in the window.",
        arguments=(PIPELINE, STAGES, AS_OF, WINDOW, REP, SETTINGS, PERIODS, REPS),
        gives="ratio: 2 means two won for each one lost",
        example="=XLP_WON_LOST(Pipeline[#All],Stages[#All],AsOf,,,Settings[#All])",
        metric="win_loss",
        give=_won_lost,
    ),
)
