"""What follows from other columns of a source: currency, spelling, both close dates, the name, the ID."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from xlpipeline.importers.column_reading import currency_codes
from xlpipeline.importers.columns import ColumnChoice
from xlpipeline.importers.deals import decided, identified, named, split_close, without_blank_rows
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.outcomes import forget_close, only_of_lost, open_deals
from xlpipeline.importers.plan import MADE_HERE, Work, stage_types
from xlpipeline.importers.spellings import Learned, spelled
from xlpipeline.importers.synonyms import CLOSE_DATE, STATUS, head_currency
from xlpipeline.importers.system import System, many
from xlpipeline.importers.upsert import deal_id_text
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.decided import spelling_key


def take_currency(work: Work, base: str) -> None:
    """Currency from its own column, else from the amounts, else from the head of the amounts."""
    head = next((one.source for one in work.preview if one.target == "Amount"), "")
    if "Currency" not in work.cells and work.codes is not None and work.codes.notna().any():
        work.cells["Currency"] = work.codes
        work.preview.append(ColumnChoice(MADE_HERE, "Currency", f"the amounts in “{head}” carry it"))
    elif "Currency" not in work.cells and (code := head_currency(head)):
        amounts = work.cells["Amount"]
        work.cells["Currency"] = amounts.where(amounts.isna(), code).astype(object)
        work.preview.append(ColumnChoice(MADE_HERE, "Currency", f"the head “{head}” names {code}"))
    if "Currency" in work.cells:
        work.cells["Currency"] = currency_codes(work.cells["Currency"], base)


def known_stages(
    memory: Mapping[str, str], outcomes: Mapping[str, str], types: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Remembered spellings of stages with a system's own names of closed ones, and these alone (name → stage).

    What the workbook has as a stage or remembers goes first; the first stage of the type is taken.
    """
    own = {spelling_key(stage) for stage in types}
    added = {}
    for word, outcome in outcomes.items():
        stage = next((one for one, kind in types.items() if kind == outcome), None)
        if stage and word not in own and word not in memory:
            added[word] = stage
    return {**added, **memory}, added


def spell(
    work: Work, target: str, allowed: tuple[str, ...], choices: MappingChoices, memory: Mapping[str, str]
) -> None:
    """Bring one column into the workbook's spelling."""
    if target not in work.cells:
        return
    column = next((one.source for one in work.preview if one.target == target), target)
    told = choices.values.get(target, {})
    done = spelled(work.cells[target], target, column=column, allowed=allowed, told=told, remembered=memory)
    work.cells[target] = done.values
    work.learned += done.learned
    work.faults += done.faults


def closed_words_note(texts: pd.Series, added: Mapping[str, str], system: str) -> str:
    """Which of a system's own names of closed stages were taken for which stage; "" for none."""
    used = dict.fromkeys(str(text) for text in texts.dropna().tolist() if spelling_key(text) in added)
    told = ", ".join(f"“{text}” → {added[spelling_key(text)]}" for text in used)
    return f"{system}'s own stages of closed deals were taken for yours: {told}." if told else ""


def ask_for_owners(work: Work, ids: pd.Series) -> None:
    """Let every owner that came as an ID, and is still one, wait in Mappings for a name."""
    unnamed = ids[(ids != "") & ids.eq(work.cells.get("Owner", ids))]
    waiting = dict.fromkeys(unnamed.tolist())
    work.learned += [Learned("Owner", one, "") for one in waiting]
    if waiting:
        owners = many(len(waiting), "owner came as an ID; it waits", "owners came as IDs; they wait")
        work.notes.append(f"{owners} in the table Mappings on Settings for a name (column To).")


def complete(work: Work, index: pd.Index, book: Book, system: System) -> None:
    """Fill in what follows from other columns: both close dates, the name, the ID."""
    cells, types = work.cells, stage_types(book)
    status = None
    if STATUS in cells:
        status = cells.pop(STATUS).map(lambda word: word or "")
        cells["Stage"], last = decided(cells["Stage"], status, types)
        cells.setdefault("Last stage before loss", last)
    stage = cells.get("Stage", _blank(index))
    if CLOSE_DATE in cells:
        split = split_close(cells.pop(CLOSE_DATE), stage, types, status)
        cells["Expected close"], cells["Actual close"] = split.expected, split.actual
        work.erased["Actual close"] = split.reopened
    if "Last stage before loss" in cells:
        cells["Last stage before loss"] = only_of_lost(cells["Last stage before loss"], stage, types)
    if system.name:
        forget_close(work, open_deals(stage, types, status))
    work.cells, faults = without_blank_rows(cells, index)
    work.faults += faults
    _identify(work)


def _identify(work: Work) -> None:
    cells = work.cells
    index = next(iter(cells.values())).index
    had_ids = "Deal ID" in cells
    made = int(cells["Deal ID"].isna().sum()) if had_ids else len(index)
    cells["Deal ID"] = identified(cells, index)
    if made and had_ids:
        work.notes.append(f"{made} rows have no ID; theirs was made from name, account and created date.")
    elif made:
        why = "no ID column: made from name, account and created date, so the same file updates the same deals"
        work.preview.append(ColumnChoice(MADE_HERE, "Deal ID", why, _first(cells["Deal ID"])))
    if "Stage" not in cells:
        work.notes.append("No column tells the stage, so new deals come in without one.")
    if "Opportunity" not in cells:
        cells["Opportunity"] = named(cells, index)
        why = "no name column: made as “Account – Product”, or the ID where both are blank"
        work.preview.append(ColumnChoice(MADE_HERE, "Opportunity", why, _first(cells["Opportunity"])))


def own_ids(ids: pd.Series, table: BookTable, system: System) -> pd.Series:
    """IDs in the form that tells them from all others, in the spelling that Pipeline has for them already."""
    known = ids_in_book(table, system.canonical_id)
    forms = [system.canonical_id(str(text)) for text in ids]
    cells = [known.get(form, text if system.keeps_ids else form) for form, text in zip(forms, ids, strict=True)]
    return pd.Series(cells, index=ids.index, dtype=object)


def ids_in_book(table: BookTable, canonical: Callable[[str], str]) -> dict[str, str]:
    """Deal IDs of Pipeline by their canonical form; of a doubled one the first."""
    found: dict[str, str] = {}
    for cell in table.frame["Deal ID"].tolist():
        if text := deal_id_text(cell):
            found.setdefault(canonical(text), text)
    return found


def _blank(index: pd.Index) -> pd.Series:
    return pd.Series(np.full(len(index), None, dtype=object), index=index, dtype=object)


def _first(column: pd.Series) -> str:
    return "" if column.empty else f"{column.iloc[0]!s:.40}"
