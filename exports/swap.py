"""A folder replaced by another at once: readers see the old one whole, or the new one whole.

On Linux the kernel exchanges the two (``renameat2`` with ``RENAME_EXCHANGE``). Elsewhere, and on file systems that can't, the
old one is moved aside and the new one in, and what was cut off between the two is mended at the next start.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

AT_FDCWD = -100
RENAME_EXCHANGE = 2
UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)


def new_folder(folder: Path) -> Path:
    """Where the next ``folder`` is built: beside it, hidden."""
    return folder.with_name(f".{folder.name}.new")


def old_folder(folder: Path) -> Path:
    """Where the last ``folder`` stands for a moment."""
    return folder.with_name(f".{folder.name}.old")


def recover(folder: Path) -> None:
    """Undo what an interrupted replacement left: ``folder`` is there as it last was, and nothing beside it."""
    old, new = old_folder(folder), new_folder(folder)
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    for left in (old, new):
        if left.exists():
            shutil.rmtree(left)


def replace(folder: Path, new: Path) -> None:
    """Put ``new``, whose files are on disk already, in the place of ``folder``, and delete what was there.

    Raises ``OSError``; ``folder`` is whole in any case.
    """
    sync_tree(new)
    if not folder.exists():
        new.rename(folder)
        sync_folder(folder.parent)
        return
    if exchange(new, folder):
        sync_folder(folder.parent)
        # What can't be deleted now is at the next start.
        shutil.rmtree(new, ignore_errors=True)
        return
    old = old_folder(folder)
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    sync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where the system or the file system can't. Raises ``OSError`` for other refusals."""
    rename = _renameat2()
    if rename is None:
        return False
    if rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(other))


@cache
def _renameat2() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is not None:
        function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
        function.restype = ctypes.c_int
    return function


def sync_tree(folder: Path) -> None:
    """Everything in ``folder`` to the disk, itself included."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        elif path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """A folder's entries to the disk, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
