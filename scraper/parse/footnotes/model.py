"""What the readers of footnotes hand one another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.records import Footnote

Answer = TypeVar("Answer")
PLACEHOLDER = "presslift-note"
"""The class of the ``sup`` that stands for a marker in ``body_html``."""


class NotesReading(Struct, kw_only=True):
    """The notes of one article, in order of first mention, and what could not be matched."""

    notes: list[Footnote] = []
    warnings: list[str] = []


@dataclass(eq=False)
class Definition:
    """The text of one note: its block in the tree and the blocks that continue it."""

    block: HtmlElement
    label: str
    style: str
    confidence: float
    keys: set[str] = field(default_factory=set)
    more: list[HtmlElement] = field(default_factory=list)
    content: str | None = None
    back: str | None = None
    """Selector of what leads back."""
    leads_back: re.Pattern[str] | None = None
    """Fragments that lead back, even where nothing is left for them to lead to."""
    printed: str | None = None
    marks: list[HtmlElement] = field(default_factory=list)
    body: HtmlElement | None = None
    implied: bool = False
    """The number is the list's own, not printed at the start of the text."""

    @property
    def blocks(self) -> list[HtmlElement]:
        """The block and its continuations, in order."""
        return [self.block, *self.more]


@dataclass(eq=False)
class Workspace:
    """The article while its notes are read."""

    container: HtmlElement
    root: HtmlElement
    definitions: list[Definition] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    """Ids of markers: what leads there from a note leads back."""
    lists: list[HtmlElement] = field(default_factory=list)
    """Whole lists with their headings, to go when their notes have gone."""

    looked_at: dict[tuple[str, HtmlElement], Any] = field(default_factory=dict)
    """What was found of a block, by what was asked: thousands of markers may lead to one, or stand in one."""
    _known: set[Definition] = field(default_factory=set)

    def once(self, ask: Callable[[HtmlElement], Answer], element: HtmlElement) -> Answer:
        """What a function says of an element, asked once."""
        key = (ask.__name__, element)
        if key not in self.looked_at:
            self.looked_at[key] = ask(element)
        answer: Answer = self.looked_at[key]
        return answer

    def add(self, definition: Definition) -> None:
        """Take a definition in, once."""
        if definition not in self._known:
            self._known.add(definition)
            self.definitions.append(definition)

    def has(self, definition: Definition) -> bool:
        """Whether a definition was taken in by ``add``."""
        return definition in self._known

    @property
    def scoped(self) -> bool:
        """Whether more than the container may be looked at."""
        return self.root is not self.container


def lacks_note(marker: str, style: str) -> str:
    """The warning about a marker whose note is nowhere; it stays in the text."""
    return f"the note of the marker {marker or '?'} ({style}) is missing"


def marker_lacking(warning: str) -> str | None:
    """The marker that such a warning is about; None for another warning."""
    found = re.fullmatch(r"the note of the marker (.*) \([^()]*\) is missing", warning)
    return found[1] if found else None


def lacks_marker(label: str, style: str) -> str:
    """The warning about a note without a marker; it is kept without refs."""
    return f"the note {label} ({style}) has no marker"
