"""Footnotes: markers and definitions are found apart, matched by number, order and id, and taken out of the tree."""

from __future__ import annotations

from presslift.scraper.parse.footnotes.joining import join_notes
from presslift.scraper.parse.footnotes.model import PLACEHOLDER, NotesReading
from presslift.scraper.parse.footnotes.reading import read_core_meta, read_footnotes

__all__ = ["PLACEHOLDER", "NotesReading", "join_notes", "read_core_meta", "read_footnotes"]
