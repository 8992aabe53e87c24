"""What a reader of another system's stage history gives, before deals, stages and moments are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from xlpipeline.importers.source import Source
from xlpipeline.importers.system import System


@dataclass(frozen=True)
class Told:
    """Entries to stages as written, indexed by row number in the file.

    ``ids`` and ``stages`` are texts, ``moments`` raw cells of the column ``moment_head``. ``left``: the stage that was
    left, where the file tells it; ``stayed``: for how long the deal had been there (timedelta or None). ``columns``:
    what each column that was read means, for the preview.
    """

    ids: pd.Series
    stages: pd.Series
    moments: pd.Series
    moment_head: str
    columns: Mapping[str, str]
    left: pd.Series | None = None
    stayed: pd.Series | None = None
    began: pd.Series | None = None
    """True on rows that tell of a deal's creation: its stage is the one that the next change left."""
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class HistoryFile:
    """One kind of stage history; ``recognises`` judges a source by its signature. ``note`` goes with every entry."""

    name: str
    system: System
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Told]
    note: str = ""
