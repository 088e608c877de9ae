"""``open_dataset``: an export as tables for analysts."""

from __future__ import annotations

from pathlib import Path


class Dataset:
    """An export, read as it stood when it was opened."""


def open_dataset(path: str | Path) -> Dataset:
    """Open an OUT folder, or the ``export`` in one. Raises ``NotAnOut`` for anything else."""
    raise NotImplementedError
