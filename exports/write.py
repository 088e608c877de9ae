"""``write_dataset``: the whole set, written aside and moved in at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from presslift.config import ExportSettings
from presslift.exports.dataset_source import Source


def write_dataset(source: Source, folder: Path, formats: Sequence[str], settings: ExportSettings) -> list[Path]:
    """Write the export of ``source`` to ``folder`` (an OUT's ``export``) and return its files, sorted.

    Atomic as a set, deterministic, idempotent: when nothing changed no file is touched. Raises ``UsageError`` for an unknown
    format, ``OutUnwritable`` when the disk refuses (the old set is whole then).
    """
    raise NotImplementedError
