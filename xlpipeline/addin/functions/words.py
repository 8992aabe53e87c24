"""What a figure means and why it is as it is: XLP_DEFINITION and XLP_WHY."""

from __future__ import annotations

import difflib
from typing import Final, cast

from xlpipeline.addin.functions._answers import answer
from xlpipeline.addin.functions._arguments import choice
from xlpipeline.addin.functions._record import Answer, Argument, Asked, WorksheetFunction
from xlpipeline.errors import RequestError
from xlpipeline.jobs.explain import explain

_PARTS: Final = {
    "definition": ("definition", "what"),
    "formula": ("formula", "what"),
    "why": ("why_it_matters",),
    "what-to-do": ("what_to_do",),
}
"""Each part, and what ``explain`` calls it of a metric or (second) of a check."""


def _definition(asked: Asked) -> Answer:
    name = asked.text("Figure")
    function = _named(name, asked.functions)
    told = explain(function.metric if function and function.metric else name).data
    text = next(str(told[key]) for key in _PARTS[asked.text("Part")] if key in told)
    return Answer(((text,),), f"Given: the {told['kind']} {told['name']} ({told['title']}).")


def _why(asked: Asked) -> Answer:
    name, arguments = asked.text("FunctionName"), cast("tuple[object, ...]", asked.given["Arguments"])
    function = _named(name, asked.functions)
    if function is None:
        names = [one.name for one in asked.functions]
        near = difflib.get_close_matches(f"XLP_{_key(name)}", names, n=1) or names[:1]
        raise RequestError(f"There is no worksheet function '{name:.40}'; did you mean {near[0]}?")
    if function.give is _why:
        raise RequestError("XLP_WHY explains the other functions; please give the name of one of them.")
    why = answer(function, arguments, asked.functions).why
    return Answer(((why,),), "Given: the sentence of that function.")


def _named(name: str, functions: tuple[WorksheetFunction, ...]) -> WorksheetFunction | None:
    return next((one for one in functions if _key(one.name) == _key(name)), None)


def _key(name: str) -> str:
    """``XLP_WIN_RATE`` and ``win rate`` as WIN_RATE."""
    return "_".join(name.replace("_", " ").upper().split()).removeprefix("XLP_")


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_DEFINITION",
        description="Gives the definition of a figure or a check as a text.",
        arguments=(
            Argument("Figure", "Its name: win_rate, XLP_CYCLE, a title such as Win rate, or a check.", "text"),
            choice("Part", "Which text:", *_PARTS),
        ),
        gives="text",
        example='=XLP_DEFINITION("win_rate")',
        metric="",
        give=_definition,
    ),
    WorksheetFunction(
        name="XLP_WHY",
        description=(
            "Gives the sentence behind a figure: why it is #N/A or #VALUE!, or n, basis and what to be careful with."
        ),
        arguments=(
            Argument("FunctionName", "The name of the function, such as XLP_WIN_RATE.", "text"),
            Argument("Arguments", "The same arguments as that function has, in the same order.", "anything"),
        ),
        gives="text: one or more sentences",
        example='=XLP_WHY("XLP_WIN_RATE",Pipeline[#All],Stages[#All],AsOf,"closed-broad",,,Settings[#All])',
        metric="",
        give=_why,
    ),
)
