"""Footnotes of a piece of HTML, in a form that tests can compare."""

from __future__ import annotations

from lxml.html import HtmlElement

from presslift.scraper.parse.document import read_fragment, select, text_of
from presslift.scraper.parse.footnotes import NotesReading, read_footnotes


def read(html: str, **options: object) -> tuple[str, NotesReading]:
    """The text that is left, markers as ``{index}``, and the notes."""
    container = read_fragment(html)
    reading = read_footnotes(container, **options)  # type: ignore[arg-type]
    return shown(container), reading


def shown(container: HtmlElement) -> str:
    for mark in select(container, "sup.presslift-note"):
        mark.text = "{" + (mark.get("data-note") or "?") + "}"
    return text_of(container)


def notes(reading: NotesReading) -> list[tuple[str, str, int]]:
    return [(n.marker, n.text, len(n.refs)) for n in reading.notes]
