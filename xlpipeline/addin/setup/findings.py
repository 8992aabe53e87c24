"""What a check of doctor gives, and what several checks ask about the installed add-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from xlpipeline.addin.setup.install import BuiltAddin, Places, places, read_settings
from xlpipeline.addin.setup.machine import Machine
from xlpipeline.errors import RequestError

INSTALL_AGAIN: Final = "Close Excel and run: xlpipeline addin install"
Level = Literal["ok", "warning", "fault"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    todo: str = ""


Check = Callable[[Machine], Iterator[Finding]]
"""The docstring of a check says how things should be."""


def places_of(machine: Machine) -> Places | None:
    """Where the add-in belongs; None where Excel does not run."""
    try:
        return places(machine.platform, machine.environment, machine.home)
    except RequestError:
        return None


def built_addin(machine: Machine) -> BuiltAddin | None:
    """What the installed add-in was built from; None where there is none of ours."""
    where = places_of(machine)
    data = machine.read(str(where.addin)) if where else None
    return read_settings(data) if data is not None else None
