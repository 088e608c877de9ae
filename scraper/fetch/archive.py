"""The bytes as served, kept at once: WARC 1.1."""

from __future__ import annotations

from pathlib import Path


class Archive:
    """A folder of WARC files."""

    def __init__(self, folder: Path, max_file_size: int = 1_000_000_000):
        self.folder = folder
