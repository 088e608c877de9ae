"""How every end of a command becomes one line on stderr and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import sys
from itertools import pairwise
from pathlib import Path

import click

from presslift.defects import TraceLog
from presslift.errors import PressliftError, Stopped
from presslift.terminal import Terminal

FULL = (errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO, errno.EFBIG)
REFUSED = (errno.EACCES, errno.EPERM)


def run(command: click.Command) -> int:
    """Run the command line. Every end has its exit code, and any but success one line on stderr that says what to do."""
    terminal = Terminal()
    # Errors of the options themselves come before these are read.
    terminal.json = "--log-format=json" in sys.argv or ("--log-format", "json") in pairwise(sys.argv)
    _stop_on_signals(terminal)
    try:
        if asked := os.environ.get("_PRESSLIFT_COMPLETE"):
            from click.shell_completion import shell_complete

            return shell_complete(command, {}, "presslift", "_PRESSLIFT_COMPLETE", asked)
        # Not command.main(), which takes an EOFError for Ctrl-C and prints lines of its own.
        with command.make_context("presslift", sys.argv[1:], obj=terminal) as context:
            command.invoke(context)
        sys.stdout.flush()
    except BaseException as error:  # every end has its code
        return _code_of(error, terminal)
    return 0


def _stop_on_signals(terminal: Terminal) -> None:
    def stop(number: int, frame: object) -> None:
        # A second one ends the process at once: the store holds at any instruction.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_DFL)
        terminal.signalled = number
        terminal.stop.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    # A shell gives background jobs an ignored SIGINT, which then holds.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, stop)


def _code_of(error: BaseException, terminal: Terminal) -> int:
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt | Stopped):
        return _interrupted(terminal)
    if isinstance(error, click.ClickException):
        return _misused(error, terminal)
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(bool(error.code))
    if isinstance(error, BrokenPipeError):
        return _unread()
    if isinstance(error, PressliftError):
        terminal.last_line(str(error))
        return error.exit_code
    told = _of_the_disk(error, terminal)
    if told is not None:
        terminal.last_line(told[1])
        return told[0]
    return _defect(error, terminal)


def _misused(error: click.ClickException, terminal: Terminal) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "presslift"
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        click.echo(context.get_help(), err=True)
        return error.exit_code
    text = error.format_message().rstrip(".")
    name = path.removeprefix("presslift").strip()
    terminal.last_line(f"{f'{name}: ' if name else ''}{text[:1].lower()}{text[1:]}; see `{path} --help`")
    return error.exit_code


def _unread() -> int:
    # What is still in the buffer goes nowhere, without a word.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return 0


def _interrupted(terminal: Terminal) -> int:
    out = terminal.out
    resume = out is not None and (out / "presslift.sqlite").is_file() and terminal.resumable
    terminal.last_line(f"stopped; all that was read is saved: `presslift sync {out}` goes on where it stood" if resume else "stopped")
    return 143 if terminal.signalled == signal.SIGTERM else 130


def _of_the_disk(error: BaseException, terminal: Terminal) -> tuple[int, str] | None:
    """The code and the line for what the disk, or the database on it, says; ``None`` for anything else."""
    import sqlite3

    out = terminal.out
    if isinstance(error, OSError):
        where = error.filename or (out if out is not None else "the output")
        inside = out is not None and error.filename is not None and Path(str(error.filename)).is_relative_to(out)
        if error.errno in FULL or (inside and error.errno in REFUSED):
            return 74, f"{where}: {(error.strerror or 'refused').lower()}; make room or check the permissions: what was there is whole"
    if isinstance(error, sqlite3.OperationalError):
        if any(word in str(error) for word in ("readonly", "full", "disk I/O", "unable to open")):
            return 74, f"{out}: can't be written ({error}); make room or check the permissions: what was there is whole"
        if "locked" in str(error) or "busy" in str(error):
            return 4, f"{out}: another program holds its store ({error}); end it, then run again"
    if isinstance(error, sqlite3.DatabaseError) and any(word in str(error) for word in ("malformed", "not a database")):
        return 2, f"{out}: its store is damaged ({error}); bring it back from a copy, or migrate into a new folder"
    return None


def _defect(error: BaseException, terminal: Terminal) -> int:
    terminal.last_line(defect_line(error, terminal))
    return 70


def defect_line(error: BaseException, terminal: Terminal) -> str:
    """What to say of an exception that nobody expected; its traceback is written to a log."""
    what = " ".join(f"{type(error).__name__}: {error}".split())
    log = _logged(error, terminal)
    where = f"the traceback is in {log}" if log else "no file for the traceback could be written"
    return f"a defect of presslift: {what[:300]}; {where}"


def _logged(error: BaseException, terminal: Terminal) -> Path | None:
    """Where the traceback was written: OUT's log when there is an OUT, else a new temporary file."""
    folder = terminal.out if terminal.out is not None and (terminal.out / "presslift.sqlite").is_file() else None
    return (TraceLog(folder).keep(error) if folder else None) or TraceLog().keep(error)
