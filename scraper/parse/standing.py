"""Furniture that its words give away: blocks that open with standing phrases, and blocks known to recur on the site."""

from __future__ import annotations

from lxml.html import HtmlElement

from presslift.scraper.parse.blocks import MEDIA, Block, block_key, drop, linked_share
from presslift.scraper.parse.openings import Rule, openings
from presslift.scraper.parse.prose import HEADINGS

EDGE = 60
"""So many words from a body's start are its start; its end is half as many again, or a tenth."""
LONGEST_HEADING = 8
ANNOUNCING = HEADINGS - {"h1"}
LISTED = frozenset(("li", "p", "div", "a"))


def cut_standing(blocks: list[Block], safe: frozenset[HtmlElement], recurring: frozenset[str] = frozenset()) -> None:
    """Remove blocks that say themselves, or by their key in ``recurring``, that they are no body; ``blocks`` are all of the body's."""
    known = openings()
    for position, block in enumerate(blocks):
        if block.gone or block.element in safe:
            continue
        if recurring and block_key(block.text) in recurring:
            drop(block)
        elif block.words <= known.longest:
            for rule in known.rules_for(block.text):
                if _applies(rule, block) and _cut(rule, blocks, position, safe):
                    break


def cut_last_headings(container: HtmlElement, blocks: list[Block], safe: frozenset[HtmlElement]) -> None:
    """Remove headings below which nothing is left at the end of a body: what they announce was furniture or is a script's."""
    standing = [block for block in blocks if not block.gone and block.element.getparent() is not None]
    while len(standing) > 1:
        last = standing.pop()
        if (
            last.tag not in ANNOUNCING
            or last.loose
            or last.words > LONGEST_HEADING
            or last.element in safe
            or _media_from(last.element, container)
        ):
            return
        drop(last)


def _media_from(element: HtmlElement, container: HtmlElement) -> bool:
    """Whether an element holds a picture, player or frame, or one stands after it."""
    if MEDIA(element):
        return True
    node: HtmlElement | None = element
    while node is not None and node is not container:
        if any(isinstance(e.tag, str) and MEDIA(e) for e in node.itersiblings()):
            return True
        node = node.getparent()
    return False


def _applies(rule: Rule, block: Block) -> bool:
    if block.words > rule.words:
        return False
    total = block.before + block.words + block.after
    start = block.before <= min(EDGE, total * 0.3)
    end = block.after <= max(EDGE * 1.5, total * 0.1)
    if (rule.where == "start" and not start) or (rule.where == "end" and not end) or (rule.where == "edge" and not (start or end)):
        return False
    return rule.links == 0 or linked_share(block) >= rule.links


def _cut(rule: Rule, blocks: list[Block], position: int, safe: frozenset[HtmlElement]) -> bool:
    first = blocks[position]
    if rule.reach == "section":
        return (first.tag in HEADINGS or first.words <= 6) and _drop_section(blocks, position, safe)
    if rule.reach == "list":
        return _drop_list(blocks, position, safe)
    drop(first)
    return True


def _drop_section(blocks: list[Block], position: int, safe: frozenset[HtmlElement]) -> bool:
    drop(blocks[position])
    for number in range(position + 1, len(blocks)):
        if blocks[number].tag in HEADINGS or blocks[number].element in safe:
            break
        drop(blocks[number])
    return True


def _drop_list(blocks: list[Block], position: int, safe: frozenset[HtmlElement]) -> bool:
    end = position + 1
    while end < len(blocks):
        block = blocks[end]
        if block.element in safe or block.tag not in LISTED or linked_share(block) < 0.7:
            break
        end += 1
    if end - position <= 2:
        return False
    for block in blocks[position:end]:
        drop(block)
    return True
