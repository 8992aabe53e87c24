"""Cards that follow a rep filter: native formulas over a result table with one row for the team and one per rep.

Such a table has three columns per card: the value (a number, or the text in its place), the note (a comparison, or the
reason why there is no value), and n with the name of the definition. These tables stand on the hidden tab _Cards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from xlpipeline.model.book import NOT_AVAILABLE, Formula, canonical
from xlpipeline.model.computed import stale_flags
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure
from xlpipeline.model.schema import Column, Kind, Table
from xlpipeline.tabs.layout import Card
from xlpipeline.tabs.wording import EMPTY, TEAM, UNKNOWN, first_sentence, is_missing, n_text

PARTS = {"value": "", "note": " note", "n": " n"}
"""Part of a card: what follows the card's label in its column head."""


@dataclass(frozen=True)
class Shown:
    """What one card shows for the team or a rep.

    ``instead``: text in place of a value that is not given, such as the counts; without it "n/a". The figure stands
    in a result table too, where it is #N/A.
    """

    value: float | None
    note: str
    n: str
    instead: str = ""

    def cells(self) -> tuple[object, str, str]:
        """Value, note and n as cells; never blank, because a formula shows a blank as 0."""
        value = self.instead or UNKNOWN if is_missing(self.value) else self.value
        return value, self.note or EMPTY, self.n or EMPTY


@dataclass(frozen=True)
class Person:
    """Whom a row or a card is about: the team or one rep, with their own facts.

    ``stale``: per deal, whether it carries a stale flag (found once for all, because it costs most).
    """

    name: str
    facts: Facts
    stale: pd.Series


@once
def people(facts: Facts) -> tuple[Person, ...]:
    """The team, then every rep, in the order of the report."""
    stale = stale_flags(facts).any(axis=1)
    reps = (Person(name, own, stale.loc[own.deals.index]) for name, own in facts.by_owner())
    return (Person(TEAM, facts, stale), *reps)


def cards_table(name: str, tab: str, cards: Sequence[Card]) -> Table:
    """The table behind the cards of a tab."""
    columns = [Column("Name", "text", "Team, or the rep.", 20, "refresh")]
    for card in cards:
        kinds: dict[str, tuple[Kind, str]] = {
            "": (card.kind, f"What the card {card.label} shows."),
            " note": ("text", "Its second line: a comparison, or the reason why there is no figure."),
            " n": ("text", "Its third line: n and the name of the definition."),
        }
        columns += [Column(card.label + tail, kind, note, 14, "refresh") for tail, (kind, note) in kinds.items()]
    return Table(name, tab, "Behind the cards", tuple(columns), key="Name")


def following(cards: Sequence[Card], table: str, filter_name: str) -> tuple[Card, ...]:
    """The cards with the formulas by which they follow the filter cell."""
    return tuple(
        replace(card, formulas={part: lookup(table, card.label + tail, filter_name) for part, tail in PARTS.items()})
        for card in cards
    )


def lookup(table: str, column: str, filter_name: str) -> str:
    """Formula text for the chosen name's cell of a column; a dash where the name is not (yet) in the table."""
    row = f"MATCH({filter_name},{table}[Name],0)"
    return f'IF(ISNA({row}),"{EMPTY}",INDEX({table}[{column}],{row}))'


def cards_frame(cards: Sequence[Card], rows: Iterable[tuple[str, Sequence[Shown]]]) -> pd.DataFrame:
    """Body of the table behind the cards: per name what each card shows, in the order of the cards."""
    heads = ["Name"] + [card.label + tail for card in cards for tail in PARTS.values()]
    body = [(name, *(cell for one in shown for cell in one.cells())) for name, shown in rows]
    return pd.DataFrame(body, columns=heads, dtype=object)


def chosen(facts: Facts, filter_name: str, default: str = TEAM) -> str:
    """What the reader of the book has chosen in a filter cell."""
    return str(canonical(facts.book.names.get(filter_name)) or default)


def followed(
    cards: Sequence[Card], frame: pd.DataFrame, filter_name: str, facts: Facts, *, name: str = ""
) -> dict[str, object]:
    """Named cells of the cards: each formula with the value it has for the name that is chosen now.

    ``name``: what is looked up, where it is made of several filter cells.
    """
    wanted = (name or chosen(facts, filter_name)).casefold()
    row = frame[frame["Name"].astype(str).str.casefold() == wanted].head(1)
    out: dict[str, object] = {}
    for card in cards:
        for part, tail in PARTS.items():
            cached = EMPTY if row.empty else row[card.label + tail].iloc[0]
            out[card.name if part == "value" else f"{card.name}_{part}"] = Formula(card.formulas[part], cached)
    return out


def shown(figure: Figure, definition: str, unit: float = 1, *, note: str = "", instead: str = "") -> Shown:
    """What a card shows of a figure: ``note`` beside a value, the reason beside none."""
    value = None if figure.value is None else figure.value / unit
    said = figure.reason if value is None else note or figure.note
    return Shown(value, first_sentence(said), n_text(figure.n, definition), instead)


def trend(now: Figure, before: Figure, on: str, in_words: Callable[[float, float], str], least: int) -> str:
    """How a figure moved, such as ``▲ 3 points on 2026 Q3``; an empty text where either side has too few deals."""
    if now.value is None or before.value is None or min(now.n, before.n) < least:
        return ""
    words = in_words(now.value, before.value)
    return f"{words} on {on}" if words else ""


def card_names(cards: Sequence[Card], shows: Sequence[Shown]) -> dict[str, object]:
    """Named cells of cards that follow no filter; a figure that is not given is #N/A, or counts in its place."""
    out: dict[str, object] = {}
    for card, one in zip(cards, shows, strict=True):
        value, note, n = one.cells()
        out |= {card.name: NOT_AVAILABLE if value == UNKNOWN else value, f"{card.name}_note": note, f"{card.name}_n": n}
    return out
