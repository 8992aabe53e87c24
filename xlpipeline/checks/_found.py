"""How a check says what it found: one row per faulty cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from xlpipeline.model.spelling import proposal

HEAD = -1
"""Position of a table's head: for faults of the table as a whole."""

_NOTHING = pd.DataFrame({"position": np.array([], dtype=int), "column": [], "wrong": []})


def found(rows: pd.DataFrame, column: str, wrong: str | Iterable[str]) -> pd.DataFrame:
    """One fault per row of ``rows`` (index = position in the table), with one sentence for all or one each."""
    if rows.empty:
        return _NOTHING
    sentences = wrong if isinstance(wrong, str) else list(wrong)
    return pd.DataFrame({"position": rows.index, "column": column, "wrong": sentences})


def days(dates: pd.Series) -> list[str]:
    """Dates in the ISO form, "" where there is none."""
    texts = np.datetime_as_string(dates.to_numpy().astype("datetime64[D]"))
    return ["" if text == "NaT" else str(text) for text in texts]


def amounts(values: pd.Series) -> list[str]:
    """Amounts with thousands separated, decimals only where there are any."""
    return [f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}" for value in values.tolist()]


def known_names(texts: pd.Series) -> list[str]:
    """The filled, distinct names of a set-up table's column."""
    return [name for name in dict.fromkeys(texts.tolist()) if name.strip()]


def blank(texts: pd.Series) -> pd.Series:
    """True where a text is empty or only white space."""
    return pd.Series([not text.strip() for text in texts.tolist()], index=texts.index, dtype=bool)


def unknown(values: pd.Series, known: Iterable[str]) -> pd.Series:
    """True where a value is filled but, case aside, none of ``known``: as MATCH in the sheet sees it."""
    names = {name.casefold() for name in known}
    is_unknown = [bool(text.strip()) and text.casefold() not in names for text in values.tolist()]
    return pd.Series(is_unknown, index=values.index, dtype=bool)


def one_per_spelling(values: pd.Series, names: Iterable[str], column: str, what: str, home: str) -> pd.DataFrame:
    """One fault per value that is filled but, case aside, none of ``names``, on its first row; it tells of how many.

    ``what`` is called so, and ``home`` is where it is not found. The number of rows matches ``ROWS``.
    """
    known = [name.strip() for name in names]
    folded = {name.casefold() for name in known}
    strange = {name for name in values.unique() if name.strip() and name.strip().casefold() not in folded}
    if not strange:
        return _NOTHING
    rows = values[values.isin(strange)].str.strip()
    counts, firsts = rows.str.casefold().value_counts(), rows[~rows.str.casefold().duplicated()]
    wrong = [
        f"The {what} '{name:.40}' is not in {home} ({n:,} {'row' if n == 1 else 'rows'}).{proposal(name, known)}"
        for name, n in ((name, int(counts[name.casefold()])) for name in firsts)
    ]
    return found(firsts.to_frame(), column, wrong)


ROWS: Final = r"\([\d,]+ rows?\)"
"""What is fleeting in a sentence of ``one_per_spelling``."""


def one_per_owner(rows: pd.DataFrame, column: str, have: str, first: str) -> pd.DataFrame:
    """One summarised fault per owner, on the owner's first row of ``rows``.

    ``have`` ends "3 open deals have …"; ``first`` says of several why this one stands for them.
    """
    counts = rows.groupby("owner").size()
    firsts = rows[~rows["owner"].duplicated()].sort_index()
    told = [
        f"{n:,} open deals have {have}; {first}." if n > 1 else f"1 open deal has {have}."
        for n in counts.reindex(firsts["owner"]).tolist()
    ]
    return found(firsts, column, told)
