"""One run at a time on an OUT: a lock that the system releases when its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from presslift.errors import Locked, OutUnwritable


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold OUT for this run. Raises ``Locked``, naming the holder, when another run has it."""
    path = folder / ".lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutUnwritable(f"{folder}: can't be written ({error.strerror}); check its permissions and the disk, then run again") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(f"{folder}: another run holds it ({_holder(path)}); wait for it to end, or stop it") from None
        except OSError as error:
            raise OutUnwritable(f"{folder}: can't be locked ({error.strerror}); put it on a file system that has locks") from error
        me = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(me).encode(), 0)
        except OSError as error:
            raise OutUnwritable(f"{folder}: can't be written ({error.strerror}); free some space, then run again") from error
        yield
    finally:
        os.close(handle)


def holder(folder: Path) -> str | None:
    """Who holds OUT at the moment, in words; ``None`` when nobody does."""
    try:
        handle = os.open(folder / ".lock", os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(folder / ".lock")
    except OSError:
        return None
    finally:
        os.close(handle)
    return None


def _holder(path: Path) -> str:
    try:
        who = json.loads(path.read_text())
        return f"process {who['pid']} on {who['host']} since {who['since']}"
    except (OSError, ValueError, KeyError):
        return "holder unknown"
