"""An export as tables: exact, typed, of one set; and the guide's examples."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas
import pytest

from presslift.config import ExportSettings
from presslift.dataset import open_dataset
from presslift.errors import DatasetDamaged, NotAnOut, UsageError
from presslift.exports import write_dataset
from presslift.records import Change
from presslift.tables import TABLES
from tests.exports.making import Made, article

GUIDE = Path(__file__).parent.parent / "docs" / "loading-the-data.md"
DTYPES = {
    "string": ("string",),
    "integer": ("Int64",),
    "number": ("Float64",),
    "boolean": ("boolean",),
    "date": ("datetime64[us]",),
    "datetime": ("datetime64[us, UTC]",),
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An OUT with three articles and one change."""
    source = Made(3)
    source.event_list = [
        Change(
            seq=4,
            at="2024-03-01T00:00:00Z",
            run=2,
            change="updated",
            article_id=f"{1:016x}",
            url="https://revista.example/entrada-1/",
            fields=["title"],
        )
    ]
    write_dataset(source, tmp_path / "OUT", ["jsonl", "csv"], ExportSettings())
    return tmp_path / "OUT"


@pytest.mark.parametrize("name", ["", "export", "export/datapackage.json"])
def test_it_opens_the_folder_or_what_is_in_it(out: Path, name: str) -> None:
    assert len(open_dataset(out / name).articles) == 3
    assert len(open_dataset(str(out / name)).articles) == 3


def test_every_table_has_its_columns_and_types(out: Path) -> None:
    tables = open_dataset(out).tables
    assert list(tables) == list(TABLES)
    for name, frame in tables.items():
        assert tuple(frame.columns) == TABLES[name].names
        assert len(frame) > 0, name
        for column in TABLES[name].columns:
            assert str(frame[column.name].dtype) in DTYPES[column.type], (name, column.name)


def test_an_empty_export_has_the_same_types(tmp_path: Path) -> None:
    write_dataset(Made(0), tmp_path, ["jsonl"], ExportSettings())
    tables = open_dataset(tmp_path).tables
    for name in TABLES:
        for column in TABLES[name].columns:
            assert str(tables[name][column.name].dtype) in DTYPES[column.type], (name, column.name)


def test_values_are_exact(out: Path) -> None:
    dataset = open_dataset(out)
    first = dataset.articles.iloc[0]
    made = article(1)
    assert first["tags"] == "=1+1"
    assert (first["body_html"], first["content_html"], first["body_text"]) == (made.body_html, made.content_html, made.body_text)
    assert first["published_date"] == pandas.Timestamp("2024-01-01")
    assert first["published_utc"] == pandas.Timestamp("2024-01-01T10:00:00Z")
    assert first["subtitle"] is pandas.NA
    assert dataset.table("comments")["text"][0] == "-1 de acuerdo"
    assert [record.id for record in dataset.records()] == list(dataset.table("articles")["id"])
    assert next(dataset.records()).links[0].article_id is None


def test_events_and_site(out: Path) -> None:
    dataset = open_dataset(out)
    changes = dataset.table("changes")
    assert (changes["seq"][0], changes["fields"][0], str(changes["seq"].dtype)) == (4, ["title"], "Int64")
    assert list(dataset.table("failures")["reason"]) == ["http_status"]
    assert list(dataset.table("removed")["proof"]) == ["HTTP 410"]
    assert dataset.site["name"] == "Revista"
    with pytest.raises(UsageError, match=r"no table 'foot'.*footnotes"):
        dataset.table("foot")
    with pytest.raises(KeyError):
        dataset.tables["changes"]


def test_it_keeps_what_it_opened(out: Path) -> None:
    dataset = open_dataset(out)
    write_dataset(Made(5), out, ["jsonl", "csv"], ExportSettings())
    assert len(dataset.articles) == 3
    assert len(dataset.table("links")) == 9
    assert dataset.verify()
    shutil.rmtree(out)
    assert len(dataset.table("comments")) == 3
    assert dataset.verify()


@pytest.mark.parametrize("name", ["articles.jsonl", "links.csv", "site.json"])
def test_verify_names_what_is_damaged(out: Path, name: str) -> None:
    assert open_dataset(out).verify()
    path = out / "export" / name
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    with pytest.raises(DatasetDamaged, match=rf"says: {re.escape(name)};"):
        open_dataset(out).verify()


def test_a_missing_file_is_named(out: Path) -> None:
    (out / "export" / "links.csv").unlink()
    with pytest.raises(DatasetDamaged, match=r"links\.csv"):
        open_dataset(out).verify()
    (out / "export" / "articles.jsonl").unlink()
    with pytest.raises(NotAnOut, match="incomplete"):
        open_dataset(out)


def test_what_is_no_export_is_refused_with_the_remedy(out: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh" / "presslift.sqlite").touch()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "datapackage.json").write_text('{"name": "other", "resources": []}')
    (tmp_path / "file").write_text("x")
    for name, says in {
        "none": "no such folder",
        "empty": "is no OUT of presslift",
        "file": "is no OUT of presslift",
        "fresh": "presslift export",
        "other": "is not presslift's",
    }.items():
        with pytest.raises(NotAnOut, match=says):
            open_dataset(tmp_path / name)
    with pytest.raises(UsageError, match="download"):
        open_dataset("https://data.example/export")
    package = out / "export" / "datapackage.json"
    package.write_text(package.read_text().replace('"schema_version": "1.', '"schema_version": "2.'))
    with pytest.raises(NotAnOut, match="newer presslift"):
        open_dataset(out)


def test_an_export_without_json_lines_says_how_to_get_them(tmp_path: Path) -> None:
    write_dataset(Made(1), tmp_path, ["csv"], ExportSettings())
    with pytest.raises(UsageError, match="--to jsonl"):
        open_dataset(tmp_path)


def snippets(language: str) -> list[str]:
    """The guide's examples in a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_guides_python_runs(out: Path) -> None:
    if os.environ.get("PRESSLIFT_REQUIRE") is None:
        pytest.importorskip("duckdb")
    program = "\n".join(snippets("python"))
    assert "duckdb.sql" in program
    done = subprocess.run([sys.executable, "-W", "error::FutureWarning", "-c", program], cwd=out.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for shown in ("Dra. Ana Ruiz", "Noticias", "Véase allí.", "updated https://revista.example/entrada-1/"):
        assert shown in done.stdout


def test_the_guides_commands_run(out: Path) -> None:
    (command,) = snippets("sh")
    words = command.split()
    done = subprocess.run([Path(sys.executable).with_name(words[0]), *words[1:]], cwd=out.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_guide_names_tables_that_are_there(out: Path) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    named = {name for name in re.findall(r'table\("(\w+)"\)', text)} | set(re.findall(r"export/(\w+)\.csv", text))
    assert named <= set(TABLES)
    assert json.loads((out / "export" / "datapackage.json").read_text())["presslift"]
