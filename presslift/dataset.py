"""``open_dataset``: an export as tables for analysts, exact and with true types."""

from __future__ import annotations

import hashlib
import mmap
import time
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from presslift.errors import DatasetDamaged, NotAnOut, UsageError
from presslift.meanings import record_fields
from presslift.records import SCHEMA_VERSION, Article
from presslift.table_rows import BY_ARTICLE
from presslift.tables import EVENTS, TABLES, ColumnType

if TYPE_CHECKING:
    import pandas

PACKAGE = "datapackage.json"
BODIES = ("body_html", "body_markdown", "content_html")
ARTICLE = msgspec.json.Decoder(Article)
DTYPES: dict[ColumnType, str] = {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
FIELD_TYPES: dict[str, ColumnType] = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


class Tables(Mapping[str, "pandas.DataFrame"]):
    """The tables of a dataset by name, each read when it is first asked for."""

    def __init__(self, dataset: Dataset):
        self._dataset = dataset

    def __getitem__(self, name: str) -> pandas.DataFrame:
        if name not in TABLES:
            raise KeyError(name)
        return self._dataset.table(name)

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)


class Dataset:
    """An export, read as it stood when it was opened, even while the next one takes its place.

    ``path`` is the export's folder, ``package`` its ``datapackage.json``. Tables are pandas DataFrames with the columns of
    the data dictionary: text is ``string``, numbers ``Int64`` and ``Float64``, ``boolean``, dates ``datetime64``, times
    ``datetime64`` in UTC; what is absent is NA. Made by ``open_dataset``.
    """

    def __init__(self, path: Path, package: bytes, held: Mapping[str, mmap.mmap | bytes]):
        self.path = path
        self._package, self._held = package, held
        self.package: dict[str, Any] = msgspec.json.decode(package)
        self._frames: dict[str, pandas.DataFrame] = {}

    def __repr__(self) -> str:
        return f"<Dataset {self.path}>"

    @cached_property
    def site(self) -> dict[str, Any]:
        """What the site says of itself: ``site.json``."""
        site: dict[str, Any] = msgspec.json.decode(self._held["site.json"])
        return site

    @property
    def articles(self) -> pandas.DataFrame:
        """The table ``articles`` and, as further columns, ``body_html``, ``body_markdown`` and ``content_html``."""
        if "" not in self._frames:
            self.table("articles")
        return self._frames[""]

    @property
    def tables(self) -> Mapping[str, pandas.DataFrame]:
        """Every table of the data dictionary, by name."""
        return Tables(self)

    def table(self, name: str) -> pandas.DataFrame:
        """A table of the data dictionary, or the events ``changes``, ``failures``, ``removed``. ``UsageError`` for any other name."""
        if name not in TABLES and name not in EVENTS:
            raise UsageError(f"no table {name!r}: known are {', '.join((*TABLES, *EVENTS))}")
        if name not in self._frames:
            if name == "articles":
                whole = self._articles()
                self._frames[""], self._frames[name] = whole, whole.drop(columns=list(BODIES))
            elif name in EVENTS:
                fields = record_fields(EVENTS[name]).values()
                self._frames[name] = self._frame({f.name: FIELD_TYPES.get(f.type) for f in fields}, self._objects(f"{name}.jsonl"))
            elif name in BY_ARTICLE:
                names, fill = TABLES[name].names, BY_ARTICLE[name]
                self._frames[name] = self._frame(
                    {column.name: column.type for column in TABLES[name].columns},
                    (dict(zip(names, row, strict=True)) for article in self.records() for row in fill(article)),
                )
            else:
                self._frames[name] = self._frame({c.name: c.type for c in TABLES[name].columns}, self._objects(f"{name}.jsonl"))
        return self._frames[name]

    def records(self) -> Iterator[Article]:
        """Every article whole, nested parts included, in export order; streams."""
        return (ARTICLE.decode(line) for line in lines_of(self._held["articles.jsonl"]))

    def lines(self, file: str) -> Iterator[bytes]:
        """The lines of one of the set's JSON lines files, as they are; none for a file that it has not."""
        return lines_of(self._held.get(file, b""))

    def verify(self) -> bool:
        """True when every file is what ``datapackage.json`` says. Raises ``DatasetDamaged`` with the names of those that are not.

        When the set on disk is no longer the one that was opened, only the files of which this has hold are looked at.
        """
        damaged = {one["path"] for one in self.package["resources"] if not self._holds(one["path"], one["hash"])}
        if damaged - self._held.keys() and self._replaced():
            damaged &= self._held.keys()
        if damaged:
            raise DatasetDamaged(f"{self.path}: not as {PACKAGE} says: {', '.join(sorted(damaged))}; run `presslift export` on the folder")
        return True

    def _holds(self, name: str, told: str) -> bool:
        try:
            if name in self._held:
                return told == f"sha256:{hashlib.sha256(self._held[name]).hexdigest()}"
            with (self.path / name).open("rb") as file:
                return told == f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
        except OSError:
            return False

    def _replaced(self) -> bool:
        try:
            return (self.path / PACKAGE).read_bytes() != self._package
        except OSError:
            return True

    def _objects(self, file: str) -> Iterator[dict[str, Any]]:
        return (msgspec.json.decode(line) for line in lines_of(self._held[file]))

    def _articles(self) -> pandas.DataFrame:
        table, fill = TABLES["articles"], BY_ARTICLE["articles"]
        types: dict[str, ColumnType | None] = {column.name: column.type for column in table.columns}
        types.update(dict.fromkeys(BODIES, "string"))
        rows = ((*row, *(getattr(a, body) for body in BODIES)) for a in self.records() for row in fill(a))
        return self._frame(types, (dict(zip(types, row, strict=True)) for row in rows))

    @staticmethod
    def _frame(types: Mapping[str, ColumnType | None], rows: Iterator[dict[str, Any]]) -> pandas.DataFrame:
        import pandas

        columns: dict[str, list[Any]] = {name: [] for name in types}
        for row in rows:
            for name, values in columns.items():
                values.append(row.get(name))
        return pandas.DataFrame({name: series(values, types[name]) for name, values in columns.items()})


