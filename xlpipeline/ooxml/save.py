"""Replacing a file safely: the old one stays whole until the new one is complete, and is kept beside it.

A process killed while it saves leaves the old file as it was and perhaps a ``.NAME.….xlp-tmp`` beside it, which is
harmless and may be deleted.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from xlpipeline.errors import BookError, BusyError

TEMPORARY: Final = ".xlp-tmp"
BACKUP: Final = ".bak"


def backup_path(path: Path) -> Path:
    """Where the previous file is kept: ``team.xlsx.bak``."""
    return path.with_name(path.name + BACKUP)


def refuse_locked(path: Path) -> None:
    """Raise BusyError if Excel's owner file says that somebody has the workbook open."""
    if path.with_name("~$" + path.name).exists():
        raise BusyError(f"{path.name} is open in Excel; please close it there and try again.")


def replace_file(
    path: Path, pieces: Iterable[bytes], *, still_same: Iterable[bool] = (), keep_backup: bool = True
) -> Path | None:
    """Write the pieces to a new file and put it in the place of ``path``; gives where the old file is kept.

    The file is private while it is written, then gets the mode of the file it replaces (or a new file's usual one).

    ``still_same`` is asked just before the replacement; if it says False, nothing is replaced.

    Raises:
        BusyError: the file was changed meanwhile, or another program holds it.
        BookError: the folder cannot be written, or the disk is full.
    """
    path = path.resolve()
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(TEMPORARY, f".{path.name}.", path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o644)
        if not all(still_same):
            raise changed_meanwhile(path)
        kept = _keep(path) if keep_backup and path.exists() else None
        temporary.replace(path)
        sync_folder(path.parent)
    except PermissionError as fault:
        sentence = f"{path.name} cannot be replaced; please close it elsewhere, or ask for the right to write there."
        raise BusyError(sentence) from fault
    except OSError as fault:
        raise BookError(f"{path.name} could not be saved ({fault.strerror or fault}); it is unchanged.") from fault
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    return kept


def changed_meanwhile(path: Path) -> BusyError:
    """Somebody saved the workbook after it was read."""
    return BusyError(f"{path.name} was changed by somebody else meanwhile, so nothing was written; please try again.")


def _keep(path: Path) -> Path:
    """Keep the file as it is under its backup name, replacing an older backup in one step."""
    kept = backup_path(path)
    handle, name = tempfile.mkstemp(TEMPORARY, f".{kept.name}.", path.parent)
    os.close(handle)
    twin = Path(name)
    try:
        twin.unlink()
        try:
            twin.hardlink_to(path)
        except OSError:
            shutil.copy2(path, twin)
        twin.replace(kept)
    finally:
        with contextlib.suppress(OSError):
            twin.unlink(missing_ok=True)
    return kept


def swap_with_backup(path: Path) -> Path:
    """Bring the kept file back; the two swap places, so doing it twice changes nothing.

    Raises:
        BookError: no file is kept, or it cannot be put back.
        BusyError: Excel has the workbook open.
    """
    path = path.resolve()
    kept = backup_path(path)
    if not kept.is_file():
        raise BookError(f"There is no kept file {kept.name} beside {path.name}, so nothing can be restored.")
    refuse_locked(path)
    try:
        if not path.exists():
            kept.replace(path)
        else:
            aside = Path(tempfile.mkdtemp(TEMPORARY, f".{path.name}.", path.parent))
            try:
                now = aside / path.name
                try:
                    now.hardlink_to(path)
                except OSError:
                    shutil.copy2(path, now)
                kept.replace(path)
                now.replace(kept)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        sync_folder(path.parent)
    except OSError as fault:
        raise BookError(f"{path.name} could not be restored ({fault.strerror or fault}).") from fault
    return path


def sync_folder(folder: Path) -> None:
    """Make the folder's new entries lasting; where folders cannot be synced (Windows) the system does it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
