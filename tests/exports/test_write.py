"""The set as a whole: atomic, deterministic, idempotent, and described."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import frictionless
import pytest

from presslift.config import ExportSettings
from presslift.dataset import open_dataset
from presslift.errors import UsageError
from presslift.exports import write_dataset
from presslift.records import Article
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
