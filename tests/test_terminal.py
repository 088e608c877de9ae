"""Progress and messages: live on a terminal, plain lines elsewhere, and none of it in the way of errors."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from presslift import terminal as module
from presslift.demo.site import DemoSite
from presslift.spans import duration
from presslift.terminal import Terminal
from tests.commands import PRESSLIFT
from tests.servers import free_port


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be set by hand."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_plain_progress_comes_every_few_seconds(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    shown = Terminal()
    for second in range(13):
        clock[0] = 100.0 + second
        shown.count_failures(1 if second > 8 else 0)
        shown.progress("pages", second * 2, 100)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["pages: 10 of 100 (2.0/s, 45 s left)", "pages: 20 of 100 (2.0/s, 40 s left, 1 failed)"]


def test_plain_progress_is_silent_on_quick_work(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    shown = Terminal()
    for done in range(51):
        shown.progress("pages", done, 50)
    shown.progress("exporting", 0, 0)
    assert capsys.readouterr().err == ""


def test_progress_without_a_known_end(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    shown = Terminal()
    shown.progress("finding", 1, 0)
    clock[0] += 6
    shown.progress("finding", 600, 0)
    assert capsys.readouterr().err == "finding: 600 (100.0/s)\n"


def test_progress_as_json(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    shown = Terminal()
    shown.configure(log_format="json")
    shown.progress("pages", 1, 50)
    clock[0] += 10
    shown.progress("pages", 20, 50)
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert (line["stage"], line["done"], line["known"], line["failed"]) == ("pages", 20, 50, 0)


def test_quiet_leaves_errors(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Terminal()
    shown.configure(quiet=True)
    shown.say("nobody reads this")
    shown.progress("pages", 1, 1)
    shown.last_line("a thing\nin two lines")
    assert capsys.readouterr().err == "presslift: a thing in two lines\n"


@pytest.mark.parametrize(("seconds", "told"), [(0.4, "0 s"), (59.9, "59 s"), (123, "2 min 3 s"), (3_900, "1 h 5 min")])
def test_duration(seconds: float, told: str) -> None:
    assert duration(seconds) == told


class Screen:
    """A command whose stderr, and stdout if asked for, is a terminal of ``columns``."""

    def __init__(self, *arguments: object, columns: int = 80, stdout: bool = False, **env: str):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            [PRESSLIFT, *map(str, arguments)],
            stdout=slave if stdout else subprocess.DEVNULL,
            stderr=slave,
            env={**os.environ, "TERM": "xterm", **env},
        )
        os.close(slave)
        self.shown = ""

    def read(self, until: str | None = None, timeout: float = 30) -> str:
        """What was shown, to the end or until a text."""
        deadline = time.monotonic() + timeout
        with contextlib.suppress(OSError):
            while time.monotonic() < deadline and (until is None or until not in self.shown):
                piece = os.read(self.master, 4096)
                if not piece:
                    break
                self.shown += piece.decode("utf-8", "replace")
        return self.shown

    def end(self) -> tuple[int, str]:
        """The code, and all that was shown."""
        self.read()
        os.close(self.master)
        return self.process.wait(timeout=30), self.shown


def slow_site(seconds: float = 0.15) -> DemoSite:
    site = DemoSite()
    good = site.answer

    def answer(target: str) -> tuple[int, str, bytes, dict[str, str]]:
        time.sleep(seconds)
        return good(target)

    site.answer = answer  # type: ignore[method-assign]
    return site


def painted(shown: str) -> list[str]:
    """What stands on the screen in the end, line by line."""
    lines = []
    for line in shown.replace("\r\n", "\n").split("\n"):
        cells: list[str] = []
        for piece in line.split("\r"):
            cells[: len(piece)] = piece
        lines.append("".join(cells).rstrip())
    return lines


def test_live_progress(tmp_path: Path) -> None:
    with slow_site() as site:
        code, shown = Screen("migrate", site.url, "-o", tmp_path / "OUT", columns=50).end()
    assert code == 0, shown
    assert "\rprobing: …" in shown and "\rfinding: 9" in shown and "\rpages: 9 of 9" in shown and "\x1b" not in shown
    # Nothing of it is left, and nothing was wider than the screen.
    lines = [line for line in painted(shown) if line]
    assert lines[0].startswith(site.url) and lines[-1].strip().endswith(" s")
    assert not [line for line in lines if line.startswith(("probing", "finding", "pages", "articles", "exporting"))]
    assert max(len(piece) for piece in shown.replace("\r\n", "\r").split("\r") if piece.startswith(("pages", "finding"))) < 50


def test_nothing_follows_the_line_of_an_error(tmp_path: Path) -> None:
    (tmp_path / "quick.yaml").write_text("fetch: {attempts: 1}\n")
    code, shown = Screen("migrate", f"http://127.0.0.1:{free_port()}", "-o", tmp_path / "OUT", "--config", tmp_path / "quick.yaml").end()
    (line,) = [line for line in painted(shown) if line]
    assert code == 3 and line.startswith("presslift: http://127.0.0.1:")


def test_ctrl_c_on_a_terminal(tmp_path: Path) -> None:
    with slow_site(0.4) as site:
        screen = Screen("migrate", site.url, "-o", tmp_path / "OUT")
        screen.read(until="pages: ")
        screen.process.send_signal(signal.SIGINT)
        code, shown = screen.end()
    (line,) = [line for line in painted(shown) if line]
    assert code == 130 and line.startswith("presslift: stopped; all that was read is saved")


def test_quiet_and_json_on_a_terminal(tmp_path: Path) -> None:
    with DemoSite() as site:
        assert Screen("migrate", site.url, "-o", tmp_path / "quiet", "-q").end() == (0, "")
        code, shown = Screen("migrate", site.url, "-o", tmp_path / "json", "--log-format", "json").end()
    assert code == 0 and [json.loads(line)["message"] for line in shown.splitlines()] == ["done"]


def test_colour_only_where_it_is_wanted(tmp_path: Path) -> None:
    code, shown = Screen("demo", "-o", tmp_path / "bold", stdout=True).end()
    assert code == 0 and "\x1b[1mWhat it read" in shown
    code, shown = Screen("demo", "-o", tmp_path / "plain", stdout=True, NO_COLOR="1").end()
    assert code == 0 and "\x1b" not in shown
    assert [line for line in painted(shown) if line][-1] == str(tmp_path / "plain")
