"""A sync that nobody watches: repeated with jitter and back-off, its health in a file, within the hours that it may ask."""

from __future__ import annotations

import json
import os
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from presslift.config import Settings
from presslift.errors import Locked, NotAnOut, PressliftError, Stopped
from presslift.pipeline.lock import holder
from presslift.pipeline.run import RunSummary, seconds_until_allowed

FILE = "health.json"
JITTER = 0.1
"""Of the time between two runs, more or less: sites kept by many are not asked by all at once."""
LONGEST_BACK_OFF = 6 * 3600.0
TICK = 3600.0
"""Seconds that are waited for at a stretch: a machine that slept, or whose clock was set, is noticed then."""


class Health:
    """``OUT/health.json``, for monitors: whole at any time, and of no harm to the run where it can't be written."""

    def __init__(self, folder: Path):
        self._path = folder / FILE
        self.state: dict[str, Any] = {
            "state": "idle",
            "exit_code": None,
            "last_run_at": None,
            "last_ok_at": None,
            "last_error": None,
            "failures_in_a_row": 0,
            "next_due_at": None,
            "pid": None,
        } | (read_health(folder) or {})

    def running(self) -> None:
        """A run has begun, unless another one is at work."""
        if holder(self._path.parent) is None:
            self._write(state="running", last_run_at=stamp(), next_due_at=None, pid=os.getpid())

    def ended(self, code: int, message: str | None, state: str = "idle") -> None:
        """A run has ended, with its exit code and, but for 0, a line that says why."""
        if code == Locked.exit_code:
            # It is the other one's health.
            return
        at = stamp()
        error = self.state["last_error"] if code == 0 else {"at": at, "exit_code": code, "message": message}
        well = {"last_ok_at": at, "failures_in_a_row": 0} if code in (0, 1) else {"failures_in_a_row": self.state["failures_in_a_row"] + 1}
        self._write(state=state, exit_code=code, last_error=error, pid=None, **well)

    def waiting(self, until: datetime) -> None:
        """The next run is due at a time."""
        self._write(state="waiting", next_due_at=stamp(until), pid=os.getpid())

    def stopped(self) -> None:
        """Nobody waits for the next run any more."""
        self._write(state="stopped", next_due_at=None, pid=None)

    def _write(self, **values: Any) -> None:
        self.state |= values
        new = self._path.with_name(f".{FILE}.new")
        with suppress(OSError):
            try:
                with new.open("w", encoding="utf-8") as file:
                    file.write(json.dumps(self.state, ensure_ascii=False, indent=1) + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                new.replace(self._path)
            finally:
                new.unlink(missing_ok=True)


def read_health(folder: Path) -> dict[str, Any] | None:
    """What ``health.json`` says; None where there is none that can be read."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def failures_line(summary: RunSummary) -> str | None:
    """What a run could not read, in a line; None where that is nothing."""
    parts = [
        (summary.failed, "addresses failed"),
        (summary.stale, "pages failed and their records stand"),
        (summary.missing_parts, "listings, further pages or pages of comments failed"),
    ]
    told = ", ".join(f"{n} {what}" for n, what in parts if n)
    return f"{told}; see failures.jsonl" if told else None


def stamp(at: datetime | None = None) -> str:
    """A time in UTC, RFC 3339, to the second; now by default."""
    return (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def pause(every: float, failures: int, chance: float) -> float:
    """The seconds from one run's end to the next: doubled with each failure in a row, never beyond six hours for it alone.

    ``chance`` in 0…1 makes the jitter.
    """
    longest = max(every, LONGEST_BACK_OFF)
    return float(min(longest, every * 2 ** min(max(0, failures - 1), 20)) * (1 - JITTER + 2 * JITTER * chance))


class Repeater:
    """Runs a sync again and again until ``stop`` is set.

    ``once`` runs it and gives its summary or raises; ``settings`` are read anew before each run; ``say`` tells what happens,
    with a level; ``defect`` is given what nobody expected, and says it in a line.
    """

    def __init__(
        self,
        folder: Path,
        every: float,
        *,
        once: Callable[[Settings], RunSummary],
        settings: Callable[[], Settings],
        say: Callable[[str, str], None],
        defect: Callable[[BaseException], str],
        stop: threading.Event,
    ):
        self._folder, self._every, self._once, self._settings = folder, every, once, settings
        self._say, self._defect, self._stop = say, defect, stop
        self.health = Health(folder)

    def run(self) -> None:
        """Go on for good. Raises ``Stopped`` when told to stop, ``NotAnOut``, and what is wrong with the settings at the start."""
        self._settings()
        try:
            while True:
                self._wait(self._until_allowed())
                self._run_once()
                self._wait(pause(self._every, self.health.state["failures_in_a_row"], random.random()))
        finally:
            self.health.stopped()

    def _until_allowed(self) -> float:
        try:
            return seconds_until_allowed(self._settings())
        except PressliftError:
            return 0.0

    def _run_once(self) -> None:
        self.health.running()
        try:
            summary = self._once(self._settings())
            self.health.ended(summary.exit_code, failures_line(summary))
        except (Stopped, NotAnOut):
            raise
        except PressliftError as error:
            self._failed(error.exit_code, str(error))
        except Exception as error:  # a year is long: one defect must not end it
            self._failed(70, self._defect(error))

    def _failed(self, code: int, line: str) -> None:
        self.health.ended(code, line)
        self._say(f"{line} (exit code {code}; failure {self.health.state['failures_in_a_row']} in a row)", "error")

    def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        self.health.waiting(until)
        self._say(f"the next run is due at {stamp(until)}", "info")
        # By the clock rather than by counting: a machine that slept has not waited less. One set back waits no longer than this.
        for _ in range(int(seconds // TICK) + 1):
            left = (until - datetime.now(UTC)).total_seconds()
            if left <= 0:
                return
            if self._stop.wait(min(left, TICK)):
                raise Stopped("stopped while waiting for the next run")
