"""A LibreOffice process of our own: started with a fresh profile, reached through a pipe, ended with the tests.

``uno`` belongs to the system's Python, so its folder is put at the end of ``sys.path``, here and nowhere else.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

_SYSTEM_PACKAGES = "/usr/lib/python3/dist-packages"
if _SYSTEM_PACKAGES not in sys.path:
    sys.path.append(_SYSTEM_PACKAGES)

try:
    import uno
except ImportError:  # the fixture skips then; XLPIPELINE_NO_SKIPS makes that a failure
    uno = None

ILLEGAL_ARGUMENT: type[Exception] = (
    uno.getClass("com.sun.star.lang.IllegalArgumentException") if uno is not None else Exception
)
"""How LibreOffice says that a password is wrong."""

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""Recalculate always on loading; otherwise LibreOffice shows the values that it finds in the file."""

_START_SECONDS = 60
_START_AGAIN = 81
"""With a fresh profile LibreOffice ends at once and asks by this code to be started again."""


def missing_parts() -> str | None:
    """What this machine lacks to run a live LibreOffice, or None."""
    if _program() is None:
        return "LibreOffice is not installed"
    return "python3-uno is not installed" if uno is None else None


def _program() -> str | None:
    """The program itself: its wrapper script would leave a child behind when it is ended."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        return None
    binary = Path(found).resolve().with_name("soffice.bin")
    return str(binary) if binary.is_file() else found


class Office:
    """One running LibreOffice. ``desktop`` opens documents."""

    def __init__(self) -> None:
        self._profile = tempfile.mkdtemp(prefix="xlp-office-")
        user = Path(self._profile) / "user"
        user.mkdir()
        (user / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        self._pipe = f"xlp{uuid.uuid4().hex[:12]}"
        self.process = self._started()
        self.desktop = self._connected()

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                str(_program()), "--headless", "--norestore", "--nologo", "--nodefault",
                f"-env:UserInstallation=file://{self._profile}",
                f"--accept=pipe,name={self._pipe};urp;StarOffice.ComponentContext",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _connected(self) -> Any:  # noqa: ANN401 - a UNO object
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        address = f"uno:pipe,name={self._pipe};urp;StarOffice.ComponentContext"
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                context = resolver.resolve(address)
                break
            except Exception:  # uno's exceptions have no common name that mypy could know
                if self.process.poll() == _START_AGAIN:
                    self.process = self._started()
                elif time.monotonic() > until or self.process.poll() is not None:
                    self.process.kill()
                    shutil.rmtree(self._profile, ignore_errors=True)
                    raise
                time.sleep(0.1)
        return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

    def load(self, url: str) -> Any:  # noqa: ANN401 - a UNO object
        """The document at ``url``, hidden, its macros never run."""
        return self.desktop.loadComponentFromURL(url, "_blank", 0, properties(Hidden=True, MacroExecutionMode=0))

    def stop(self) -> None:
        """End the process and remove its profile."""
        try:
            self.desktop.terminate()
            self.process.wait(20)
        except Exception:  # noqa: BLE001 - it may be gone already, or hang; either way it ends here
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)


def properties(**values: object) -> tuple[Any, ...]:
    """Named values as UNO takes them."""
    made = []
    for name, value in values.items():
        one = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        one.Name, one.Value = name, value
        made.append(one)
    return tuple(made)


def struct(name: str, **members: object) -> Any:  # noqa: ANN401 - a UNO struct
    """A UNO struct ``com.sun.star.…`` with its members set."""
    made = uno.createUnoStruct(f"com.sun.star.{name}")
    for member, value in members.items():
        setattr(made, member, value)
    return made


def enum(kind: str, value: str) -> Any:  # noqa: ANN401 - a UNO enum
    """A value of the UNO enum ``com.sun.star.…``."""
    return uno.Enum(f"com.sun.star.{kind}", value)


def path_of(url: str) -> str:
    """The file behind a URL."""
    return str(uno.fileUrlToSystemPath(url))
