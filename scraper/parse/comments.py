"""Comments, pingbacks and their threads, from a page's markup or from REST."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import islice
from typing import Any

from lxml.html import HtmlElement
from msgspec import Struct
from msgspec.structs import replace

from presslift.records import Comment, CommentAuthor
from presslift.scraper.knowledge import table
from presslift.scraper.parse.comment_item import read_comment, stamps
from presslift.scraper.parse.dates import Moment
from presslift.scraper.parse.discussion import foreign_systems, found, read_count, read_pages, take_out
from presslift.scraper.parse.document import (
    SPACE,
    Document,
    classes,
    detach,
    read_fragment,
    text_of,
)
from presslift.scraper.parse.items import feed_moment, whole

MAX_COMMENTS = 20_000
INLINE = frozenset(
    ["a", "abbr", "b", "button", "cite", "em", "i", "img", "input", "label", "p", "small", "span", "strong", "sup", "textarea", "time"]
)
DEPTH = re.compile(r"(?:^|\s)depth-(\d{1,3})(?:\s|$)")
LINKED_NUMBER = re.compile(r"(?:#(?:li-|div-)?comment-|[?&]replytocom=)(\d+)")


class CommentsReading(Struct, kw_only=True):
    """What one page says of its discussion; ``pages`` are the addresses of the other comment pages.

    ``count`` is the number the page prints, None when it prints none; it may exceed the comments on this page.
    """

    comments: list[Comment] = []
    count: int | None = None
    pages: list[str] = []
    warnings: list[str] = []


class Item(Struct):
    """A comment's element with the number it bears."""

    element: HtmlElement
    number: int
    parent: int | None
    depth: int | None


def read_comments(doc: Document, zone: str | None = None) -> CommentsReading:
    """Read the comments of a page and take the whole discussion, form included, out of its tree.

    ``zone`` is the site's zone (``+02:00`` or ``Europe/Berlin``), used for dates printed without one. Comments stand in the
    order printed; those awaiting moderation are left out. An element that holds the article's body is never taken out.
    """
    # The form, which goes with the discussion, tells which post the page is of.
    _ = doc.commented_id
    reading = CommentsReading(count=read_count(doc), pages=read_pages(doc))
    items = _threads(_items(doc))
    language = doc.root.get("lang")
    comments: list[Comment] = []
    # Replies stand inside what they answer: read and taken out first, they leave it alone with its own words.
    for item in reversed(items):
        comment = read_comment(item.element, item.number, item.parent, language, zone)
        detach(item.element)
        if comment is not None:
            comments.append(comment)
    reading.comments = comments[::-1]
    reading.warnings.extend(f"comments: those of {name} are not in the page" for name in foreign_systems(doc))
    take_out(doc, bool(items))
    return reading


def read_comment_page(doc: Document, zone: str | None = None) -> CommentsReading:
    """Read a further page of a post's comments (``/comment-page-2/``): the same reading, the same change to the tree."""
    return read_comments(doc, zone)


# --- finding ---


@cache
def _id_patterns() -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in table("comments")["item"]["ids"]]


def _items(doc: Document) -> list[Item]:
    """Every comment of the page, outermost element each, in document order."""
    if not any("comm" in name for name in doc.names):
        return []
    frames = _frames(doc)
    items: dict[int, Item] = {}
    taken: set[HtmlElement] = set()
    for element in (e for name, bearers in doc.named.items() if name[0] == "#" and "comm" in name for e in bearers):
        number, parent = _numbered(element.get("id") or "")
        if number is None or number in items or len(items) >= MAX_COMMENTS:
            continue
        outer = _outermost(element, taken)
        if outer is not None and outer not in frames:
            items[number] = Item(outer, number, parent, _depth(outer))
            taken.add(outer)
    if not items:
        for element in found(doc, table("comments")["item"]["unnumbered"]):
            number = _linked_number(element)
            if number is not None and number not in items and element not in frames:
                items[number] = Item(element, number, None, _depth(element))
        order = {e: n for n, e in enumerate(doc.root.iter())} if items else {}
        return sorted(items.values(), key=lambda item: order[item.element])
    return list(items.values())


def _frames(doc: Document) -> set[HtmlElement]:
    """What holds a title or the main part: a theme may call that a comment, being of class or id like one."""
    marks = islice(doc.root.iter("h1", "main", "body"), 50)
    return {frame for mark in marks for frame in [mark, *mark.iterancestors()]}


def _numbered(name: str) -> tuple[int | None, int | None]:
    for pattern in _id_patterns():
        match = pattern.fullmatch(name.strip())
        if match:
            parent = match.groupdict().get("parent")
            return int(match["id"][:15]), int(parent[:15]) or None if parent else None
    return None, None


def _outermost(element: HtmlElement, taken: set[HtmlElement]) -> HtmlElement | None:
    """The list item around an element that bears a comment's id, since its replies stand there; None for a mere anchor."""
    node: HtmlElement | None = element
    for _ in range(4):
        parent = node.getparent() if node is not None else None
        if parent is None or parent in taken or parent.tag in ("body", "ol", "ul", "html", "main"):
            break
        names = classes(parent)
        named = bool(names & {"comment", "pingback", "trackback"})
        if named or (parent.tag == "li" and ("review" in names or DEPTH.search(parent.get("class") or "") or _opens(parent, node))):
            return parent
        node = parent
    return None if element.tag in INLINE else element


def _opens(parent: HtmlElement, child: HtmlElement | None) -> bool:
    return len(parent) > 0 and parent[0] is child and not parent.get("id")


