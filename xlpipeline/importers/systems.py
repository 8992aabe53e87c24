"""The registers of what an import recognises; what none of them knows is read by the generic importer alone."""

from __future__ import annotations

from typing import Final

from xlpipeline.importers.history_file import HistoryFile
from xlpipeline.importers.hubspot import HUBSPOT, HUBSPOT_PROPERTY_HISTORY
from xlpipeline.importers.odoo import ODOO
from xlpipeline.importers.pipedrive import PIPEDRIVE
from xlpipeline.importers.plain_history import PLAIN_HISTORY
from xlpipeline.importers.salesforce import SALESFORCE, SALESFORCE_FIELD_HISTORY, SALESFORCE_HISTORY
from xlpipeline.importers.source import Source
from xlpipeline.importers.system import System, head_of, texts_of
from xlpipeline.importers.zoho import ZOHO, ZOHO_STAGE_HISTORY

SYSTEMS: Final = (PIPEDRIVE, HUBSPOT, ZOHO, SALESFORCE, ODOO)
"""Exports of deals, the surest signature first."""
HISTORY_FILES: Final = (
    ZOHO_STAGE_HISTORY,
    SALESFORCE_FIELD_HISTORY,
    SALESFORCE_HISTORY,
    HUBSPOT_PROPERTY_HISTORY,
    PLAIN_HISTORY,
)
"""Files of entries to stages, the surest signature first."""

OTHER: Final = System(
    name="",
    recognises=lambda _: True,
    known=lambda _: {},
    pipelines=lambda source: texts_of(source, head) if (head := head_of(source, "pipeline", "deal pipeline")) else None,
)
"""Every other table of deals."""


def system_of(source: Source) -> System:
    """The system whose signature a table of deals bears; ``OTHER`` without one."""
    return next((one for one in SYSTEMS if one.recognises(source)), OTHER)


def history_file_of(source: Source) -> HistoryFile | None:
    """The kind of stage history that a source is; None if it is none."""
    return next((one for one in HISTORY_FILES if one.recognises(source)), None)
