"""Deal IDs for rows that have none: the next free number in the workbook's own manner."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from xlpipeline.model.history_table import deal_key

DEFAULT_PREFIX = "D-"
DEFAULT_DIGITS = 5

_NUMBER = re.compile(r"[0-9]{1,18}")
_NUMBERED = re.compile(r"([^0-9]*)([0-9]{1,18})")


def next_ids(count: int, known: Collection[str], taken: Collection[str] = ()) -> list[str]:
    """``count`` new IDs such as ``D-00018``.

    Args:
        count: how many.
        known: IDs of this workbook as written, from which prefix and digits are taken: those that most of them have;
            ``D-`` and five digits where most are no prefix with a number.
        taken: keys (``deal_key``) of IDs that were ever used and must not come again.
    """
    if not count:
        return []
    prefix, digits = _manner(set(known))
    start = deal_key(prefix)
    used = {deal_key(name) for name in known} | set(taken)
    ends = (key[len(start) :] for key in used if key.startswith(start))
    last = max((int(end) for end in ends if _NUMBER.fullmatch(end)), default=0)
    return [f"{prefix}{last + step:0{digits}d}" for step in range(1, count + 1)]


def _manner(known: Collection[str]) -> tuple[str, int]:
    split = [found for name in known if (found := _NUMBERED.fullmatch(name.strip()))]
    prefixes = Counter(found[1] for found in split)
    if not prefixes:
        return DEFAULT_PREFIX, DEFAULT_DIGITS
    prefix = min(prefixes, key=lambda text: (-prefixes[text], text))
    if prefixes[prefix] * 2 <= len(known):
        return DEFAULT_PREFIX, DEFAULT_DIGITS
    return prefix, min(len(found[2]) for found in split if found[1] == prefix)