def _linked_number(element: HtmlElement) -> int | None:
    for link in element.iter("a"):
        said = link.get("data-commentid") or ""
        match = LINKED_NUMBER.search(link.get("href") or "")
        if said.isdecimal() or match:
            return int((said if said.isdecimal() else match[1] if match else "0")[:15])
    return None


def _depth(element: HtmlElement) -> int | None:
    # OceanWP and others put the classes on the article inside.
    for node in [element, *element[:2]]:
        match = DEPTH.search(node.get("class") or "") if isinstance(node.tag, str) else None
        if match:
            return int(match[1])
    return None


def _threads(items: list[Item]) -> list[Item]:
    """Tell each comment's parent: by its id (wpDiscuz), by its depth, by nesting.

    Depth is asked before nesting, since a theme's stray end tag moves replies out of their thread; a walker that doesn't
    count depth says 1 everywhere, and then nesting speaks.
    """
    numbers = {item.element: item.number for item in items}
    counted = any((item.depth or 0) > 1 for item in items)
    last: dict[int, int] = {}
    for item in items:
        depth = item.depth if counted else None
        if item.parent is None and depth is None:
            item.parent = next((numbers[a] for a in item.element.iterancestors() if a in numbers), None)
        elif item.parent is None and depth is not None and depth > 1:
            item.parent = last.get(depth - 1)
        if depth is not None:
            last[depth] = item.number
    return items


# --- REST ---


def from_rest(items: list[dict[str, Any]], zone: str | None = None, post_author: int | None = None) -> list[Comment]:
    """REST's ``/wp/v2/comments`` items → records; ``zone`` is the site's zone, asked only where ``date_gmt`` is missing.

    ``post_author`` is the number of the post's account: its comments are the author's own.
    Items without an id and those not approved are left out.
    """
    comments: list[Comment] = []
    for item in items:
        number = whole(item.get("id")) if isinstance(item, dict) else None
        if number is None or item.get("status") not in (None, "approved"):
            continue
        content = item.get("content")
        markup = content.get("rendered") if isinstance(content, dict) else content
        markup = markup.strip() if isinstance(markup, str) else ""
        local, utc = _rest_dates(item, zone)
        parent = whole(item.get("parent"))
        name = SPACE.sub(" ", html.unescape(str(item.get("author_name") or ""))).strip()
        comments.append(
            Comment(
                id=number,
                parent=parent if parent and parent > 0 else None,
                type="pingback" if item.get("type") in ("pingback", "trackback") else "comment",
                author=CommentAuthor(name=name or None, url=str(item.get("author_url") or "") or None),
                is_post_author=post_author is not None and whole(item.get("author")) == post_author,
                date=local,
                date_utc=utc,
                html=markup or None,
                text=text_of(read_fragment(markup)) or None if markup else None,
            )
        )
    return comments


def from_feed(number: int, item: dict[str, Any], zone: str | None = None) -> Comment:
    """One item of a post's comment feed, as ``discover.feed`` gives it → a record; the feed tells no parent and no type.

    ``zone`` is the site's zone: feeds give dates in UTC.
    """
    markup = (item.get("content") or item.get("description") or "").strip()
    moment = feed_moment(item.get("published"), zone)
    return Comment(
        id=number,
        author=CommentAuthor(name=next(iter(item.get("creators") or []), None)),
        date=moment.local if moment else None,
        date_utc=moment.utc if moment else None,
        html=markup or None,
        text=text_of(read_fragment(markup)) or None if markup else None,
    )


def _rest_dates(item: dict[str, Any], zone: str | None) -> tuple[str | None, str | None]:
    try:
        local = datetime.fromisoformat(str(item.get("date"))).replace(microsecond=0, tzinfo=None)
    except ValueError:
        return None, None
    try:
        utc = datetime.fromisoformat(str(item.get("date_gmt"))).replace(microsecond=0, tzinfo=UTC)
    except ValueError:
        return stamps(Moment(day=local.date(), when=local, precision="second"), zone)
    shift = local.replace(tzinfo=UTC) - utc
    # Local time less UTC is the site's offset at that moment, summer time considered.
    if abs(shift) < timedelta(hours=24) and shift.total_seconds() % 900 == 0:
        local = local.replace(tzinfo=timezone(shift))
    return local.isoformat() if local.tzinfo else local.date().isoformat(), utc.isoformat().replace("+00:00", "Z")


def merge_comments(page: list[Comment], rest: list[Comment]) -> list[Comment]:
    """Comments of page and REST by ``id``, ordered by date, then id.

    REST has exact parents and dates; the page has pingbacks, and knows the post's author. Either list may hold an id twice.
    """
    merged: dict[int, Comment] = {}
    for comment in page:
        merged.setdefault(comment.id, comment)
    for comment in rest:
        seen = merged.get(comment.id)
        if seen is not None:
            author = CommentAuthor(name=comment.author.name or seen.author.name, url=comment.author.url or seen.author.url)
            comment = replace(
                comment, author=author, is_post_author=comment.is_post_author or seen.is_post_author, date=comment.date or seen.date
            )
        merged[comment.id] = comment
    return [comment for _, comment in sorted(_dated(merged), key=lambda pair: pair[0])]


def _dated(comments: dict[int, Comment]) -> Iterator[tuple[tuple[str, int], Comment]]:
    # Pingbacks are printed without a date: their number tells where they belong.
    latest = ""
    for number in sorted(comments):
        comment = comments[number]
        latest = comment.date_utc or comment.date or latest
        yield (latest, number), comment
