"""The set as a whole: atomic, deterministic, idempotent, and described."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import frictionless
import pytest

from presslift.config import ExportSettings
from presslift.dataset import open_dataset
from presslift.errors import OutUnwritable, PressliftError, UsageError
from presslift.exports import swap, write_dataset
from presslift.records import Article, Change
from presslift.tables import EVENTS, TABLES
from tests.exports.making import Made

SETTINGS = ExportSettings()
FORMATS = ("jsonl", "csv")


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder and what it holds."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_set_has_every_file_of_the_contract(tmp_path: Path) -> None:
    paths = write_dataset(Made(), tmp_path, FORMATS, SETTINGS)
    names = {path.name for path in paths}
    assert names >= {f"{name}.csv" for name in TABLES} | {f"{name}.jsonl" for name in EVENTS} | {
        "articles.jsonl",
        "site.json",
        "datapackage.json",
        "dictionary.md",
    }
    assert names == set(files_of(tmp_path / "export"))
    assert paths == sorted(paths)
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_dataset(Made(), tmp_path / name, FORMATS if name == "one" else FORMATS[::-1], SETTINGS)
    assert files_of(tmp_path / "one" / "export") == files_of(tmp_path / "two" / "export")


def test_when_nothing_changed_no_file_is_touched(tmp_path: Path) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (tmp_path / "export").iterdir()}

    write_dataset(Made(), tmp_path, FORMATS, SETTINGS)
    first = state()
    folder = (tmp_path / "export").stat()
    write_dataset(Made(), tmp_path, FORMATS, SETTINGS)
    assert state() == first
    assert (tmp_path / "export").stat() == folder
    # A change touches the files it concerns, and the description.
    changed = Made()
    changed.failed = []
    write_dataset(changed, tmp_path, FORMATS, SETTINGS)
    after = state()
    assert {name for name in first if after[name] != first[name]} == {"failures.jsonl", "datapackage.json"}
    # What was damaged is mended, though nothing changed.
    (tmp_path / "export" / "links.csv").write_text("damaged")
    write_dataset(changed, tmp_path, FORMATS, SETTINGS)
    open_dataset(tmp_path).verify()


def test_the_description_has_the_size_and_hash_of_every_file(tmp_path: Path) -> None:
    write_dataset(Made(), tmp_path, FORMATS, SETTINGS)
    package = json.loads((tmp_path / "export" / "datapackage.json").read_text())
    told = {one["path"]: (one["bytes"], one["hash"]) for one in package["resources"]}
    found = files_of(tmp_path / "export")
    del found["datapackage.json"]
    assert told == {path: (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") for path, content in found.items()}


@pytest.mark.parametrize("bom", [True, False])
@pytest.mark.parametrize("count", [0, 3])
def test_frictionless_finds_nothing_wrong(tmp_path: Path, count: int, bom: bool) -> None:
    source = Made(count, body_text="a" * 200_000 + '"\n,;', title=None)
    source.facts.name = None
    write_dataset(source, tmp_path, FORMATS, ExportSettings(csv_bom=bom, csv_bodies=["body_html"]))
    report = frictionless.Package(str(tmp_path / "export" / "datapackage.json")).validate()
    assert report.flatten(["name", "rowNumber", "type", "note"]) == []
    assert {task.name for task in report.tasks} > set(TABLES)
    assert sum(task.stats.get("rows") or 0 for task in report.tasks if task.name == "links") == 3 * count


def test_frictionless_finds_a_key_that_leads_nowhere(tmp_path: Path) -> None:
    write_dataset(Made(), tmp_path, FORMATS, SETTINGS)
    links = tmp_path / "export" / "links.csv"
    links.write_text(links.read_text(encoding="utf-8-sig").replace("0000000000000002,1,", "0000000000000009,1,"))
    report = frictionless.Package(str(tmp_path / "export" / "datapackage.json")).validate()
    assert "foreign-key" in {row[0] for row in report.flatten(["type"])}


def test_ids_that_are_not_in_the_set_are_null(tmp_path: Path) -> None:
    source = Made(2, parent_id="ffffffffffffffff")
    source.redirect_list[0].article_id = "ffffffffffffffff"
    write_dataset(source, tmp_path, FORMATS, SETTINGS)
    first, second = [json.loads(line) for line in (tmp_path / "export" / "articles.jsonl").read_text().splitlines()]
    assert [link["article_id"] for link in second["links"]] == [first["id"], None, None]
    assert [link["article_id"] for link in second["related"]] == [first["id"], None]
    assert (second["translations"][0]["article_id"], second["parent_id"]) == (None, None)
    with (tmp_path / "export" / "redirects.csv").open(encoding="utf-8-sig") as file:
        assert [row["article_id"] for row in csv.DictReader(file)] == [""]


def test_positions_are_unique_even_when_a_reader_counted_twice(tmp_path: Path) -> None:
    class Twice(Made):
        def articles(self) -> Iterator[Article]:
            for made in super().articles():
                for link in made.related:
                    link.position = 1
                made.translations *= 2
                yield made

    write_dataset(Twice(1), tmp_path, FORMATS, SETTINGS)
    tables = open_dataset(tmp_path).tables
    assert list(tables["related"]["position"]) == [1, 2]
    assert len(tables["translations"]) == 1


def test_files_terms_and_people_are_gathered(tmp_path: Path) -> None:
    write_dataset(Made(3), tmp_path, FORMATS, SETTINGS)
    tables = open_dataset(tmp_path).tables
    files = tables["files"].set_index("url")
    assert files.loc["https://revista.example/uploads/foto.jpg", "width"] == 800
    assert len(files) == 4
    terms = tables["terms"].set_index("slug")
    assert dict(terms["article_count"]) == {"deporte": 3, "noticias": 3, "vacia": 0, "-raro": 3}
    assert terms.loc["deporte", "parent_slug"] == "noticias"
    people = tables["authors"].set_index("slug")
    assert dict(people["is_account"]) == {"admin": True, "ana-ruiz": True, "eva-gomez": False, "luis": False}
    assert dict(people["article_count"]) == {"admin": 0, "ana-ruiz": 3, "eva-gomez": 0, "luis": 3}
    assert (people.loc["ana-ruiz", "name"], people.loc["ana-ruiz", "bio"]) == ("Dra. Ana Ruiz", "Politóloga")


def test_site_has_the_contracts_fields(tmp_path: Path) -> None:
    write_dataset(Made(), tmp_path, FORMATS, SETTINGS)
    site = json.loads((tmp_path / "export" / "site.json").read_text())
    assert (site["name"], site["source"], "rest_root" in site) == ("Revista", {"name": "rest"}, False)


@pytest.mark.parametrize(
    ("formats", "settings", "says"),
    [
        (["cvs"], SETTINGS, "did you mean csv"),
        (["xlsx"], SETTINGS, "known are csv, jsonl"),
        ([], SETTINGS, "name at least one"),
        (["csv"], ExportSettings(csv_bodies=["body"]), "csv_bodies: 'body'"),
    ],
)
def test_what_is_not_known_is_refused_before_anything_is_written(
    tmp_path: Path, formats: list[str], settings: ExportSettings, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        write_dataset(Made(), tmp_path, formats, settings)
    assert list(tmp_path.iterdir()) == []


def test_a_format_of_another_package_is_found_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = tmp_path / "plugin"
    (plugin / "titles-1.dist-info").mkdir(parents=True)
    (plugin / "titles-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: titles\nVersion: 1\n")
    (plugin / "titles-1.dist-info" / "entry_points.txt").write_text("[presslift.exports]\ntitles = titles_format\n")
    (plugin / "titles_format.py").write_text(
        "from presslift.exports.format import Written\n"
        "NAME = 'titles'\n"
        "def write(gathered, folder, settings):\n"
        "    (folder / 'lists').mkdir()\n"
        "    (folder / 'lists' / 'titles.txt').write_text('\\n'.join(a.title for a in gathered.articles()))\n"
        "    yield Written(path='lists/titles.txt', description='Titles.', mediatype='text/plain')\n"
    )
    monkeypatch.syspath_prepend(plugin)
    write_dataset(Made(2), tmp_path / "out", ["titles"], SETTINGS)
    assert (tmp_path / "out" / "export" / "lists" / "titles.txt").read_text().startswith("Título 1")
    assert not (tmp_path / "out" / "export" / "articles.csv").exists()
    report = frictionless.Package(str(tmp_path / "out" / "export" / "datapackage.json")).validate()
    assert report.valid


def test_files_of_people_stay_and_formats_not_asked_for_go(tmp_path: Path) -> None:
    write_dataset(Made(1), tmp_path, FORMATS, SETTINGS)
    (tmp_path / "export" / "mine").mkdir()
    (tmp_path / "export" / "mine" / "pivot.xlsx").write_bytes(b"work of a week")
    write_dataset(Made(2), tmp_path, ["jsonl"], SETTINGS)
    names = set(files_of(tmp_path / "export"))
    assert "mine/pivot.xlsx" in names
    assert not any(name.endswith(".csv") and name != "dictionary.csv" for name in names)


def test_a_linked_folder_is_replaced_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "export").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "export").symlink_to(tmp_path / "elsewhere" / "export")
    for count in (1, 2):
        write_dataset(Made(count), tmp_path / "out", FORMATS, SETTINGS)
    assert (tmp_path / "out" / "export").is_symlink()
    assert len(open_dataset(tmp_path / "out").articles) == 2


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


def test_memory_flat(tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from presslift.config import ExportSettings; from presslift.exports import write_dataset;"
        "from tests.exports.making import Made;"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "run = lambda n: write_dataset(Made(n, body_text='palabra ' * 500), Path(sys.argv[1]), ['jsonl', 'csv'], ExportSettings());"
        "run(500); small = peak(); run(5000); print(peak() - small)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert int(done.stdout) < 15_000, "kB more for ten times the articles"


def test_what_is_only_estimated_is_no_fact_of_the_site(tmp_path: Path) -> None:
    source = Made()
    source.facts.counts, source.facts.source = {"post": 20}, {"counts": "about: pages of the list of posts", "name": "page"}
    write_dataset(source, tmp_path, FORMATS, SETTINGS)
    site = json.loads((tmp_path / "export" / "site.json").read_text())
    assert site["counts"] == {} and "counts" not in site["source"]
