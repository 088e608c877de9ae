"""Runs that are stopped: by Ctrl-C, by SIGTERM, by a reader that went away."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import presslift as package
from presslift.demo.site import DemoSite
from tests.commands import PRESSLIFT, presslift

# ---- 130 and 143: stopped


def slow(seconds: float) -> DemoSite:
    """The built-in site, its posts' pages late."""
    site = DemoSite()
    good = site.answer

    def answer(target: str) -> tuple[int, str, bytes, dict[str, str]]:
        if target.startswith("/20"):
            time.sleep(seconds)
        return good(target)

    site.answer = answer  # type: ignore[method-assign]
    return site


def stopped(command: list[object], number: int, when: Callable[[], bool]) -> tuple[int, str, float]:
    """Start a command, send it a signal, and take its code, its stderr and how long it took to end."""
    process = subprocess.Popen([PRESSLIFT, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not when() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    sent = time.monotonic()
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    return process.returncode, told, time.monotonic() - sent


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_and_gone_on_with(tmp_path: Path, number: int, code: int) -> None:
    out = tmp_path / "OUT"
    with slow(1.5) as site:
        got, told, seconds = stopped(
            ["migrate", site.url, "-o", out, "--limit", 5], number, lambda: any(r.startswith("/20") for r in site.requests)
        )
        assert got == code, told
        (line,) = told.splitlines()[1:]
        assert line == f"presslift: stopped; all that was read is saved: `presslift sync {out}` goes on where it stood"
        assert seconds < 1.4, "it must not wait for what is under way"
        told = presslift("status", out).stdout
        assert "cut off" in told and f"presslift sync {out}" in told
        done = presslift("sync", out)
        assert done.returncode == 0, done.stderr
        # Each address once, over both runs, but for those that were under way; the scope given first holds.
        assert sum(r == "/wp-json/" for r in site.requests) == 1
    assert package.check(out).ok and package.check(out).counts["articles"] == 5
    assert (out / "export" / "changes.jsonl").read_text() == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_before_anything_was_read(tmp_path: Path, number: int) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        good = site.answer
        site.answer = lambda target: (time.sleep(1.5), good(target))[1] if target == "/" else good(target)  # type: ignore[func-returns-value, method-assign]
        got, told, _ = stopped(["migrate", site.url, "-o", out, "--no-comments"], number, lambda: "/" in site.requests)
        assert got == 128 + number and "stopped" in told
        site.answer = good  # type: ignore[method-assign]
        done = presslift("sync", out)
        assert done.returncode == 0, done.stderr
    assert package.check(out).counts["articles"] == 9
    assert (out / "export" / "changes.jsonl").read_text() == ""
    assert "comments: false" in (out / "config.yaml").read_text()


def test_stopped_while_probing_says_nothing_of_saving(tmp_path: Path) -> None:
    with DemoSite() as site:
        site.answer = lambda target: (time.sleep(1.5), (404, "text/html", b"", {}))[1]  # type: ignore[func-returns-value, method-assign]
        got, told, seconds = stopped(["probe", site.url], signal.SIGINT, lambda: bool(site.requests))
    assert (got, told) == (130, "presslift: stopped\n") and seconds < 1.4


# ---- nobody reads


def test_a_broken_pipe_is_no_error() -> None:
    for command in ("config", "config --schema", "--help"):
        done = subprocess.run(["bash", "-c", f"'{PRESSLIFT}' {command} | head -1; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "") and len(done.stdout.splitlines()) == 1
    done = subprocess.run(["bash", "-c", f"'{PRESSLIFT}' config | true; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_stdout_that_is_full() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run([PRESSLIFT, "config"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 74 and len(done.stderr.splitlines()) == 1
