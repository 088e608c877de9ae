"""Exceptions that nobody expected, met while one record was made: what is said of them, and where their traceback is kept."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from presslift.errors import ParseError, PressliftError

FILE_NAME = "presslift.log"
LARGEST = 5_000_000
"""Bytes of a log, after which it is put aside (one is kept) and begun anew."""
MOST = 500
"""Characters of a description."""
OF_THE_RUN = (PressliftError, OSError, sqlite3.Error)
"""Not of one record: what presslift says deliberately, and what the disk or the store say."""

HOME = Path(__file__).resolve().parent
HOMES = (HOME, *((HOME / room).resolve() for room in ("scraper", "transforms", "exports")))
LIBRARIES = ("site-packages", "dist-packages", "/lib/python", "<frozen")
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")


class TraceLog:
    """A file of tracebacks: ``presslift.log`` in a folder, else a temporary one, made when first needed. ``path`` is None until then."""

    def __init__(self, folder: Path | None = None):
        self._folder = folder
        self.path: Path | None = None

    def keep(self, error: BaseException, what: str | None = None) -> Path | None:
        """Write an exception's traceback down, and what was worked on; the file, None where the disk refuses."""
        trace = "".join(traceback.format_exception(error))
        text = f"{datetime.now(UTC).isoformat(timespec='seconds')}{f' {what}' if what else ''}\n{trace}\n"
        try:
            if self.path is None:
                self.path = self._begun()
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            return None
        return self.path

    def _begun(self) -> Path:
        if self._folder is None:
            with tempfile.NamedTemporaryFile(prefix="presslift-", suffix=".log", delete=False) as temporary:
                return Path(temporary.name)
        path = self._folder / FILE_NAME
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_name(f"{FILE_NAME}.1"))
        return path


def forget_log(folder: Path) -> None:
    """Delete a folder's logs: a traceback may quote what a page said."""
    for name in (FILE_NAME, f"{FILE_NAME}.1"):
        (folder / name).unlink(missing_ok=True)


_LOG: ContextVar[TraceLog | None] = ContextVar("presslift_trace_log", default=None)


@contextmanager
def traced_to(log: TraceLog) -> Iterator[None]:
    """Keep the tracebacks of what goes wrong within in a log; without it they are not kept."""
    token = _LOG.set(log)
    try:
        yield
    finally:
        _LOG.reset(token)


def keep_trace(error: BaseException, what: str | None = None) -> Path | None:
    """Write a traceback to the log in use; the file, None where there is none."""
    log = _LOG.get()
    return log.keep(error, what) if log is not None else None


def trace_file() -> Path | None:
    """The file of the log in use, None while nothing was written to one."""
    log = _LOG.get()
    return log.path if log is not None else None


def described(error: BaseException, *, place: bool = True) -> str:
    """An exception in one line: its class, what it says, and the ``place`` in presslift's or the user's own code that raised it."""
    try:
        said = " ".join(str(error).split())
    except Exception:  # an exception of somebody's own may fail at this too
        said = ""
    # Addresses in memory differ from run to run, and with them would the record.
    said = ADDRESS.sub("0x…", said)[:MOST]
    return f"{type(error).__name__}{f': {said}' if said else ''}{f' ({_place(error)})' if place else ''}"


def _place(error: BaseException) -> str:
    """The innermost frame outside of libraries, else the innermost."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "nowhere"
    frame = ([f for f in frames if _is_own(f.filename)] or frames)[-1]
    path = Path(frame.filename)
    name = path.resolve().relative_to(HOME.parent).as_posix() if path.is_absolute() and _is_ours(path) else path.name
    return f"{name}:{frame.lineno} in {frame.name}"


def _is_own(file: str) -> bool:
    # Of compiled libraries the names are relative.
    path = Path(file)
    return path.is_absolute() and (_is_ours(path) or not any(part in file for part in LIBRARIES))


def _is_ours(path: Path) -> bool:
    return any(path.resolve().is_relative_to(folder) for folder in HOMES)


@contextmanager
def of_one_page(url: str | None) -> Iterator[None]:
    """Turn an exception that nobody expected into ``ParseError`` (reason ``parse_error``) of a page; its traceback is kept."""
    try:
        yield
    except OF_THE_RUN:
        raise
    except Exception as error:
        keep_trace(error, url)
        raise ParseError(url, "parse_error", described(error)) from error