def series(values: list[Any], kind: ColumnType | None) -> pandas.Series[Any]:
    """Values as a pandas column of a column type; anything else, such as lists, as they are."""
    import pandas

    if kind in ("date", "datetime"):
        # One resolution, whatever pandas would choose for these values, so that frames can be joined.
        moments = pandas.Series(values, dtype="object")
        return pandas.to_datetime(moments, format="ISO8601", errors="coerce", utc=kind == "datetime").dt.as_unit("us")
    return pandas.Series(values, dtype=DTYPES[kind] if kind else "object")


def lines_of(content: mmap.mmap | bytes) -> Iterator[bytes]:
    """The lines of a file, without their ends."""
    start, end = 0, len(content)
    while start < end:
        stop = content.find(b"\n", start)
        stop = end if stop < 0 else stop
        yield content[start:stop]
        start = stop + 1


def open_dataset(path: str | Path) -> Dataset:
    """Open an OUT folder, the ``export`` in one, or its ``datapackage.json``.

    Raises ``NotAnOut`` for anything else, ``UsageError`` for an export without JSON lines.
    """
    if str(path).startswith(("http://", "https://", "s3://")):
        raise UsageError(f"{path}: is an address; download the export folder and open that")
    folder = export_folder(Path(path))
    for _ in range(20):
        opened = hold(folder)
        if opened is not None:
            return Dataset(folder, *opened)
        time.sleep(0.05)
    raise NotAnOut(f"{folder}: incomplete: files that {PACKAGE} lists are missing; run `presslift export` on its folder")


def export_folder(path: Path) -> Path:
    """The export's folder. Raises ``NotAnOut``."""
    if path.name == PACKAGE:
        path = path.parent
    for _ in range(20):
        for folder in (path, path / "export"):
            if (folder / PACKAGE).is_file():
                return folder.resolve()
        # Where a system can't exchange folders, the export is away for a moment.
        if not (path / ".export.old").exists() and not path.with_name(f".{path.name}.old").exists():
            break
        time.sleep(0.05)
    if not path.exists():
        raise NotAnOut(f"{path}: no such folder")
    if (path / "presslift.sqlite").is_file():
        raise NotAnOut(f"{path}: has no export yet; run `presslift export {path}`")
    raise NotAnOut(f"{path}: is no OUT of presslift and no export: no {PACKAGE} in it or in its export folder")


def hold(folder: Path) -> tuple[bytes, dict[str, mmap.mmap | bytes]] | None:
    """The description of the set and its JSON files, all of one set; None when the set was replaced meanwhile."""
    try:
        package = (folder / PACKAGE).read_bytes()
        paths = check_package(folder, package)
        held = {path: mapped(folder / path) for path in paths}
        return (package, held) if (folder / PACKAGE).read_bytes() == package else None
    except FileNotFoundError:
        return None


def check_package(folder: Path, package: bytes) -> list[str]:
    """The JSON files of a set. Raises ``NotAnOut`` when it is not presslift's or newer, ``UsageError`` without JSON lines."""
    try:
        content = msgspec.json.decode(package)
        version = content["presslift"]["schema_version"]
        paths = [one["path"] for one in content["resources"]]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise NotAnOut(f"{folder}: its {PACKAGE} is not presslift's") from error
    if int(version.split(".")[0]) > int(SCHEMA_VERSION.split(".")[0]):
        raise NotAnOut(f"{folder}: written by a newer presslift (schema {version}, this one reads {SCHEMA_VERSION}); upgrade presslift")
    if "articles.jsonl" not in paths:
        raise UsageError(f"{folder}: has no JSON lines, which this reads; run `presslift export OUT --to jsonl --to csv`")
    return [path for path in paths if path.endswith(".jsonl") or path == "site.json"]


def mapped(path: Path) -> mmap.mmap | bytes:
    """A file's content, which stays readable when the file is deleted."""
    with path.open("rb") as file:
        if file.seek(0, 2) == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
