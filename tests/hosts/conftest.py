"""The live spreadsheet for the tests of the live host."""

from tests.live.conftest import _office, live_app, open_copy

__all__ = ["_office", "live_app", "open_copy"]
