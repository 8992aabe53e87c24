"""The currency is neither the team's own nor one that the workbook knows."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, known_names
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check


def known_currencies(facts: Facts) -> set[str]:
    """Codes of the base currency, of Currencies on Lists and of FX on Calendar, in capitals."""
    columns = [texts(facts.book.frame(table), "Currency") for table in ("Currencies", "FX")]
    return {
        facts.settings.currency.upper(),
        *(code.strip().upper() for column in columns for code in known_names(column)),
    }


def find(facts: Facts) -> pd.DataFrame:
    """Currencies that stand neither in the settings nor in Currencies nor in FX."""
    rows = facts.deals[~facts.deals["currency"].isin(known_currencies(facts))]
    wrong = [f"The currency '{code:.20}' is not in Currencies, so the amount is left out." for code in rows["currency"]]
    return found(rows, "Currency", wrong)


CHECK = Check(
    name="unknown_currency",
    severity="error",
    title="Unknown currency",
    what="The currency is not the team's, nor in Currencies on Lists, nor in FX on Calendar.",
    why="Without a rate the amount cannot be converted, so every sum leaves the deal out.",
    what_to_do="Enter the ISO code of the currency (such as EUR), and its rate in FX on Calendar.",
    find=find,
)
