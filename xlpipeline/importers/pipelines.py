"""One workbook holds one pipeline of each system: which of an export's deals belong to it, and which one it is."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

import pandas as pd

from xlpipeline.errors import OtherPipelineError, PipelineError, SourceError
from xlpipeline.importers.source import Source
from xlpipeline.importers.spellings import Learned
from xlpipeline.importers.system import System, many, noted, only_rows
from xlpipeline.model.decided import spelling_key

KIND: Final = "pipeline"
"""Kind under which Mappings remembers the pipeline of a system."""
_OTHER: Final = "any other table"


class Chosen(NamedTuple):
    """The rows of one pipeline, its name ("" where the source names none), and what is to be remembered.

    ``names``: all pipelines of the source, the one with most deals first.
    """

    source: Source
    pipeline: str = ""
    names: tuple[str, ...] = ()
    learned: tuple[Learned, ...] = ()


def one_pipeline(source: Source, system: System, wanted: str, held: str = "") -> Chosen:
    """The rows of one pipeline: the ``wanted`` one, else the one that the workbook holds, else the only one.

    ``held``: what Mappings remembers of this system. Rows that name no pipeline come along.

    Raises:
        PipelineError: the source holds several and nothing says which; it carries their names.
        OtherPipelineError: the workbook holds another pipeline.
        SourceError: the source names no pipelines, or none of that name.
    """
    of_rows = system.pipelines(source)
    named = {} if of_rows is None else Counter(name for name in of_rows.tolist() if name)
    names = tuple(sorted(named, key=lambda name: (-named[name], name)))
    shown = ", ".join(f"{name} ({named[name]:,})" for name in names)
    if wanted and not names:
        raise SourceError(f"{source.title} names no pipelines, so none can be chosen; please leave the option out.")
    if wanted and not _named(names, wanted):
        raise SourceError(f"{source.title} has no pipeline {wanted}; it has: {shown}.")
    if held and names and (spelling_key(wanted or held) != spelling_key(held) or not _named(names, held)):
        raise _other(source, system, held, wanted or shown)
    found = _named(names, wanted or held)
    if not found and system.asks_for_pipeline:
        if len(names) > 1:
            raise PipelineError(
                f"{source.title} holds deals of several pipelines, and one workbook holds one: {shown}; "
                "please choose one.",
                names,
            )
        found = names[0] if names else ""
    if not found or of_rows is None:
        return Chosen(source, names[0] if len(names) == 1 else "", names)
    learned = () if held else (Learned(KIND, system.name or _OTHER, found),)
    return Chosen(_rows_of(source, of_rows, found), found, names, learned)


def held_pipeline(memory: dict[str, dict[str, str]], system: System) -> str:
    """The pipeline of a system that the workbook holds, as Mappings remembers it; "" for none yet."""
    return memory.get(KIND, {}).get(spelling_key(system.name or _OTHER), "")


def _named(names: tuple[str, ...], wanted: str) -> str:
    return next((name for name in names if spelling_key(name) == spelling_key(wanted)), "")


def _rows_of(source: Source, of_rows: pd.Series, found: str) -> Source:
    blank = of_rows.map(spelling_key) == ""
    kept = blank | (of_rows.map(spelling_key) == spelling_key(found))
    left, unnamed = int((~kept).sum()), int(blank.sum())
    others = f"{many(left, 'row', 'rows')} of other pipelines than {found} left out."
    along = f"{many(unnamed, 'row names', 'rows name')} no pipeline and came along with {found}."
    return noted(only_rows(source, kept), others if left else "", along if unnamed else "")


def _other(source: Source, system: System, held: str, other: str) -> OtherPipelineError:
    of = f" of {system.name}" if system.name else ""
    return OtherPipelineError(
        f"This workbook holds the pipeline {held}{of}, and {source.title} is to bring another one: {other}. Please "
        f"import it into a workbook of its own; if {held} has only got a new name, change it in the row “{KIND}” of "
        "the table Mappings on Settings."
    )
