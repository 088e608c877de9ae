"""One comment's element → its record: author, date, text, kind, whatever walker printed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import chain
from zoneinfo import ZoneInfo

import lxml.html
from lxml.html import HtmlElement
from msgspec.structs import replace

from presslift.records import Comment, CommentAuthor
from presslift.scraper.knowledge import table
from presslift.scraper.parse.dates import Moment, parse_date, parse_machine_date
from presslift.scraper.parse.document import classes, detach, inner_html, may_match, names_of, select, text_of

PHRASING = frozenset(["a", "b", "br", "cite", "em", "i", "img", "span", "strong"])
NAME_OR_DATE = (".fn", ".comment-author", ".wpd-comment-author", ".wc-comment-author", ".woocommerce-review__author", "a.url", "time")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def read_comment(element: HtmlElement, number: int, parent: int | None, language: str | None, zone: str | None) -> Comment | None:
    """The record of a comment whose replies were taken out of its element; None while it awaits moderation.

    ``language`` reads printed dates, ``zone`` completes those without an offset. Takes the element apart.
    """
    rows = table("comments")["item"]
    marks = names_of(element)
    if any(_matches(element, css, marks) for css in rows["moderated"]):
        return None
    names = frozenset(n for node in [element, *element[:2]] if isinstance(node.tag, str) for n in classes(node))
    is_ping = bool(names & set(rows["pingback"]))
    text = _text_element(element, marks)
    if text is not None:
        detach(text)
    elif _opens_as_ping(element):
        is_ping = True
    author = _author(element, marks)
    local, utc = _date(element, marks, language, zone)
    if text is None:
        text = None if is_ping else _bare_text(element, marks)
    if is_ping and author.name is None:
        link = next((a for a in element.iter("a") if (a.get("href") or "").startswith("http")), None)
        author = CommentAuthor(name=text_of(link) or None, url=link.get("href")) if link is not None else author
    markup, words = _clean(text, marks)
    return Comment(
        id=number,
        parent=parent,
        type="pingback" if is_ping else "comment",
        author=author,
        is_post_author=bool(names & set(rows["post_author"])),
        date=local,
        date_utc=utc,
        html=markup,
        text=words,
    )


def _opens_as_ping(element: HtmlElement) -> bool:
    opener = text_of(element)[:40].casefold().lstrip()
    return any(re.match(re.escape(word) + r"\s*:", opener) for word in table("comments")["item"]["pingback_words"])


def _matches(element: HtmlElement, css: str, marks: frozenset[str]) -> list[HtmlElement]:
    return select(element, css) if may_match(css, marks) else []


def _all_of(element: HtmlElement, part: str, marks: frozenset[str]) -> list[HtmlElement]:
    """What the selectors of a list match, one by one: of forty few can, and all in one cost as much as they are long."""
    return [match for css in _selectors(part) for match in _matches(element, css, marks)]


@cache
def _selectors(part: str) -> tuple[str, ...]:
    """A list of the table, its selectors of mere tags as one."""
    rows = table("comments")["item"][part]
    tags = [css for css in rows if css.isalpha()]
    return (*(css for css in rows if css not in tags), *([", ".join(tags)] if tags else []))


def _text_element(element: HtmlElement, marks: frozenset[str]) -> HtmlElement | None:
    rows = table("comments")["item"]
    named = (match for css in rows["text"] for match in _matches(element, css, marks))
    for match in chain(named, _like(element, rows["text_like"])):
        if (
            match is not element
            and not any(_matches(match, css, marks) for css in NAME_OR_DATE)
            and next(_like(match, rows["author_like"]), None) is None
        ):
            return match
    return None


LONGEST_CLASS = 400
"""Of a class attribute that is looked at: no theme prints more, and an expression may begin at each of its hyphens."""


@cache
def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.I)


def _like(element: HtmlElement, expression: str) -> Iterator[HtmlElement]:
    search = _pattern(expression).search
    nodes = (node for node in element.iter() if node is not element and isinstance(node.tag, str))
    return (node for node in nodes if search((node.get("class") or "")[:LONGEST_CLASS]))


def _bare_text(element: HtmlElement, marks: frozenset[str]) -> HtmlElement | None:
    """The text of a comment that has no element for it: the paragraphs from the first on, else what is left of the frame."""
    frames = (match for css in table("comments")["item"]["frame"] for match in _matches(element, css, marks) if match is not element)
    frame = next(frames, element)
    paragraphs = [p for p in frame.iter("p", "blockquote", "ul", "ol", "pre") if text_of(p)]
    for part in _all_of(frame, "beside", marks):
        if part is not frame and part.getparent() is not None:
            detach(part)
    standing = [p for p in paragraphs if frame in p.iterancestors() and text_of(p)] if text_of(frame) else paragraphs
    if not standing:
        return frame
    text = lxml.html.Element("div")
    siblings = [standing[0], *standing[0].itersiblings()] if frame in standing[0].iterancestors() else standing
    for part in siblings:
        text.append(part)
    return text


def _clean(element: HtmlElement | None, marks: frozenset[str]) -> tuple[str | None, str | None]:
    if element is None:
        return None, None
    for part in _all_of(element, "drop", marks):
        if part is not element and part.getparent() is not None:
            detach(part)
    # What stood around an edit link or a badge.
    for part in reversed([*element.iter("div", "p", "span")]):
        if part is not element and not len(part) and not (part.text or "").strip():
            detach(part)
    return inner_html(element).strip() or None, text_of(element) or None


@cache
def _says() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, table("comments")["words"]["says"]), key=len, reverse=True))
    return re.compile(rf"(?:\s+(?:{words}))?\s*[:：]\s*$|\s+(?:{words})\s*$", re.I)


def _author(element: HtmlElement, marks: frozenset[str]) -> CommentAuthor:
    rows = table("comments")["item"]
    named = (match for css in rows["author"] for match in _matches(element, css, marks))
    for match in chain(named, _like(element, rows["author_like"]), _named_by_reply(element), element.iter(*rows["heads"])):
        for part in _all_of(match, "badge", marks):
            if part is not match and part.getparent() is not None and part.tag != "img":
                detach(part)
        name = _says().sub("", text_of(match)).strip()
        if name and len(name) <= 100:
            return CommentAuthor(name=name, url=_author_url(match, element))
    return CommentAuthor()


def _named_by_reply(element: HtmlElement) -> Iterator[HtmlElement]:
    """What the reply link calls the author ("Reply to Ada", whatever the language), where the page prints it too."""
    links = (link for link in element.iter("a") if "comment-reply" in (link.get("class") or ""))
    label = next((link.get("data-replyto") or link.get("aria-label") or "" for link in links), "").strip()
    if not label:
        return iter(())
    texts = ((node, text_of(node)) for node in element.iter("a", "b", "cite", "div", "em", "h3", "h4", "h5", "h6", "p", "span", "strong"))
    return (node for node, text in texts if 1 < len(text) < len(label) and (label.endswith(f" {text}") or label.startswith(f"{text} ")))


def _author_url(match: HtmlElement, item: HtmlElement) -> str | None:
    around: list[HtmlElement] = []
    for ancestor in match.iterancestors():
        if ancestor is item:
            break
        around.append(ancestor)
    for link in [*match.iter("a"), *(a for a in around if a.tag == "a")]:
        href = (link.get("href") or "").strip()
        if href.startswith(("http://", "https://")) and "#comment" not in href and "replytocom=" not in href and not href.endswith("://"):
            return href
    return None


# --- dates ---


def _zoned(when: datetime, zone: str | None) -> datetime:
    if not zone or when.tzinfo is not None:
        return when
    match = re.fullmatch(r"([+-])(\d{2}):?(\d{2})", zone)
    if match:
        shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return when.replace(tzinfo=timezone(-shift if match[1] == "-" else shift))
    try:
        return when.replace(tzinfo=UTC if zone in ("Z", "UTC") else ZoneInfo(zone))
    except (ValueError, OSError, KeyError):
        return when


def stamps(moment: Moment | None, zone: str | None) -> tuple[str | None, str | None]:
    """A moment's local form and UTC; ``zone`` (an offset or a name) is asked where the moment tells none."""
    if moment is None:
        return None, None
    if moment.when is not None:
        moment = replace(moment, when=_zoned(moment.when, zone))
    return moment.local, moment.utc


def _date(element: HtmlElement, marks: frozenset[str], language: str | None, zone: str | None) -> tuple[str | None, str | None]:
    for time in element.iter("time", "meta"):
        moment = parse_machine_date(time.get("datetime") or (time.get("content") if time.get("itemprop") == "datePublished" else None))
        if moment is not None:
            return stamps(moment, zone)
    for css in table("comments")["item"]["date"]:
        for match in _matches(element, css, marks):
            for text in (match.get("title"), text_of(match)):
                moment = parse_date(text, language)
                if moment is not None:
                    return stamps(moment, zone)
    # A date beside the name, in no element of its own.
    near = (node.tail if node.tag in PHRASING else node.text for node in element.iter() if isinstance(node.tag, str) and node.tag != "p")
    moments = (parse_date(text.strip(" ,|·-–—/()\n\t"), language) for text in near if text and YEAR.search(text))
    return stamps(next((m for m in moments if m is not None), None), zone)
