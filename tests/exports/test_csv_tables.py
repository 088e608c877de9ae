"""CSV cells: RFC 4180, safe in a spreadsheet, and back again."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas
import pytest

from presslift.config import ExportSettings
from presslift.exports import write_dataset
from presslift.exports.csv_tables import cell
from presslift.tables import TABLES
from tests.exports.making import Made


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+34 600", "'+34 600"),
        ("-5 °C", "'-5 °C"),
        ("@ana", "'@ana"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\n=1"),
        ("\x00=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("＝1", "'＝1"),
        ("1-2", "1-2"),
        ("a\x00b\x01c\x1bd\ufffee", "abcde"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("'hola'", "'hola'"),
        ("", ""),
        (None, ""),
        (-5, -5),
        (-0.5, -0.5),
        (True, "true"),
        (False, "false"),
    ],
)
def test_cells(value: object, text: object) -> None:
    assert cell(value) == text


def test_a_cell_holds_any_text(tmp_path: Path) -> None:
    nasty = 'dice "hola", y;\nluego\tñ 😀 \u2028 fin'
    write_dataset(Made(1, title=nasty), tmp_path, ["csv"], ExportSettings(csv_bom=False))
    raw = (tmp_path / "export" / "articles.csv").read_bytes()
    assert raw.count(b"\r\n") == 2
    assert raw.endswith(b"\r\n")
    (row,) = csv.DictReader(io.StringIO(raw.decode(), newline=""))
    assert row["title"] == nasty
    assert tuple(row) == TABLES["articles"].names


@pytest.mark.parametrize("bom", [True, False])
def test_excel_and_pandas_open_it(tmp_path: Path, bom: bool) -> None:
    write_dataset(Made(2), tmp_path, ["csv"], ExportSettings(csv_bom=bom))
    for name, table in TABLES.items():
        path = tmp_path / "export" / f"{name}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf") == bom
        frame = pandas.read_csv(path, dtype={"id": "string", "article_id": "string"})
        assert tuple(frame.columns) == table.names
    frame = pandas.read_csv(tmp_path / "export" / "articles.csv", dtype={"id": "string"})
    assert frame["title"].tolist() == ["Título 1: «¿qué?»", "Título 2: «¿qué?»"]
    assert frame["id"].tolist() == ["0000000000000001", "0000000000000002"]


def test_bodies_are_text_only_unless_asked_for(tmp_path: Path) -> None:
    write_dataset(Made(1), tmp_path, ["csv"], ExportSettings(csv_bodies=["content_html", "body_html"]))
    frame = pandas.read_csv(tmp_path / "export" / "articles.csv")
    assert tuple(frame.columns) == (*TABLES["articles"].names, "body_html", "content_html")
    assert frame["content_html"][0].startswith("<p>Texto 1")
