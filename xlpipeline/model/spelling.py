"""Spellings: which known name a text most likely means. Only ever a proposal; nothing is changed by it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

LEAST_LIKENESS = 70.0
"""Below this likeness (0-100) no proposal is made: a wrong one costs more than none."""


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """A text without case, accents, punctuation and outer space: ``" Closed-Won "`` as ``closed won``."""
    plain = text.casefold()
    if not text.isascii():
        # Taking signs apart can bring capitals to light (a squared letter), so both steps are done twice.
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", plain))


def closest(found: str, known: Iterable[str]) -> str:
    """The known name that ``found`` most likely means, "" where none is near.

    Same letters first (``"WON "`` is Won); then a name all of whose words are in the text (``closed won`` is Won);
    then the nearest spelling by edit distance (``Wno``, ``Negotation``).
    """
    names = [name for name in known if folded(name)]
    wanted = folded(found)
    if not wanted:
        return ""
    tight = wanted.replace(" ", "")
    for name in names:
        if folded(name).replace(" ", "") == tight:
            return name
    within = [name for name in names if set(folded(name).split()) <= set(wanted.split())]
    if within:
        return max(within, key=lambda name: len(folded(name)))
    return _nearest(wanted, names)


def _nearest(wanted: str, names: Sequence[str]) -> str:
    from rapidfuzz import distance, fuzz  # noqa: PLC0415 - only a faulty workbook pays for it

    best, best_likeness = "", LEAST_LIKENESS
    for name in names:
        known = folded(name)
        # Two letters changed places is one slip of the hand, which a plain ratio counts as two.
        slips = distance.DamerauLevenshtein.distance(wanted, known)
        likeness = max(fuzz.ratio(wanted, known), 100.0 if slips == 1 and len(known) > 2 else 0.0)
        if likeness > best_likeness:
            best, best_likeness = name, likeness
    return best


def proposal(found: str, known: Iterable[str]) -> str:
    """`` Did you mean Won?`` with a leading space, or "" where nothing is near."""
    name = closest(found, known)
    return f" Did you mean {name}?" if name else ""
