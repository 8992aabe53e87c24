"""What a job tells its door: sentences for people and the same facts as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Progress = Callable[[str], None]
"""Called with the name of each step as it begins, such as ``reading team.xlsx``."""


@dataclass(frozen=True)
class Outcome:
    """``sentences`` are printed; ``data`` is what ``--json`` prints; ``errors`` counts issues of severity error."""

    sentences: tuple[str, ...]
    data: dict[str, Any] = field(default_factory=dict)
    errors: int = 0


def no_progress(step: str) -> None:
    """Progress that nobody watches."""
    del step


def counted(number: int, one: str, many: str = "") -> str:
    """``1 deal``, ``2 deals``, ``1,234 deals``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
