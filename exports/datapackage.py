"""``datapackage.json``: the set as a Frictionless Data Package (v1), with every file's hash and size.

https://specs.frictionlessdata.io/data-package/ and /table-schema/. A byte order mark needs no other ``encoding`` than utf-8:
readers of packages take it away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from presslift.exports.format import Written
from presslift.records import SCHEMA_VERSION, SiteFacts
from presslift.tables import Table

FILE_NAME = "datapackage.json"
DIALECT = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True, "caseSensitiveHeader": True}


def write_datapackage(folder: Path, files: Sequence[Written], site: SiteFacts) -> Path:
    """Describe ``files``, all of them in ``folder`` already, and return the description's path."""
    here = {file.table.name for file in files if file.table is not None}
    host = urlsplit(site.url).netloc
    package = {
        "profile": "data-package",
        "name": re.sub(r"[^a-z0-9._-]+", "-", host.lower()).strip("-") or "site",
        "title": site.name or host,
        "homepage": site.url,
        "presslift": {"schema_version": SCHEMA_VERSION},
        "resources": [resource(folder, file, here) for file in sorted(files, key=lambda file: (file.table is None, file.path))],
    }
    path = folder / FILE_NAME
    path.write_bytes(msgspec.json.format(msgspec.json.encode(package), indent=2) + b"\n")
    return path


def resource(folder: Path, file: Written, tables: Iterable[str]) -> dict[str, Any]:
    """A file as a data resource; ``tables`` are those the set has, so that no foreign key leads out of it."""
    path = folder / file.path
    common = {"path": file.path, "mediatype": file.mediatype, "bytes": path.stat().st_size, "hash": f"sha256:{sha256_of(path)}"}
    if file.table is None:
        # ``type`` is what the frictionless tool goes by: it would read JSON lines as one flat table.
        return {"name": file.path.lower(), "type": "file", "profile": "data-resource", "description": file.description, **common}
    return {
        "name": file.table.name,
        "profile": "tabular-data-resource",
        "description": file.description,
        **common,
        "format": "csv",
        "encoding": "utf-8",
        "dialect": DIALECT,
        "schema": table_schema(file.table, tables),
    }


def table_schema(table: Table, tables: Iterable[str]) -> dict[str, Any]:
    """A table as a Table Schema."""
    fields: list[dict[str, Any]] = []
    for column in table.columns:
        field: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.description}
        fields.append({**field, "constraints": {"required": True}} if column.name in table.key else field)
    schema: dict[str, Any] = {"fields": fields, "primaryKey": list(table.key), "missingValues": [""]}
    keys = [
        {
            "fields": list(key.columns),
            "reference": {"resource": "" if key.table == table.name else key.table, "fields": list(key.references)},
        }
        for key in table.foreign_keys
        if key.table in tables
    ]
    return {**schema, "foreignKeys": keys} if keys else schema


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hex. Raises ``OSError``."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
