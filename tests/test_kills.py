"""Runs killed at any of their writes, and an OUT copied while a run is at work."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from presslift.demo import change
from presslift.errors import PressliftError
from presslift.pipeline import migrate, sync
from presslift.pipeline.forget import forget
from presslift.scraper.fetch.archive import Archive
from presslift.store import Store
from tests.faulty import NO_REST, OPEN, FaultySite, changes, content, holds, lines, quick
from tests.test_forgetting import SECRET, tell_secret, traces

POINTS = int(os.environ.get("PRESSLIFT_KILL_POINTS", "6"))
"""Writes at which a run is killed, in one test."""
MOMENTS = int(os.environ.get("PRESSLIFT_KILL_MOMENTS", "4"))
"""Random moments at which one is."""


def at_every_write(act: Callable[[], None]) -> None:
    """Have ``act`` called before and after whatever writes: rows, commits, archive records, fsync and rename."""

    def around(holder: Any, name: str) -> None:
        plain = getattr(holder, name)

        def wrapped(*given: Any, **named: Any) -> Any:
            act()
            done = plain(*given, **named)
            act()
            return done

        setattr(holder, name, wrapped)

    for holder, name in (
        (Store, "write"),
        (Archive, "write"),
        (os, "fsync"),
        (os, "replace"),
        (os, "rename"),
        (os, "unlink"),
        (os, "rmdir"),
    ):
        around(holder, name)


def in_child(work: Callable[[], Any], killed_at: int | None) -> int:
    """Run something in a process of its own, killed at its n-th write; how many writes there were, -1 when it was killed."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        seen = 0

        def act() -> None:
            nonlocal seen
            seen += 1
            if seen == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            at_every_write(act)
            work()
            os.write(writer, str(seen).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(pid, 0)
    return int(told) if not os.WIFSIGNALED(status) else -1


def points(writes: int) -> list[int]:
    return [1, *range(2, writes, max(1, writes // POINTS)), writes]


@pytest.mark.parametrize("doors", [OPEN, NO_REST], ids=["open", "no_rest"])
def test_resume_after_crash(tmp_path: Path, doors: dict[str, bool]) -> None:
    """Wherever a first run is killed, the next one ends it: nothing lost, nothing twice."""
    with FaultySite(**doors) as site:
        writes = in_child(lambda: migrate(site.url, tmp_path / "whole", config=quick()), None)
        assert writes > 200
        whole = content(tmp_path / "whole")
        for number in points(writes):
            out = tmp_path / f"killed-{number}"
            assert in_child(lambda: migrate(site.url, out, config=quick()), number) == -1  # noqa: B023
            migrate(site.url, out, config=quick())
            assert content(out) == whole and changes(out) == [], number
            holds(out)
            shutil.rmtree(out)


@pytest.mark.parametrize("doors", [OPEN, NO_REST], ids=["open", "no_rest"])
def test_a_sync_killed_at_its_writes(tmp_path: Path, doors: dict[str, bool]) -> None:
    with FaultySite(**doors) as site:
        migrate(site.url, tmp_path / "first", config=quick())
        change(site)
        shutil.copytree(tmp_path / "first", tmp_path / "whole")
        writes = in_child(lambda: sync(tmp_path / "whole", config=quick()), None)
        whole, told = content(tmp_path / "whole"), changes(tmp_path / "whole")
        assert len(told) == 4 and len(lines(tmp_path / "whole", "removed")) == 1
        for number in points(writes):
            out = tmp_path / f"killed-{number}"
            shutil.copytree(tmp_path / "first", out)
            before = content(out)
            assert in_child(lambda: sync(out, config=quick()), number) == -1  # noqa: B023
            assert content(out) in (before, whole), number  # the old set or the new
            sync(out, config=quick())
            assert content(out) == whole and sorted(changes(out)) == sorted(told), number
            sequence = [row["seq"] for row in lines(out, "changes")]
            assert sequence == sorted(set(sequence))
            holds(out)
            shutil.rmtree(out)


def killed_after(work: Callable[[], Any], seconds: float) -> None:
    """Run something in a process of its own, and kill it after a while if it has not ended."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@pytest.mark.parametrize("doors", [OPEN, NO_REST], ids=["open", "no_rest"])
def test_killed_at_random_moments(tmp_path: Path, doors: dict[str, bool]) -> None:
    """Killed again and again, a migration and a sync end as if they never had been."""
    chance = random.Random(7)
    with FaultySite(**doors) as site:
        begun = time.monotonic()
        migrate(site.url, tmp_path / "first", config=quick())
        longest = time.monotonic() - begun
        whole = content(tmp_path / "first")
        for number in range(MOMENTS):
            out = tmp_path / f"migration-{number}"
            for _ in range(chance.randint(1, 3)):
                killed_after(lambda: migrate(site.url, out, config=quick()), chance.uniform(0, longest))  # noqa: B023
            migrate(site.url, out, config=quick())
            assert content(out) == whole and changes(out) == [], number
            holds(out)
            shutil.rmtree(out)
        change(site)
        shutil.copytree(tmp_path / "first", tmp_path / "whole")
        sync(tmp_path / "whole", config=quick())
        whole, told = content(tmp_path / "whole"), changes(tmp_path / "whole")
        for number in range(MOMENTS):
            out = tmp_path / f"sync-{number}"
            shutil.copytree(tmp_path / "first", out)
            killed_after(lambda: sync(out, config=quick()), chance.uniform(0, longest))  # noqa: B023
            sync(out, config=quick())
            assert content(out) == whole and sorted(changes(out)) == sorted(told), number
            holds(out)
            shutil.rmtree(out)


def test_an_out_copied_while_a_run_is_at_work(tmp_path: Path) -> None:
    with FaultySite(**NO_REST) as site:
        for number in range(25):
            site.add(f"nota-{number}")
        run = subprocess.Popen([sys.executable, "-m", "presslift.cli", "--quiet", "migrate", site.url, "-o", str(tmp_path / "OUT")])
        copies: list[Path] = []
        while run.poll() is None and len(copies) < 40:
            if (tmp_path / "OUT" / "presslift.sqlite").exists():
                copies.append(tmp_path / f"copy-{len(copies)}")
                copy_live(tmp_path / "OUT", copies[-1])
            time.sleep(0.05)
        assert run.wait(60) == 0 and copies
        whole = content(tmp_path / "OUT")
        for copy in copies[:: max(1, len(copies) // 3)]:
            try:
                migrate(site.url, copy, config=quick())
            except PressliftError as error:
                assert str(copy) in str(error)
            else:
                assert content(copy) == whole
                holds(copy)


def copy_live(source: Path, target: Path) -> None:
    """Copy a folder that is at work; what goes away meanwhile, a file or a folder, is not in the copy."""
    try:
        shutil.copytree(source, target, ignore_dangling_symlinks=True)
    except shutil.Error as error:
        assert all("No such file or directory" in why for _, _, why in error.args[0]), error


def test_a_forgetting_killed_at_its_writes(tmp_path: Path) -> None:
    """Wherever it is killed, the next run ends it: the article stands nowhere, and nothing else is gone."""
    with FaultySite() as site:
        address = tell_secret(site)
        migrate(site.url, tmp_path / "first", config=quick())
        shutil.copytree(tmp_path / "first", tmp_path / "whole")
        writes = in_child(lambda: forget(tmp_path / "whole", [address], settings=quick()), None)
        whole, told = content(tmp_path / "whole"), changes(tmp_path / "whole")
        assert writes > 20 and len(whole) == len(content(tmp_path / "first")) - 1
        for number in points(writes)[1:]:
            out = tmp_path / f"killed-{number}"
            shutil.copytree(tmp_path / "first", out)
            assert in_child(lambda: forget(out, [address], settings=quick()), number) == -1  # noqa: B023
            sync(out, config=quick())
            if content(out) != whole:
                # Nothing was noted yet of what was to be forgotten.
                assert content(out) == content(tmp_path / "first"), number
                forget(out, [address], settings=quick())
            assert traces(out, SECRET) == [] and content(out) == whole and changes(out) == told, number
            holds(out)
            shutil.rmtree(out)
