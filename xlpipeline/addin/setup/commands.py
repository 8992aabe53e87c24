"""What `xlpipeline addin …` does on this machine: the only place of the add-in's set-up that asks which one it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from xlpipeline.addin.functions import FUNCTIONS, listing
from xlpipeline.addin.setup import doctor as _doctor
from xlpipeline.addin.setup import install as _install
from xlpipeline.addin.setup.build import build_addin, own_parts, without_console
from xlpipeline.addin.setup.machine import this_interpreter, this_machine
from xlpipeline.addin.setup.xlwings_files import addin_applescript, installed_xlwings
from xlpipeline.errors import RequestError
from xlpipeline.jobs.outcome import Outcome


def build(output: Path | None = None, interpreter: str | None = None, *, force: bool = False) -> Outcome:
    """Write the add-in to a file: ``xlpipeline.xlam`` in the current folder unless said otherwise."""
    return _install.save_addin(_addin(interpreter), output or Path(_install.ADDIN_NAME), force=force)


def install(interpreter: str | None = None) -> Outcome:
    """Put the add-in where Excel loads it at every start."""
    where = _install.places(sys.platform, os.environ, Path.home())
    addin = _addin(interpreter)
    return _install.install(addin, addin_applescript(installed_xlwings()), where)


def uninstall() -> Outcome:
    """Remove what `install` put there."""
    return _install.uninstall(_install.places(sys.platform, os.environ, Path.home()))


def doctor() -> Outcome:
    """Say what keeps the add-in from working here."""
    try:
        script = addin_applescript(installed_xlwings())
    except RequestError:  # a finding of its own, further on
        script = None
    return _doctor.doctor(this_machine(script))


def functions() -> Outcome:
    """List the worksheet functions."""
    return Outcome(listing(), {"functions": [one.name for one in FUNCTIONS]})


def _addin(interpreter: str | None) -> bytes:
    program = without_console(interpreter) if interpreter else this_interpreter(sys.platform, sys.executable)
    return build_addin(program, installed_xlwings(), own_parts())
