"""Lines that editors type into the body and that are no body: the byline, "Read in English", the printed date."""

from __future__ import annotations

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.records import Contributor, Translation
from presslift.scraper.parse.metadata import Metadata


class LinesReading(Struct, kw_only=True):
    """What was taken out of a container. ``byline`` is as printed, a note's marker with it; ``authors`` are its names."""

    byline: str | None = None
    authors: list[str] = []
    contributors: list[Contributor] = []
    translations: list[Translation] = []
    date_line: str | None = None


def read_lines(container: HtmlElement, metadata: Metadata | None = None, language: str | None = None) -> LinesReading:
    """Find and remove byline, contributor, translation and date lines near a body's top and bottom. Changes the tree."""
    return LinesReading()
