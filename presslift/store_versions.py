"""A store that an older presslift wrote is brought to today's tables in place, with a copy of what was there beside it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from presslift.hashing import content_hash
from presslift.store_outcomes import DECODE
from presslift.store_tables import STORE_VERSION, TABLES

Step: TypeAlias = Callable[[sqlite3.Connection], None]


def add_lacking(db: sqlite3.Connection) -> None:
    """Make the tables, indexes and columns of today that a store lacks. What has no default is empty in rows that were there."""
    for statement in TABLES.split(";"):
        if statement.strip().startswith("CREATE TABLE"):
            db.execute(statement)
    model = sqlite3.connect(":memory:")
    try:
        model.executescript(TABLES)
        for (table,) in model.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
            known = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
            for _, name, kind, required, default, _ in model.execute(f"PRAGMA table_info({table})"):
                if name not in known:
                    value = default if default is not None else {"INTEGER": "0"}.get(kind, "''") if required else None
                    more = f" NOT NULL DEFAULT {value}" if required else f" DEFAULT {value}" if value is not None else ""
                    db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}{more}")
    finally:
        model.close()
    for statement in TABLES.split(";"):
        if statement.strip().startswith("CREATE INDEX"):
            db.execute(statement)


def rehash(db: sqlite3.Connection) -> None:
    """Hash every record's content as it is hashed today, which is no edit; the exports are written anew with it."""
    ids = [row[0] for row in db.execute("SELECT id FROM articles WHERE settled IS NOT NULL")]
    for id in ids:
        (settled,) = db.execute("SELECT settled FROM articles WHERE id = ?", (id,)).fetchone()
        db.execute("UPDATE articles SET content_hash = ? WHERE id = ?", (content_hash(DECODE.decode(settled)), id))
    db.execute("DELETE FROM meta WHERE key = 'exported'")


def _first(db: sqlite3.Connection) -> None:
    add_lacking(db)
    rehash(db)


STEPS: Mapping[int, Step] = {1: _first}
"""Version → what makes the next one of it. Stores of version 1 differ: its tables grew until the first release."""


def backup_path(store: Path, version: int) -> Path:
    """Where the copy of a store of an older version stands."""
    return store.with_name(f"{store.stem}.v{version}{store.suffix}")


def backups(store: Path) -> list[Path]:
    """The copies that upgrades left beside a store."""
    return sorted(store.parent.glob(f"{store.stem}.v*{store.suffix}"))


def upgrade(db: sqlite3.Connection, path: Path, version: int) -> None:
    """Bring an open store of an older version to today's: all of it or nothing, its copy having been made.

    Raises ``sqlite3.Error``, ``OSError``.
    """
    back_up(db, backup_path(path, version))
    db.execute("BEGIN IMMEDIATE")
    try:
        climb(db, version)
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def climb(db: sqlite3.Connection, version: int) -> None:
    """Take the steps from a version to today's."""
    for step in range(version, STORE_VERSION):
        STEPS[step](db)
    db.execute("UPDATE meta SET value = ? WHERE key = 'store_version'", (str(STORE_VERSION),))


def back_up(db: sqlite3.Connection, target: Path) -> None:
    """Copy an open store into a file, which is there whole or not at all."""
    new = target.with_name(f".{target.name}.new")
    try:
        copy = sqlite3.connect(new, isolation_level=None)
        try:
            copy.execute("PRAGMA journal_mode=OFF")
            db.backup(copy)
            # Of the original's kind, it would have a log beside it when it is looked at.
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def upgraded_copy(db: sqlite3.Connection, version: int) -> sqlite3.Connection:
    """A private copy of an older store, brought to today's version, for who may not write; the original is closed."""
    copy = sqlite3.connect("", isolation_level=None)
    db.backup(copy)
    db.close()
    climb(copy, version)
    return copy
