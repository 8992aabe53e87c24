"""The product is not one of those that the team sells."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, known_names, unknown
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.spelling import proposal


def find(facts: Facts) -> pd.DataFrame:
    """Products that Lists does not know; nothing while its list is empty."""
    names = known_names(texts(facts.book.frame("Products"), "Product"))
    rows = facts.deals[unknown(facts.deals["product"], names)] if names else facts.deals.iloc[:0]
    wrong = {
        product: f"The product '{product:.40}' is not in Products.{proposal(product, names)}"
        for product in rows["product"].unique()
    }
    return found(rows, "Product", rows["product"].map(wrong))


CHECK = Check(
    name="unknown_product",
    severity="warning",
    title="Unknown product",
    what="The product of the deal is not in Products on Lists.",
    why="Two spellings of one product split its figures.",
    what_to_do="Choose the product from the drop-down, or add it to Products on Lists.",
    find=find,
)
