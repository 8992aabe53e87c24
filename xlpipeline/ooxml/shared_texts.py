"""The shared strings of a workbook: texts that cells point to, some of them no longer used by any cell."""

from __future__ import annotations

import re

from xlpipeline.ooxml.markup import elements, escaped, prefix_of, spliced, unescaped
from xlpipeline.ooxml.package import Package, workbook_part


def replace_in_shared_texts(package: Package, pattern: re.Pattern[str], replacement: str) -> int:
    """Replace what matches in every shared text, unused ones too; gives the number of texts changed.

    A text with formatting inside loses that formatting, since the match may run over its pieces.
    """
    changed = 0
    for part in package.related(workbook_part(package), "sharedStrings"):
        markup = package.markup(part)
        edits = []
        for item in elements(markup.text, "si"):
            pieces = re.sub(rb"<(?:[\w.-]+:)?rPh\b.*?</(?:[\w.-]+:)?rPh\s*>", b"", item.body, flags=re.DOTALL)
            text = "".join(unescaped(piece.body) for piece in elements(pieces, "t"))
            if pattern.search(text):
                prefix = prefix_of(item.tag)
                new = escaped(pattern.sub(replacement, text))
                body = b'<%st xml:space="preserve">%s</%st>' % (prefix, new, prefix)
                edits.append((item.tag_end, item.tag_end + len(item.body), body))
        package.splice(part, markup, spliced(markup.text, edits))
        changed += len(edits)
    return changed
