"""What a person at a terminal, or a log collector, sees on stderr; and how every outcome becomes an exit code."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from presslift.errors import PressliftError

if TYPE_CHECKING:
    from presslift.config import Settings
    from presslift.pipeline import Options, RunSummary
    from presslift.records import SiteFacts

PLAIN_EVERY = 5.0
"""Seconds between progress lines where stderr is no terminal."""

STATE: dict[str, Any] = {"out": None, "json": False}
"""What the last line before the end needs to know: the OUT in work, and how messages are written."""


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, message."""

    def format(self, record: logging.LogRecord) -> str:
        """A record as one line."""
        return _json_line(record.levelname.lower(), record.getMessage())


def _json_line(level: str, message: str, **more: Any) -> str:
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"at": at, "level": level, "message": message, **more}, ensure_ascii=False)


class Terminal:
    """Messages and progress on stderr; ``quiet`` leaves only errors."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False, log_format: str = "text"):
        self.quiet, self.verbose, self.json = quiet, verbose, log_format == "json"
        self._last = 0.0
        self._stage = ""
        self._begun = time.monotonic()
        self._drawn = False
        self.stop = threading.Event()

    def start(self, settings: Settings, out: Path | None = None) -> None:
        """Set up logging as the settings and flags say."""
        self.json = self.json or settings.log.format == "json"
        STATE["json"], STATE["out"] = self.json, str(out) if out is not None else None
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines() if self.json else logging.Formatter("%(message)s"))
        root = logging.getLogger("presslift")
        root.handlers[:] = [handler]
        root.propagate = False
        root.setLevel(logging.ERROR if self.quiet else logging.DEBUG if self.verbose else logging.WARNING)

    def options(self, **chosen: Any) -> Options:
        """A run's options, with this terminal's progress."""
        from presslift.pipeline import Options

        return Options(progress=self.progress, stop=self.stop, **chosen)

    def say(self, text: str, *, error: bool = False, **more: Any) -> None:
        """A line on stderr."""
        if self.quiet and not error:
            return
        self._clear()
        click.echo(_json_line("error" if error else "info", text, **more) if self.json else text, err=True)

    def progress(self, stage: str, done: int, known: int) -> None:
        """Show how far a stage is: pages done and known, rate, time left."""
        if self.quiet:
            return
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._begun, self._last = stage, now, 0.0 if sys.stderr.isatty() else now
        live = sys.stderr.isatty() and not self.json
        if (now - self._last < (0.1 if live else PLAIN_EVERY) and done < known) or (
            done == known and not live and now - self._begun < PLAIN_EVERY
        ):
            return
        self._last = now
        seconds = max(now - self._begun, 0.001)
        rate = done / seconds
        left = f", {_duration((known - done) / rate)} left" if rate and done < known else ""
        line = f"{stage}: {done} of {known} ({rate:.1f}/s{left})"
        if live:
            click.echo(f"\r\x1b[K{line}", err=True, nl=False)
            self._drawn = True
            if done == known:
                self._clear()
        elif self.json:
            click.echo(_json_line("info", line, stage=stage, done=done, known=known), err=True)
        else:
            click.echo(line, err=True)

    def _clear(self) -> None:
        if self._drawn:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._drawn = False

    def finish(self, summary: RunSummary) -> None:
        """What a run did, in a few lines; the folder on stdout."""
        import msgspec

        if self.json:
            self.say("done", **{"summary": msgspec.to_builtins(summary)})
        else:
            for line in summary_lines(summary):
                self.say(line)
        click.echo(summary.out)

    def show_facts(self, facts: SiteFacts, cost: dict[str, Any], as_json: bool) -> None:
        """What a site is and offers."""
        import msgspec

        if as_json:
            click.echo(json.dumps(msgspec.to_builtins(facts) | {"cost": cost}, ensure_ascii=False, indent=1))
            return
        for name, value in facts_lines(facts, cost):
            click.echo(f"{name:<12} {value}")

    def show_status(self, state: dict[str, Any]) -> None:
        """The state of an OUT."""
        click.echo(f"{state['out']}: {state['articles']} articles of {state['site']}")
        click.echo("addresses: " + (", ".join(f"{n} {name}" for name, n in state["addresses"].items()) or "none"))
        for run in state["runs"]:
            numbers = run["numbers"]
            counted = ("created", "updated", "moved", "removed", "requests")
            did = numbers.get("error") or ", ".join(f"{numbers[k]} {k}" for k in counted if numbers.get(k)) or "no change"
            code = f", exit {run['exit_code']}" if run["exit_code"] else ""
            click.echo(f"run {run['id']}: {run['command']} at {run['started_at']}: {run['state']}{code}; {did}")
        for failure in state["failures"]:
            detail = f" ({failure['detail']})" if failure["detail"] else ""
            click.echo(f"failed: {failure['url']}: {failure['reason']}{detail}")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def summary_lines(summary: RunSummary) -> list[str]:
    """A run for people."""
    found = ", ".join(f"{name} {n}" for name, n in summary.found_by.items())
    lines = [
        f"{summary.site}: {summary.discovered} addresses ({found}): {summary.exported} exported, {summary.failed} failed, {summary.excluded} excluded"
    ]
    if summary.excluded_by:
        lines.append("  excluded: " + ", ".join(f"{n} {reason}" for reason, n in summary.excluded_by.items()))
    changes = ", ".join(
        f"{getattr(summary, name)} {name}" for name in ("created", "updated", "moved", "restored", "removed") if getattr(summary, name)
    )
    lines.append(f"  changes: {changes or 'none'}; exports {'written' if summary.exports_written else 'left as they were'}")
    lines += [f"  incomplete: {text}" for text in summary.incomplete]
    lines.append(f"  {summary.requests} requests, {summary.bytes_read / 1e6:.1f} MB, {summary.seconds:.1f} s")
    if summary.exit_code:
        lines.append(f"  some pages failed: see {Path(summary.out) / 'export' / 'failures.jsonl'}")
    return lines


def facts_lines(facts: SiteFacts, cost: dict[str, Any]) -> list[tuple[str, str]]:
    """A site for people: name and value of each line."""
    counts = ", ".join(f"{n if n is not None else '?'} {name}" for name, n in facts.counts.items())
    also = f" (also {', '.join(facts.languages)})" if len(facts.languages) > 1 else ""
    full = "" if facts.feed_full_text is None else " (full text)" if facts.feed_full_text else " (excerpts)"
    rows = [
        ("site", f"{facts.url}{f' “{facts.name}”' if facts.name else ''}"),
        ("WordPress", f"{facts.wordpress_version or 'version unknown'} ({'; '.join(facts.evidence[:3])})"),
        ("theme", f"{facts.theme or 'unknown'}{f', builder {facts.builder}' if facts.builder else ''}"),
        ("plugins", ", ".join(facts.plugins) or "none that matter"),
        ("language", f"{facts.language or 'unknown'}{also}, time zone {facts.timezone or facts.utc_offset or 'unknown'}"),
        ("permalinks", facts.permalink_structure or "unknown"),
        ("REST", facts.rest_root or f"shut ({facts.rest_detail or 'no answer'})"),
        ("sitemaps", ", ".join(facts.sitemaps) or "none"),
        ("feeds", f"{', '.join(facts.feeds) or 'none'}{full}"),
        ("counts", counts or "unknown"),
        ("cost", f"about {cost.get('requests', 0):.0f} requests, {cost.get('minutes', 0):.0f} minutes"),
    ]
    return rows


def guarded(command: click.Command) -> int:
    """Run the command line and turn whatever happens into one line on stderr and an exit code."""

    def terminate(number: int, frame: object) -> None:
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, terminate)
    try:
        command.main(standalone_mode=False)
    except BaseException as error:  # every end has its code
        return _code_of(error)
    return 0


def _code_of(error: BaseException) -> int:
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return _interrupted(130)
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else 1 if error.code else 0
        return _interrupted(143) if code == 143 else code
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, PressliftError):
        _last_line(str(error))
        return error.exit_code
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EROFS, errno.EDQUOT):
        _last_line(f"{error.filename or 'the disk'}: {error.strerror}; free some space or name another folder: what was there is whole")
        return 74
    return _defect(error)


def _last_line(text: str) -> None:
    click.echo(_json_line("error", text) if STATE["json"] else f"presslift: {text}", err=True)


def _interrupted(code: int) -> int:
    out = STATE["out"]
    _last_line(f"stopped; all that was read is saved{f': `presslift sync {out}` goes on where it stood' if out else ''}")
    return code


def _defect(error: BaseException) -> int:
    trace = "".join(traceback.format_exception(error))
    folder = Path(STATE["out"]) if STATE["out"] and Path(STATE["out"]).is_dir() else Path(tempfile.gettempdir())
    path = folder / "presslift.log"
    try:
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()}\n{trace}\n")
        where = f"the traceback is in {path}"
    except OSError:
        where = trace
    last = trace.strip().splitlines()[-1]
    _last_line(f"a defect of presslift: {last}; {where}")
    return 70
