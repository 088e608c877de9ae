"""A set of exports takes the place of the one before whole, or not at all: readers, kills, disks that refuse."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from presslift.dataset import open_dataset
from presslift.errors import OutUnwritable, PressliftError
from presslift.exports import swap, write_dataset
from presslift.records import Article, Change
from tests.exports.making import Made
from tests.exports.test_write import FORMATS, SETTINGS, files_of

# ---- one set or the other


def test_a_reader_sees_the_old_set_or_the_new(tmp_path: Path) -> None:
    source, stop, swaps = Made(), threading.Event(), 16
    write_dataset(source, tmp_path, FORMATS, SETTINGS)
    failures: list[Exception] = []
    seen: set[int] = set()

    def read() -> None:
        while not stop.is_set():
            try:
                dataset = open_dataset(tmp_path)
                counts = {len(dataset.articles), dataset.table("articles")["wp_id"].nunique(), dataset.site["counts"]["post"]}
                assert len(counts) == 1, counts
                dataset.verify()
                seen.update(counts)
                # A reader that knows nothing of presslift finds each file, whole.
                with (tmp_path / "export" / "links.csv").open(encoding="utf-8-sig", newline="") as file:
                    assert (len(list(csv.reader(file))) - 1) % 3 == 0
            except Exception as error:
                failures.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(swaps):
        write_dataset(Made(3 + number % 4), tmp_path, FORMATS, SETTINGS)
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(seen) > 1


def test_without_an_exchange_the_new_set_comes_in_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "_renameat2", lambda: None)
    for count in (1, 2):
        write_dataset(Made(count), tmp_path, FORMATS, SETTINGS)
    assert len(open_dataset(tmp_path).articles) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_a_replacement_that_was_cut_off_is_mended(tmp_path: Path) -> None:
    write_dataset(Made(1), tmp_path, FORMATS, SETTINGS)
    before = files_of(tmp_path / "export")
    # Between the two renames: the old set is aside, the new one not in yet.
    (tmp_path / "export").rename(tmp_path / ".export.old")
    (tmp_path / ".export.new").mkdir()
    swap.recover(tmp_path / "export")
    assert files_of(tmp_path) == {f"export/{name}": content for name, content in before.items()}
    # Before the first, and after the second: something is left over.
    for left in (".export.new", ".export.old", ".export.work"):
        (tmp_path / left).mkdir()
        (tmp_path / left / "articles.jsonl").write_text("{}")
    write_dataset(Made(1), tmp_path, FORMATS, SETTINGS)
    assert files_of(tmp_path) == {f"export/{name}": content for name, content in before.items()}


def test_killed_while_writing_the_old_set_stands(tmp_path: Path) -> None:
    write_dataset(Made(1), tmp_path, FORMATS, SETTINGS)
    before = files_of(tmp_path / "export")

    class Killed(Made):
        def articles(self) -> Iterator[Article]:
            yield from super().articles()
            os.kill(os.getpid(), signal.SIGKILL)

    status = in_child(lambda: str(write_dataset(Killed(50), tmp_path, FORMATS, SETTINGS)))
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert files_of(tmp_path / "export") == before
    assert (tmp_path / ".export.new").exists()
    write_dataset(Made(1), tmp_path, FORMATS, SETTINGS)
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
    assert files_of(tmp_path / "export") == before


def test_an_error_of_the_source_leaves_the_old_set(tmp_path: Path) -> None:
    class Broken(Made):
        def changes(self) -> list[Change]:
            raise RuntimeError("the store went away")

    write_dataset(Made(1), tmp_path, FORMATS, SETTINGS)
    before = files_of(tmp_path)
    with pytest.raises(RuntimeError):
        write_dataset(Broken(2), tmp_path, FORMATS, SETTINGS)
    assert files_of(tmp_path) == before


# ---- disks that refuse


def in_child(run: Callable[[], str | None]) -> int:
    """Run in a forked process; its wait status. A returned text is its complaint, and exit code 1."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            complaint = run()
            code = 1 if complaint else 0
            if complaint:
                print(complaint, file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def refused(tmp_path: Path, remedy: str, count: int = 50) -> str | None:
    """What is wrong with how a refusal of the disk is told; None when nothing is."""
    try:
        write_dataset(Made(count), tmp_path, FORMATS, SETTINGS)
    except OutUnwritable as error:
        return None if remedy in str(error) and error.exit_code == 74 else f"told as: {error}"
    except PressliftError as error:
        return f"raised {error!r}"
    return "was not refused"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode:
        if os.environ.get("PRESSLIFT_REQUIRE"):
            pytest.fail("can't mount a small file system")
        pytest.skip("can't mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_named_and_the_old_set_stands(small_disk: Path) -> None:
    write_dataset(Made(1), small_disk, FORMATS, SETTINGS)
    before = files_of(small_disk)
    for count in (200, 600, 2000):
        assert refused(small_disk, "the disk is full: free some space", count) is None
        assert files_of(small_disk) == before


def test_a_read_only_file_system_is_named(small_disk: Path) -> None:
    write_dataset(Made(1), small_disk, FORMATS, SETTINGS)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert refused(small_disk, "read-only") is None
    assert len(open_dataset(small_disk).articles) == 1


def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    write_dataset(Made(1), tmp_path, FORMATS, SETTINGS)

    def run() -> str | None:
        if os.geteuid() == 0:
            # Root may do everything: be nobody.
            os.setgid(65534)
            os.setuid(65534)
        return refused(tmp_path, "no permission")

    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o555)
    try:
        assert in_child(run) == 0
    finally:
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
    assert len(open_dataset(tmp_path).articles) == 1


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("no folder")
    assert refused(tmp_path / "out", "is a file, not a folder") is None
