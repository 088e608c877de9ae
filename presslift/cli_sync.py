"""The commands that keep an OUT in step: once, again and again, only told, or handed to cron and systemd."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from presslift.cli_options import chosen_settings
from presslift.config import Settings
from presslift.errors import NotNow, PressliftError, UsageError
from presslift.pipeline import RunSummary
from presslift.pipeline import sync as run
from presslift.pipeline.forecast import forecast
from presslift.pipeline.unattended import Health, Repeater, failures_line
from presslift.scheduling import cron_line, systemd_units
from presslift.spans import seconds_of
from presslift.summaries import number

if TYPE_CHECKING:
    from presslift.terminal import Terminal


def sync_once(terminal: Terminal, out: Path, config: Path | None, flags: dict[str, Any]) -> int:
    """One run, told and noted in health.json; its exit code. Raises what ``pipeline.sync`` raises."""
    settings = chosen_settings(config, out, flags)
    terminal.start(settings, out, resumable=True)
    health = Health(out)
    health.running()
    try:
        summary = _run(terminal, out, settings, flags)
    except NotNow as error:
        health.ended(0, None)
        terminal.say(str(error))
        return 0
    except PressliftError as error:
        health.ended(error.exit_code, str(error))
        raise
    except KeyboardInterrupt:
        health.ended(143 if terminal.signalled == signal.SIGTERM else 130, "stopped", state="stopped")
        raise
    except Exception as error:
        health.ended(70, f"{type(error).__name__}: {error}")
        raise
    health.ended(summary.exit_code, failures_line(summary))
    terminal.finish(summary)
    return summary.exit_code


def _run(terminal: Terminal, out: Path, settings: Settings, flags: dict[str, Any]) -> RunSummary:
    options = terminal.options(full=flags["full"], accept_removals=flags["accept_removals"], explicit_delay=flags["delay"] is not None)
    return run(out, config=settings, options=options)


def keep_in_step(terminal: Terminal, out: Path, every: str, config: Path | None, flags: dict[str, Any]) -> None:
    """Run again and again. Raises ``UsageError``, ``Stopped``."""
    from presslift.outcomes import defect_line

    try:
        seconds = seconds_of(every)
    except ValueError as error:
        raise UsageError(f"--every: {error}") from error
    terminal.start(chosen_settings(config, out, flags), out, resumable=True)

    def once(settings: Settings) -> RunSummary:
        summary = _run(terminal, out, settings, flags)
        terminal.finish(summary)
        return summary

    Repeater(
        out,
        seconds,
        once=once,
        settings=lambda: chosen_settings(config, out, flags),
        say=lambda text, level: terminal.say(text, level=level),
        defect=lambda error: defect_line(error, terminal),
        stop=terminal.stop,
    ).run()


def say_what_would_be_asked(terminal: Terminal, out: Path, settings: Settings, *, full: bool) -> None:
    """The addresses on stdout, one a line; what they may lead to on stderr."""
    terminal.start(settings, out)
    told = forecast(out, settings=settings, full=full)
    terminal.say(f"{out}: {told.why}; {number(len(told.urls), 'request')} to begin with, then {told.then}")
    for url in told.urls:
        terminal.give(url)


def print_schedule(terminal: Terminal, out: Path, every: str, kind: str, into: Path | None) -> None:
    """A cron line or units, on stdout or into a folder. Raises ``UsageError``."""
    folder = out.resolve()
    command = _own_command()
    try:
        if kind == "cron":
            if into is not None:
                raise UsageError("--into: is for systemd's units; add the cron line with `crontab -e`")
            line = cron_line(folder, every, command)
            terminal.say("add this line with `crontab -e`:")
            terminal.give(line)
            return
        units = systemd_units(folder, every, command)
    except ValueError as error:
        raise UsageError(f"--every: {error}") from error
    timer = next(name for name in units if name.endswith(".timer"))
    for name, text in units.items():
        if into is None:
            terminal.give(f"# /etc/systemd/system/{name}\n{text}")
        else:
            _written(into / name, text)
            terminal.give(str(into / name))
    terminal.say(f"with both in place: systemctl daemon-reload && systemctl enable --now {timer}")


def _written(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror}); name a folder with --into that can") from error


def _own_command() -> str:
    """The command by which this program was started, for good: units know no PATH."""
    beside = Path(sys.executable).with_name("presslift")
    if beside.is_file() and os.access(beside, os.X_OK):
        return str(beside)
    return shutil.which("presslift") or str(Path(sys.argv[0]).resolve())
