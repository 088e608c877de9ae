"""``check``: proves that a dataset is whole, and names what is not."""

from __future__ import annotations

import csv
import hashlib
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import msgspec
from msgspec import Struct

from presslift.checking_articles import ArticleChecks
from presslift.config import load_settings
from presslift.dataset import Dataset, open_dataset
from presslift.errors import ConfigError, DatasetDamaged, NotAnOut
from presslift.records import Article
from presslift.store import connect_to_read
from presslift.table_rows import BY_ARTICLE
from presslift.tables import EVENTS, TABLES

Outcome: TypeAlias = Literal["exported", "failed", "excluded", "removed"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
COUNTED = {"footnote_count": "footnotes", "related_count": "related", "link_count": "links", "media_count": "media"}
ENCODE = msgspec.json.Encoder(order="deterministic")
SHOWN = 20


class Accounted(Struct, kw_only=True):
    """A discovered address and what became of it; ``outcome`` is None while nothing has."""

    url: str
    outcome: Outcome | None
    reason: str | None = None
    article_id: str | None = None


Accounting: TypeAlias = Iterable[Accounted]
"""Every address that was discovered, once."""


class Problem(Struct, kw_only=True):
    """Something that does not hold: what kind, where, and what was found."""

    kind: str
    url: str | None
    detail: str


class CheckResult(Struct, kw_only=True):
    """``counts``: what was counted, by name. ``ok`` exactly when ``problems`` is empty."""

    ok: bool
    counts: dict[str, int]
    problems: list[Problem]


def check(out: str | Path, accounting: Accounting | None = None) -> CheckResult:
    """Verify the export of an OUT folder, and that every discovered address is exported, failed, excluded or removed.

    ``accounting`` comes from the OUT's store unless it is given; an export alone, without a store, is checked as it is and
    has no count of ``discovered``. Raises ``NotAnOut`` when there is no export.
    """
    folder = Path(out)
    checker = Checker(open_dataset(folder), folder)
    checker.check_set()
    checker.check_articles()
    checker.check_tables()
    checker.check_events()
    if accounting is None and (folder / "presslift.sqlite").is_file():
        accounting = store_accounting(folder / "presslift.sqlite")
    if accounting is not None:
        checker.check_accounting(accounting)
    return CheckResult(ok=not checker.problems, counts=checker.counts, problems=checker.problems)


def _asked_statuses(folder: Path) -> list[str]:
    """What OUT's own settings ask for; only what is public where it has none."""
    own = folder / "config.yaml"
    try:
        return [*load_settings(own).scope.statuses] if own.is_file() else []
    except ConfigError:
        return []


def store_accounting(path: Path) -> Iterator[Accounted]:
    """Every discovered address of a store, by address; the store is only read. Raises ``NotAnOut``."""
    try:
        with closing(connect_to_read(path)) as db:
            for url, state, reason, article in db.execute("SELECT url, state, reason, article FROM addresses ORDER BY url"):
                yield Accounted(url=url, outcome=state if state in OUTCOMES else None, reason=reason, article_id=article)
    except sqlite3.DatabaseError as error:
        raise NotAnOut(f"{path}: is not a presslift store ({error})") from error


class Checker:
    """Goes through an export and keeps what it counts and finds."""

    def __init__(self, dataset: Dataset, out: Path):
        self._dataset, self._out = dataset, out
        self.problems: list[Problem] = []
        self.counts: dict[str, int] = {}
        self._ids: set[str] = set()
        self._addresses: dict[str, str] = {}
        self._rows: Counter[str] = Counter()
        self._sums: Counter[str] = Counter()

    def report(self, kind: str, url: str | None, detail: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(kind=kind, url=url, detail=detail))

    def check_set(self) -> None:
        """Every file is there and is what ``datapackage.json`` says."""
        try:
            self._dataset.verify()
        except DatasetDamaged as error:
            self.report("hash", None, str(error))
        self.counts["set_files"] = len(self._dataset.package["resources"])

    # ---- records

    def check_articles(self) -> None:
        """Every record: its form, keys, hash, links, notes; nothing raw, nothing hidden."""
        self._ids = {row["id"] for row in self._objects("articles.jsonl") if isinstance(row.get("id"), str)}
        files = {row.get("url") for row in self._objects("files.jsonl")}
        terms = {(row.get("taxonomy"), row.get("slug")) for row in self._objects("terms.jsonl")}
        people = {row.get("slug") for row in self._objects("authors.jsonl")}
        self._known: dict[str, set[Any]] = {"articles": self._ids, "files": files, "terms": terms, "authors": people}
        decode = msgspec.json.Decoder(Article, strict=True).decode
        checks = ArticleChecks(self.report, _asked_statuses(self._out))
        seen: set[str] = set()
        for number, line in enumerate(self._dataset.lines("articles.jsonl"), 1):
            try:
                article = decode(line)
            except (msgspec.ValidationError, msgspec.DecodeError) as error:
                self.report("schema", None, f"articles.jsonl line {number}: {error}")
                continue
            if ENCODE.encode(article) != line:
                self.report("schema", article.url, "not in the form that records have: unknown fields, or fields missing")
            if article.id in seen or not article.id:
                self.report("key", article.url, f"id {article.id!r} is not unique")
            seen.add(article.id)
            checks(article)
            self._check_rows(article)
        self.counts["articles"] = len(seen)

    def _check_rows(self, article: Article) -> None:
        for name, fill in BY_ARTICLE.items():
            table = TABLES[name]
            places = {column: place for place, column in enumerate(table.names)}
            keys = set()
            for row in fill(article):
                self._rows[name] += 1
                key = tuple(row[places[column]] for column in table.key)
                if key in keys or None in key:
                    self.report("key", article.url, f"{name}: {', '.join(table.key)} = {key} is not unique")
                keys.add(key)
                for foreign in table.foreign_keys:
                    value: Any = tuple(row[places[column]] for column in foreign.columns)
                    value = value if len(value) > 1 else value[0]
                    if value is not None and value not in self._known[foreign.table]:
                        self.report("foreign_key", article.url, f"{name}: {', '.join(foreign.columns)} = {value} is not in {foreign.table}")
        for column, name in COUNTED.items():
            self._sums[column] += len(getattr(article, name))

    # ---- tables

    def check_tables(self) -> None:
        """The tables beside the articles hold, and CSV files have the rows and columns they should."""
        for name in TABLES.keys() - BY_ARTICLE.keys():
            table = TABLES[name]
            keys = set()
            for row in self._objects(f"{name}.jsonl"):
                self._rows[name] += 1
                key = tuple(row.get(column) for column in table.key)
                if key in keys or None in key:
                    self.report("key", None, f"{name}: {', '.join(table.key)} = {key} is not unique")
                keys.add(key)
                if row.get("article_id") is not None and row["article_id"] not in self._ids:
                    self.report("foreign_key", row.get("from"), f"{name}: article_id = {row['article_id']} is not in articles")
                if name == "files" and row.get("local_path"):
                    self._check_file(row)
        for name in TABLES:
            self.counts[name] = self._rows[name]
            path = self._dataset.path / f"{name}.csv"
            if any(one["path"] == path.name for one in self._dataset.package["resources"]) and path.is_file():
                self._check_csv(name, path)

    def _check_csv(self, name: str, path: Path) -> None:
        try:
            counted = self._counted_csv(name, path)
        except (csv.Error, ValueError) as error:
            return self.report("table", None, f"{path.name}: can't be read as CSV in UTF-8 ({error})")
        if counted is None:
            return self.report("table", None, f"{path.name}: its columns are not those of the data dictionary")
        count, sums = counted
        if count != self._rows[name]:
            self.report("table", None, f"{path.name}: {count} rows, the records have {self._rows[name]}")
        for column, total in sums.items():
            if total != self._rows[COUNTED[column]]:
                self.report(
                    "table", None, f"{path.name}: {column} adds up to {total}, {COUNTED[column]} has {self._rows[COUNTED[column]]} rows"
                )

    def _counted_csv(self, name: str, path: Path) -> tuple[int, Counter[str]] | None:
        """The rows of a CSV file and the sums of its columns that count; ``None`` for another table's. Raises ``ValueError``."""
        csv.field_size_limit(sys.maxsize)
        count, sums = 0, Counter[str]()
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header, wanted = next(reader, []), TABLES[name].names
            if tuple(header[: len(wanted)]) != wanted:
                return None
            places = {column: header.index(column) for column in COUNTED if column in header}
            for row in reader:
                count += 1
                if len(row) != len(header):
                    raise ValueError(f"row {count} has {len(row)} cells of {len(header)}")
                for column, place in places.items():
                    sums[column] += int(row[place] or 0)
        return count, sums

    def _check_file(self, row: dict[str, Any]) -> None:
        path = (self._out / row["local_path"]).resolve()
        if not path.is_relative_to(self._out.resolve()):
            return self.report("media", row.get("url"), f"{row['local_path']} leads out of the folder")
        if not path.is_file():
            return self.report("media", row.get("url"), f"{row['local_path']} is gone")
        with path.open("rb") as file:
            if row.get("sha256") and hashlib.file_digest(file, "sha256").hexdigest() != row["sha256"]:
                self.report("media", row.get("url"), f"{row['local_path']} is not the file that was fetched")

    def check_events(self) -> None:
        """The lines of events have their form, and their numbers rise."""
        for name, record in EVENTS.items():
            decode: msgspec.json.Decoder[Any] = msgspec.json.Decoder(record, strict=True)
            last = 0
            for number, line in enumerate(self._dataset.lines(f"{name}.jsonl"), 1):
                try:
                    event = decode.decode(line)
                except (msgspec.ValidationError, msgspec.DecodeError) as error:
                    self.report("schema", None, f"{name}.jsonl line {number}: {error}")
                    continue
                if name == "changes":
                    if event.seq <= last:
                        self.report("key", event.url, f"changes.jsonl line {number}: seq {event.seq} follows {last}")
                    last = event.seq
                elif name == "removed" and event.id in self._ids:
                    self.report("hidden", event.url, "was removed and is exported all the same")

    # ---- addresses

    def check_accounting(self, accounting: Accounting) -> None:
        """Discovered = exported + failed + excluded + removed, each where it should be listed."""
        failed = {row.get("url") for row in self._objects("failures.jsonl")}
        excluded = {row.get("url") for row in self._objects("excluded.jsonl")}
        outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        accounted: set[str] = set()
        discovered = 0
        for one in accounting:
            discovered += 1
            if one.article_id:
                accounted.add(one.article_id)
            if one.outcome is None:
                self.report("unaccounted", one.url, "was discovered, and is neither exported nor failed nor excluded: run `presslift sync`")
                continue
            outcomes[one.outcome] += 1
            self._check_outcome(one, failed, excluded)
        for row in self._objects("articles.jsonl"):
            if row.get("id") not in accounted:
                self.report("unaccounted", row.get("url"), "is exported, and no discovered address leads to it")
        self.counts = {"discovered": discovered, **outcomes, **self.counts}

    def _check_outcome(self, one: Accounted, failed: set[Any], excluded: set[Any]) -> None:
        if one.outcome == "exported":
            if one.article_id not in self._ids:
                self.report("unaccounted", one.url, "counts as exported, and no record has it: run `presslift export`")
        elif not one.reason:
            self.report("unaccounted", one.url, f"is {one.outcome} without a reason")
        elif one.outcome == "failed" and one.url not in failed:
            self.report("unaccounted", one.url, f"failed ({one.reason}), and failures.jsonl does not name it: run `presslift export`")
        elif one.outcome == "excluded" and one.url not in excluded:
            self.report("unaccounted", one.url, f"is excluded ({one.reason}), and the table does not name it: run `presslift export`")
        elif one.outcome == "removed" and one.article_id in self._ids:
            self.report("hidden", one.url, "was removed and is exported all the same")

    def _objects(self, name: str) -> Iterator[dict[str, Any]]:
        for line in self._dataset.lines(name):
            try:
                yield msgspec.json.decode(line, type=dict[str, Any])
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                # Records and events are decoded again, strictly, and named there.
                if name.removesuffix(".jsonl") in TABLES and name != "articles.jsonl":
                    self.report("schema", None, f"{name}: {error}")


def format_result(result: CheckResult) -> str:
    """A summary for people, several lines: what was counted, what does not hold."""
    counts = result.counts
    lines = []
    if "discovered" in counts:
        parts = ", ".join(f"{counts[name]} {name}" for name in OUTCOMES)
        left = counts["discovered"] - sum(counts[name] for name in OUTCOMES)
        lines.append(f"addresses  {counts['discovered']} discovered = {parts}" + (f", {left} open" if left else ""))
    lines.append("tables     " + ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in TABLES))
    lines.append(f"files      {counts['set_files']} in the set, with their hashes")
    for problem in result.problems[:SHOWN]:
        lines.append(f"{problem.kind}: {problem.url + ': ' if problem.url else ''}{problem.detail}")
    if len(result.problems) > SHOWN:
        kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(problem.kind for problem in result.problems).most_common())
        lines.append(f"… and {len(result.problems) - SHOWN} more ({kinds}); --json has all of them")
    lines.append("all of it holds" if result.ok else f"{len(result.problems)} problems")
    return "\n".join(lines)
