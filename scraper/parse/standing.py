"""Furniture that its words give away: blocks that open with standing phrases, and blocks known to recur on the site."""

from __future__ import annotations

from lxml.html import HtmlElement

from presslift.scraper.parse.blocks import MEDIA, Block, block_key, drop, linked_share
from presslift.scraper.parse.openings import Rule, openings
from presslift.scraper.parse.prose import HEADINGS

EDGE = 60
"""So many words from a body's start are its start; its end is half as many again, or a tenth."""
LONGEST_HEADING = 8
MOST_ROUNDS = 3
ANNOUNCING = HEADINGS - {"h1"}
LISTED = frozenset(("li", "p", "div", "a"))


def cut_standing(blocks: list[Block], safe: frozenset[HtmlElement], recurring: frozenset[str] = frozenset()) -> None:
    """Remove blocks that say themselves, or by their key in ``recurring``, that they are no body; ``blocks`` are all of the body's."""
    for position, block in enumerate(blocks):
        if block.gone or block.element in safe:
            continue
        if recurring and block_key(block.text) in recurring:
            drop(block)
        else:
            _cut_opened(blocks, position, safe)
    # What is cut at an edge brings the next block there.
    for _ in range(MOST_ROUNDS):
        moved = _recount(blocks)
        if not [True for n in moved if blocks[n].element not in safe and _cut_opened(blocks, n, safe)]:
            break


def _cut_opened(blocks: list[Block], position: int, safe: frozenset[HtmlElement]) -> bool:
    """Remove a block that opens with a phrase, and what its rule says goes with it."""
    block, known = blocks[position], openings()
    if block.gone or block.words > known.longest:
        return False
    return any(_applies(rule, block) and _cut(rule, blocks, position, safe) for rule in known.rules_for(block.text))


def _recount(blocks: list[Block]) -> list[int]:
    """Count the words before and after each block anew; the places of those that have come to an edge."""
    moved, before = [], 0
    left = [(n, block) for n, block in enumerate(blocks) if not block.gone]
    total = sum(block.words for _, block in left)
    for number, block in left:
        was = _edges(block)
        block.before, block.after = before, total - before - block.words
        if _edges(block) != was:
            moved.append(number)
        before += block.words
    return moved


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
    start, end = _edges(block)
    if (rule.where == "start" and not start) or (rule.where == "end" and not end) or (rule.where == "edge" and not (start or end)):
        return False
    return rule.links == 0 or linked_share(block) >= rule.links


def _edges(block: Block) -> tuple[bool, bool]:
    """Whether a block stands at the body's start, and at its end."""
    total = block.before + block.words + block.after
    return block.before <= min(EDGE, total * 0.3), block.after <= max(EDGE * 1.5, total * 0.1)


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
    # Below "The authors" each may have a heading of a lower rank; below a line that is none every heading ends the section.
    rank = blocks[position].tag if blocks[position].tag in HEADINGS else "h6"
    for number in range(position + 1, len(blocks)):
        if (blocks[number].tag in HEADINGS and blocks[number].tag <= rank) or blocks[number].element in safe:
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
