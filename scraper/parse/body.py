"""Finds the element that holds an article's body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import Document
from presslift.scraper.parse.prose import Prose

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile


class BodyChoice(Struct, kw_only=True):
    """The element that holds the body, the cue that chose it, and how sure (0…1)."""

    element: HtmlElement
    cue: str
    confidence: float


def find_body(doc: Document, profile: SiteProfile | None = None, title: str | None = None) -> BodyChoice:
    """The container of the article in ``doc``; contents of several containers are joined in a new ``div`` in their place.

    ``profile`` is what was learned of the site, ``title`` the article's. Never raises; the page's ``body`` at the worst.
    """
    body = doc.root.find("body")
    if body is None:
        return BodyChoice(element=doc.root, cue="page", confidence=0.1)
    prose = Prose(doc.root, landmarks(doc))
    total = prose.mass.get(body, 0)
    best = None
    for row in table("themes")["container"]:
        for e in doc.find(row["selector"]):
            m = prose.mass.get(e, 0)
            if total and m:
                s = row["weight"] * m / total
                if best is None or s > best[0]:
                    best = (s, e, row["selector"], m/total)
    if best is not None and best[3] > 0.3:
        return BodyChoice(element=best[1], cue=best[2], confidence=best[0])
    node = body
    while True:
        m = prose.mass.get(node, 0)
        child = max((c for c in node if c in prose.mass), key=lambda c: prose.mass[c], default=None)
        if child is None or prose.mass[child] < 0.8 * m or child.tag in ("p", "ul", "ol", "table", "blockquote"):
            break
        node = child
    return BodyChoice(element=node, cue="prose", confidence=0.5)


OWN_ID = re.compile(r"(?:postid|page-id|attachmentid)-(\d+)")


def landmarks(doc: Document) -> list[HtmlElement]:
    """Elements that hold the body for sure: the post's own, else ``main``, else the only ``h1``."""
    for name in doc.body_classes:
        match = OWN_ID.fullmatch(name)
        if match:
            own = doc.named.get(f"#post-{match[1]}") or [e for e in doc.named.get(f"post-{match[1]}", []) if e.tag in ("article", "main", "div", "section")]
            if own:
                return own[:1]
    for tag in ("main", "h1"):
        found = list(doc.root.iter(tag))
        if len(found) == 1:
            return found
    return []
