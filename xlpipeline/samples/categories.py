"""What reps tell the forecast of their deals: every third one in the last stages, the others are left to the stage."""

from __future__ import annotations

from typing import Final

import numpy as np

from xlpipeline.samples.draws import Cells, Whole

_SAID: Final = (
    ("Commit", "Commit", "Best case"),
    ("Commit", "Best case", "Pipeline"),
    ("Best case", "Pipeline", "Omitted"),
)
"""In the last open stage, the one before and the one before that: now and then too hopeful, now and then too shy."""
_EVERY: Final = 3


def forecast_categories(number: Whole, stage: Whole, open_count: int) -> Cells:
    """Forecast category per deal, from its number and the position of its stage; None where nobody said one."""
    out = np.full(len(number), None, dtype=object)
    left = open_count - 1 - stage
    for i in np.flatnonzero((left >= 0) & (left < len(_SAID)) & (number % _EVERY == 0)).tolist():
        out[i] = _SAID[int(left[i])][int(number[i]) // _EVERY % _EVERY]
    return out
