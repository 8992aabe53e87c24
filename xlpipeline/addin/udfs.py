"""What xlwings' COM server loads: each worksheet function as an attribute of this module, made from the register.

Only that server imports this module; ``functions`` itself knows nothing of xlwings. Arguments pass through xlwings as
they come (``raw``): its usual reading would make error values blank and a 1 x 1 range a single value.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import xlwings as xw

from xlpipeline.addin.functions import FUNCTIONS, WorksheetFunction, answer, write_cell

Udf = Callable[..., list[list[object]]]


def _udf(function: WorksheetFunction) -> Udf:
    """The function as xlwings wants it: an ordinary signature, and arguments that it hands on untouched."""

    def asked(*given: object) -> list[list[object]]:
        return [[write_cell(cell) for cell in row] for row in answer(function, given, FUNCTIONS).cells]

    asked.__name__ = asked.__qualname__ = function.python_name
    asked.__doc__ = function.description
    asked.__annotations__ = {"return": list}
    asked.__signature__ = inspect.Signature(_parameters(function))  # type: ignore[attr-defined]
    made: Udf = asked
    for one in function.arguments:
        made = xw.arg(one.name, "raw", doc=one.description)(made)
    return xw.func(category=function.category)(made)  # last, because each of the others sets the usual category


def _parameters(function: WorksheetFunction) -> list[inspect.Parameter]:
    return [
        inspect.Parameter(one.name, inspect.Parameter.VAR_POSITIONAL)
        if one.kind == "anything"
        else inspect.Parameter(
            one.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=None if one.optional else inspect.Parameter.empty,
        )
        for one in function.arguments
    ]


for _function in FUNCTIONS:
    globals()[_function.python_name] = _udf(_function)
