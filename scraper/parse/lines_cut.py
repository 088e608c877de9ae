"""Furniture that its words give away: blocks that open with standing phrases, contents lists, lists of tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml.html import HtmlElement

from presslift.scraper.parse.blocks import MARKS, Block, block_key, blocks_of, drop, linked_share
from presslift.scraper.parse.document import detach
from presslift.scraper.parse.openings import Rule, openings
from presslift.scraper.parse.prose import HEADINGS

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile

EDGE = 60
"""So many words from a body's start are its start; its end is half as many again, or a tenth."""


def cut_lines(container: HtmlElement, safe: frozenset[HtmlElement], profile: SiteProfile | None = None, url: str | None = None) -> None:
    """Remove blocks that say they are no body."""
    _cut_contents(container, safe, url)
    blocks = blocks_of(container)
    known = openings()
    recurring = {block.key for block in profile.furniture} if profile is not None else frozenset()
    for position, block in enumerate(blocks):
        if block.gone or block.element in safe:
            continue
        if recurring and block.text and block_key(block.text) in recurring:
            drop(block)
            continue
        if block.words > known.longest:
            continue
        for rule in known.rules_for(block.text):
            if _applies(rule, block):
                _cut(rule, blocks, position, safe)
                break


def _applies(rule: Rule, block: Block) -> bool:
    if block.words > rule.words:
        return False
    total = block.before + block.words + block.after
    start = block.before <= min(EDGE, total * 0.3)
    end = block.after <= max(EDGE * 1.5, total * 0.1)
    if rule.where == "start" and not start or rule.where == "end" and not end or rule.where == "edge" and not (start or end):
        return False
    return rule.links == 0 or linked_share(block) >= rule.links


def _cut(rule: Rule, blocks: list[Block], position: int, safe: frozenset[HtmlElement]) -> None:
    first = blocks[position]
    following = blocks[position + 1 :]
    if rule.reach == "block":
        drop(first)
    elif rule.reach == "section":
        if first.tag in HEADINGS or first.words <= 6:
            drop(first)
            for block in following:
                if block.tag in HEADINGS or block.element in safe:
                    break
                drop(block)
    elif rule.reach == "list":
        run = []
        for block in following:
            if block.element in safe or block.tag not in ("li", "p", "div", "a") or linked_share(block) < 0.7:
                break
            run.append(block)
        if len(run) >= 2:
            for block in [first, *run]:
                drop(block)


def _cut_contents(container: HtmlElement, safe: frozenset[HtmlElement], url: str | None) -> None:
    own = (url or "").split("#")[0].rstrip("/")
    for element in list(container.iter("ul", "ol", "nav")):
        if element in safe or element.getparent() is None:
            continue
        links = list(element.iter("a"))
        if len(links) < 3:
            continue
        inner = [a for a in links if _inner(a.get("href") or "", own)]
        if len(inner) < 0.8 * len(links):
            continue
        block = Block(element, " ".join("".join(element.itertext()).split()), 0)
        if linked_share(block) >= 0.75:
            _drop_heading_before(element, container, safe)
            detach(element)


def _inner(href: str, own: str) -> bool:
    if href.startswith("#"):
        return len(href) > 1
    return bool(own) and "#" in href and href.split("#")[0].rstrip("/") == own


def _drop_heading_before(element: HtmlElement, container: HtmlElement, safe: frozenset[HtmlElement]) -> None:
    node: HtmlElement | None = element
    while node is not None and node is not container:
        before = node.getprevious()
        while before is not None and not "".join(before.itertext()).strip():
            before = before.getprevious()
        if before is not None:
            text = " ".join("".join(before.itertext()).split())
            if before not in safe and len(text.split()) <= 6 and any(r.kind == "contents" for r in openings().rules_for(text)) and not MARKS(before):
                detach(before)
            return
        node = node.getparent()
