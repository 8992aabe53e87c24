"""A figure of peers that nothing of the team can be compared with."""

from __future__ import annotations

import pandas as pd

from xlpipeline.checks._found import found, unknown
from xlpipeline.model.cells import texts
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.schema import BENCHMARK_MEASURES


def find(facts: Facts) -> pd.DataFrame:
    """Rows of Benchmarks with an unknown measure, or a conversion from a stage that is not open."""
    frame = facts.book.frame("Benchmarks")
    rows = pd.DataFrame({"measure": texts(frame, "Measure").str.strip(), "stage": texts(frame, "Stage").str.strip()})
    open_stages = facts.stages.loc[facts.stages["type"] == "open", "stage"]
    strange = rows[unknown(rows["measure"], BENCHMARK_MEASURES)]
    of_stage = rows["measure"].str.casefold() == "stage conversion"
    lost = rows[of_stage & ((rows["stage"] == "") | unknown(rows["stage"], open_stages))]
    return pd.concat(
        [
            found(
                strange,
                "Measure",
                [f"'{measure:.40}' is no figure that is compared." for measure in strange["measure"]],
            ),
            found(
                lost,
                "Stage",
                [f"'{stage:.40}' is no open stage." if stage else "No stage is named." for stage in lost["stage"]],
            ),
        ],
        ignore_index=True,
    )


CHECK = Check(
    name="unmeasured_benchmark",
    severity="warning",
    title="Figure of peers without counterpart",
    what="A row of Benchmarks on Costs names a figure or stage that the team does not have.",
    why="It is compared with nothing and shown nowhere.",
    what_to_do="Choose the measure, and for a stage conversion the open stage, from the drop-downs.",
    find=find,
    table="Benchmarks",
)
