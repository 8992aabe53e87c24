"""What an importer of one system's exports is: a signature, a vocabulary of columns, and what is special there."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from xlpipeline.importers.source import Source

Known = dict[str, tuple[str, str]]
"""Source column → target (empty: not imported) and why."""


@dataclass(frozen=True)
class StageColumn:
    """A column whose dates are entries to one stage (HubSpot's *Date entered*)."""

    head: str
    stage: str


@dataclass(frozen=True)
class System:
    """One kind of export.

    ``recognises`` judges a source by its signature. ``prepare`` gives the rows as the shared machinery reads them:
    footers gone, several columns that mean one thing in one of them. ``known`` names each column that is known.
    """

    name: str
    recognises: Callable[[Source], bool]
    known: Callable[[Source], Known]
    prepare: Callable[[Source], Source] = lambda source: source
    pipelines: Callable[[Source], pd.Series | None] = lambda _: None
    """Name of each row's pipeline; None where the export names none."""
    asks_for_pipeline: bool = True
    """Whether several pipelines in one file must be told apart; otherwise they only may."""
    ends_in_own_stage: bool = False
    """Whether a closed deal's stage is the name of its end, such as *Closed Lost*, not where it stood before."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """The system's own names of stages of closed deals → won or lost."""
    canonical_id: Callable[[str], str] = lambda text: text
    """An ID in the one form that tells it from all others, whatever the case."""
    keeps_ids: bool = True
    """Whether new deals keep the ID as the export writes it; otherwise they get the canonical one."""
    stage_columns: Callable[[Source, str, tuple[str, ...]], tuple[StageColumn, ...]] = lambda *_: ()
    """Columns that tell entries to stages of one pipeline (empty: of all), given the names of all pipelines."""
    owner_ids: Callable[[Source], pd.Series | None] = lambda _: None
    """IDs of owners where the export has no names; each waits in Mappings for its name."""
    advice: Callable[[Source], tuple[str, ...]] = lambda _: ()
    """What is worth knowing of an export as it came."""


CLOSED_WORDS: Final = {"closed won": "won", "closedwon": "won", "closed lost": "lost", "closedlost": "lost"}


def plain(head: str) -> str:
    """A head without byte order mark, case and superfluous white space."""
    return " ".join(unicodedata.normalize("NFKC", head).replace("\ufeff", "").split()).casefold()


def head_of(source: Source, *names: str) -> str | None:
    """The source's head that has the first of these plain names; None without one."""
    heads = {plain(head): head for head in reversed(source.columns)}
    return next((heads[name] for name in names if name in heads), None)


def has_heads(source: Source, *names: str) -> bool:
    """Whether all of these plain names are heads."""
    return set(names) <= {plain(head) for head in source.columns}


def by_table(
    source: Source,
    name: str,
    targets: Mapping[str, str],
    kept_out: Mapping[str, str],
    key_of: Callable[[str], str] = plain,
) -> Known:
    """What a vocabulary of plain heads says of a source's columns; of two with one target the first in it is taken.

    ``key_of``: the form in which the vocabulary has a head.
    """
    order = {head: at for at, head in enumerate(targets)}
    known: Known = {}
    taken: dict[str, str] = {}
    for head in sorted(source.columns, key=lambda one: order.get(key_of(one), len(order))):
        key = key_of(head)
        if key in kept_out:
            known[head] = ("", kept_out[key])
        elif (target := targets.get(key)) and target in taken:
            known[head] = ("", f"{target} is already taken from “{taken[target]}”")
        elif target:
            known[head] = (target, f"{name}'s name for it")
            taken[target] = head
    return known


def with_cells(source: Source, cells: Mapping[str, Sequence[object] | pd.Series]) -> Source:
    """The source with other cells in some of its columns."""
    rows = source.rows.copy()
    for head, column in cells.items():
        rows[head] = pd.Series(list(column), index=rows.index, dtype=object)
    return replace(source, rows=rows)


def with_categories(source: Source, head: str | None) -> Source:
    """Forecast categories in the workbook's words; of closed deals it has none."""
    if head is None:
        return source
    words = texts_of(source, head).tolist()
    return with_cells(source, {head: [_CATEGORIES.get(plain(word), word) or None for word in words]})


_CATEGORIES: Final = {
    "best case": "Best case",
    "bestcase": "Best case",
    "commit": "Commit",
    "pipeline": "Pipeline",
    "omitted": "Omitted",
    "not forecasted": "Omitted",
    "closed": "",
    "closed won": "",
}


def many(number: int, one: str, more: str) -> str:
    """``1 deal is``, ``1,234 deals are``: a number with the words that go with it."""
    return f"{number:,} {one if number == 1 else more}"


def only_rows(source: Source, kept: pd.Series) -> Source:
    """The source with some of its rows, which keep their numbers."""
    return replace(source, rows=source.rows[kept.to_numpy(dtype=bool)])


def noted(source: Source, *notes: str) -> Source:
    """The source with more notes; blank ones are left out."""
    return replace(source, notes=(*source.notes, *filter(None, notes)))


def texts_of(source: Source, head: str | None) -> pd.Series:
    """A column as texts, "" where it is blank or missing."""
    if head is None:
        return pd.Series("", index=source.rows.index, dtype=object)
    cells = [cell_text(cell) for cell in source.rows[head].tolist()]
    return pd.Series(cells, index=source.rows.index, dtype=object)


def cell_text(cell: object) -> str:
    """A cell as a text without white space around it: whole numbers without a point, blank cells as ""."""
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def is_yes(text: str) -> bool:
    """Whether a text says yes."""
    return text.casefold() in {"true", "yes", "y", "1", "1.0", "x", "ja", "wahr"}


def without_suffix(source: Source, stage_head: str, pipelines: pd.Series | None) -> Source:
    """Stages without the name of their pipeline in brackets behind it."""
    if pipelines is None:
        return source
    stages = texts_of(source, stage_head)
    names = {name for name in pipelines.tolist() if name}
    cells = []
    for stage in stages.tolist():
        cut = next((stage.removesuffix(f"({name})").rstrip() for name in names if stage.endswith(f"({name})")), stage)
        cells.append(cut or None)
    return with_cells(source, {stage_head: cells})


def bracketed_pipelines(source: Source, head: str | None) -> pd.Series | None:
    """Pipelines that stand in brackets behind every stage, as in ``Proposal (Partners)``; None where they do not."""
    stages = texts_of(source, head)
    names = stages.map(bracketed)
    return None if stages.eq("").all() or not names[stages != ""].all() else names


def bracketed(text: str) -> str:
    """What stands in the last brackets of a text that ends with them, inner brackets included; "" for none."""
    depth = 0
    for at in range(len(text) - 1, 0, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if not depth:
            return text[at + 1 : -1].strip() if text[at] == "(" and text[at - 1] == " " else ""
    return ""
