"""The body as plain text: for search, for counting, for whoever reads with a program."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from lxml import etree
from lxml.html import HtmlElement

from presslift.records import Article
from presslift.transforms.context import Context
from presslift.transforms.superscript import lowered, raised
from presslift.transforms.tree import BLOCKS, HIDDEN, MEDIA, classes, hidden_from_text, is_note_marker, keep, note_number, parse, plain_text

_WITHOUT_SPACES = re.compile("[\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
"""Letters of scripts that are written without spaces."""

_WORD = re.compile(r"\w[\w'’‘.·‐‑-]*")
_MARKER = re.compile(r"\[\d{1,3}\]")
_INVISIBLE = ("\u200b", "\ufeff", "\u2060", "\u00ad")
_LIST_PARENTS = frozenset(("ul", "ol"))
_CELLS = frozenset(("td", "th"))
_MEANING = BLOCKS | _CELLS | HIDDEN | {"br", "pre", "sup", "sub"}
"""Elements that are more than the words in them."""


def text(article: Article, context: Context) -> Article:
    """``body_text`` and ``word_count`` of the body; ``lead_quote``, its first pull quote, where nothing else told it.

    Blocks are set apart by a blank line, list items, table rows and lines by a new line, cells by a tab. Code keeps its
    lines, captions stand where the picture does, alternative texts are left out. A note's marker is ``[N]``, apart from its
    word.
    """
    if article.body_html is None:
        return msgspec.structs.replace(article, body_text=None, word_count=None)
    root = parse(article.body_html)
    body = plain(root)
    quote = article.lead_quote or (_lead_quote(root) if "pullquote" in article.body_html else None)
    keep(article.body_html, root)
    return msgspec.structs.replace(article, body_text=body, word_count=count_words(body), lead_quote=quote)


def _lead_quote(root: HtmlElement) -> str | None:
    for element in root.iter("figure", "blockquote"):
        if not {"pullquote", "wp-block-pullquote"}.isdisjoint(classes(element)):
            paragraphs = [plain_text(p) for p in element.iter("p")]
            quote = " ".join(filter(None, paragraphs)) or plain_text(element)
            return quote or None
    return None


def count_words(body: str) -> int:
    """Words in a plain text; of scripts written without spaces each character is one. Note markers don't count."""
    body, characters = _MARKER.sub(" ", body) if "[" in body else body, 0
    if not body.isascii() and _WITHOUT_SPACES.search(body):
        body, characters = _WITHOUT_SPACES.subn(" ", body)
    pieces = body.split()
    rest = [piece for piece in pieces if not piece.isalnum()]
    return characters + len(pieces) - len(rest) + len(_WORD.findall(" ".join(rest)))


def plain(root: HtmlElement) -> str:
    """A body's tree as plain text."""
    writer = _Writer()
    skipped: HtmlElement | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if skipped is not None:
            if event == "end" and element is skipped:
                skipped = None
                writer.words(element.tail)
        elif event == "start":
            if element.tag in _MEANING:
                if writer.stands_for(element):
                    skipped = element
                    continue
                writer.open(element)
            elif element.tag == "img":
                writer.spaced = True  # what stands before a picture and what stands after are two words
            writer.words(element.text)
        else:
            if element.tag in _MEANING:
                writer.close(element)
            if element is not root:
                writer.words(element.tail)
    return writer.result()


class _Writer:
    """Pieces of text as they come, and how many lines are due before the next."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.due = 0
        self.spaced = False
        self.verbatim = 0
        self.cells = 0

    def words(self, written: str | None) -> None:
        if not written:
            return
        if self.verbatim:
            self._put(written.replace("\r\n", "\n").replace("\u00a0", " "))
            return
        if not written.isascii():
            for character in _INVISIBLE:
                if character in written:
                    written = written.replace(character, "")
        words = written.split()
        if words:
            self.spaced = self.spaced or written[0].isspace()
            self._put(" ".join(words))
            self.spaced = written[-1].isspace()
        elif written:
            self.spaced = True

    def _flush(self) -> None:
        if self.due and self.pieces:
            self.pieces.append("\n" * self.due)
        self.due = 0

    def _put(self, piece: str) -> None:
        if self.due:
            self._flush()
        elif self.spaced and self.pieces and not self.pieces[-1].endswith(("\n", "\t", " ")):
            self.pieces.append(" ")
        self.spaced = False
        self.pieces.append(piece)

    def break_lines(self, lines: int) -> None:
        if self.cells:
            self.spaced = True  # a row stays on one line
        else:
            self.due = max(self.due, lines)

    def stands_for(self, element: HtmlElement) -> bool:
        """Elements written otherwise than by their contents; what follows them is the caller's."""
        if is_note_marker(element):
            self.spaced = True
            number = note_number(element)
            if number:
                self._put(f"[{number}]")
            return True
        if hidden_from_text(element):
            self.spaced = self.spaced or element.tag in MEDIA
            return True
        if element.tag in ("sup", "sub") and not self.verbatim:
            before = "" if self.spaced or self.due or not self.pieces else self.pieces[-1]
            written = (raised if element.tag == "sup" else lowered)(plain_text(element), before)
            if written.strip():
                self._put(written.rstrip(" "))
                self.spaced = written.endswith(" ")
            return True
        return False

    def open(self, element: HtmlElement) -> None:
        tag: Any = element.tag
        if tag == "br":
            if self.verbatim:
                self._put("\n")
            else:
                self.break_lines(min(self.due + 1, 2))
        elif tag in _CELLS:
            if element.getprevious() is not None:
                self._flush()
                self.pieces.append("\t")
            self.cells += 1
        elif tag in BLOCKS:
            self.break_lines(_lines_around(element, tag))
        if tag == "pre":
            self.verbatim += 1

    def close(self, element: HtmlElement) -> None:
        tag: Any = element.tag
        if tag == "pre":
            self.verbatim -= 1
        if tag in _CELLS:
            self.cells -= 1
            self.spaced = False
        elif tag in BLOCKS:
            self.break_lines(_lines_around(element, tag))

    def result(self) -> str:
        return "\n".join(line.rstrip() for line in "".join(self.pieces).split("\n")).strip("\n")


def _lines_around(element: HtmlElement, tag: str) -> int:
    """One new line inside lists and tables, a blank line elsewhere."""
    if tag in ("li", "tr", "dt", "dd", "caption", "summary"):
        return 1
    if tag in ("thead", "tbody", "tfoot"):
        return 1
    if tag in _LIST_PARENTS or tag == "p":
        parent = element.getparent()
        return 1 if parent is not None and parent.tag == "li" else 2
    return 2
