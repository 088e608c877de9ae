"""What a person at a terminal, or a log collector, sees on stderr while presslift works; and what goes to stdout."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from presslift.spans import duration

if TYPE_CHECKING:
    from presslift.config import Settings
    from presslift.pipeline import Options, RunSummary

LIVE_EVERY, PLAIN_EVERY = 0.1, 5.0
"""Seconds between two states of progress: on a terminal, and as lines where stderr is none."""


class Lines(logging.Formatter):
    """One line a message, as text or as a JSON object: at, level, message."""

    def __init__(self, *, as_json: bool):
        super().__init__("%(message)s")
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """A record as one line."""
        text = " ".join(record.getMessage().split())
        return json_line(record.levelname.lower(), text) if self.as_json else text


def json_line(level: str, message: str, **more: Any) -> str:
    """A message for a log collector."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"at": at, "level": level, "message": message, **more}, ensure_ascii=False)


class Terminal:
    """Messages and progress on stderr; ``quiet`` leaves only errors.

    ``out`` is the OUT in work; ``resumable`` says whether a sync would go on with what is under way; ``stop`` is set, and
    ``signalled`` tells by which signal, when the process is asked to end.
    """

    def __init__(self) -> None:
        self.quiet = self.verbose = self.json = self.resumable = False
        self.out: Path | None = None
        self.stop = threading.Event()
        self.signalled = 0
        self.failures = 0
        self._stage = ""
        self._begun = self._last = time.monotonic()
        self._drawn = 0
        self._lock = threading.RLock()

    def configure(self, *, quiet: bool = False, verbose: bool = False, log_format: str | None = None) -> None:
        """Take what the command line says; what is not given stays."""
        self.quiet, self.verbose = self.quiet or quiet, self.verbose or verbose
        self.json = log_format == "json" if log_format else self.json

    def start(self, settings: Settings | None = None, out: Path | None = None, *, resumable: bool = False) -> None:
        """Set up messages as settings and flags say, for work on ``out``."""
        self.json = self.json or (settings is not None and settings.log.format == "json")
        self.out, self.resumable = out, resumable
        handler = Handler(self)
        handler.setFormatter(Lines(as_json=self.json))
        logger = logging.getLogger("presslift")
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.ERROR if self.quiet else logging.DEBUG if self.verbose else logging.WARNING)
        # What libraries have to say is for developers: with --verbose, and in the same form.
        logging.captureWarnings(True)
        logging.getLogger().handlers[:] = [handler] if self.verbose else [logging.NullHandler()]

    def options(self, **chosen: Any) -> Options:
        """A run's options, with this terminal's progress."""
        from presslift.pipeline import Options

        return Options(progress=self.progress, failures=self.count_failures, stop=self.stop, **chosen)

    def say(self, text: str, *, level: str = "info", **more: Any) -> None:
        """A line on stderr; of a quiet one only errors."""
        if self.quiet and level != "error":
            return
        self.write(json_line(level, text, **more) if self.json else text)

    def last_line(self, text: str) -> None:
        """The one line that says how it ended."""
        text = " ".join(text.split())
        self.say(text if self.json else f"presslift: {text}", level="error")

    def write(self, line: str) -> None:
        """A line on stderr, below which progress goes on."""
        with self._lock:
            self._clear()
            click.echo(line, err=True)

    # ---- progress

    def count_failures(self, number: int) -> None:
        """How many pages failed so far."""
        self.failures = number

    def progress(self, stage: str, done: int, known: int) -> None:
        """Show how far a stage is: done and known (0 while it isn't), rate, time left, failures."""
        if self.quiet:
            return
        live, now = self._live(), time.monotonic()
        if stage != self._stage:
            self._stage, self._begun, self._last = stage, now, now if not live else 0.0
        last = bool(known) and done >= known
        if now - self._last < (LIVE_EVERY if live else PLAIN_EVERY) and not (last and (live or now - self._begun > PLAIN_EVERY)):
            return
        self._last = now
        line = self._progress_line(stage, done, known, now - self._begun)
        if not live:
            self.write(json_line("info", line, stage=stage, done=done, known=known, failed=self.failures) if self.json else line)
            return
        with self._lock:
            line = line[: _width() - 1]
            click.echo(f"\r{line:<{self._drawn}}", err=True, nl=False)
            self._drawn = len(line)
            if last:
                self._clear()

    def _progress_line(self, stage: str, done: int, known: int, seconds: float) -> str:
        rate = done / max(seconds, 0.001)
        notes = [f"{rate:.1f}/s"] if seconds > 1 else []
        notes += [f"{duration((known - done) / rate)} left"] if rate and done < known and seconds > 1 else []
        notes += [f"{self.failures} failed"] if self.failures else []
        count = f"{done} of {known}" if known else str(done) if done else "…"
        return f"{stage}: {count}" + (f" ({', '.join(notes)})" if notes else "")

    def _live(self) -> bool:
        return not self.json and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def _clear(self) -> None:
        # Blanks rather than an escape sequence: every terminal knows them.
        if self._drawn:
            click.echo(f"\r{'':<{self._drawn}}\r", err=True, nl=False)
            self._drawn = 0

    # ---- results

    def finish(self, summary: RunSummary) -> None:
        """What a run did, in a few lines; the folder on stdout."""
        import msgspec

        from presslift.summaries import summary_lines

        if self.json:
            self.say("done", **{"summary": msgspec.to_builtins(summary)})
        else:
            for line in summary_lines(summary):
                self.say(line)
        self.give(summary.out)

    def heading(self, text: str) -> str:
        """A text that stands out on stdout where that is wanted (no-color.org)."""
        return text if os.environ.get("NO_COLOR") or not sys.stdout.isatty() else click.style(text, bold=True)

    def give(self, text: str) -> None:
        """Data, on stdout."""
        with self._lock:
            self._clear()
            click.echo(text)


class Handler(logging.Handler):
    """Log records as the terminal's lines."""

    def __init__(self, terminal: Terminal):
        super().__init__()
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            self._terminal.write(self.format(record))
        except Exception:  # a message that can't be written must not end the work
            self.handleError(record)


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
