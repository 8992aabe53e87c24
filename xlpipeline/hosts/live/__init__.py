"""The live host: a workbook that Excel has open.

``workbook.py`` is the way in; ``excel_calls.py`` alone asks Excel's own objects.
"""

from xlpipeline.hosts.live.workbook import LiveWorkbook

__all__ = ["LiveWorkbook"]
