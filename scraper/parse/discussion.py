"""The discussion around the comments: its extent, its count, its further pages."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import Document, classes, detach, select, text_of
from presslift.urls import join_url, split_url

QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|‹[^›]*›|「[^」]*」|『[^』]*』|《[^》]*》|\"[^\"]*\"|‘[^’]{3,}’(?!\w)|&ldquo;.*?&rdquo;")
NUMBER = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f\u2009 ]\d{3})+(?!\d)|\d+")
COMMENT_PAGE = re.compile(r"^(?P<base>.*?)/?(?:comment-page-|[?&]cpage=)(?P<number>\d{1,4})/?(?P<rest>&.*)?$")


def found(doc: Document, selectors: list[str]) -> list[HtmlElement]:
    """What the selectors match, in their order."""
    return [element for _, elements in doc.find_each(selectors) for element in elements]


# --- count ---


def read_count(doc: Document) -> int | None:
    """The number of comments as the page prints it, or None when it doesn't. Read before the discussion is taken out."""
    rows = table("comments")["count"]
    title = next((text_of(h) for h in doc.root.iter("h1")), "")
    inside = [h for area in found(doc, table("comments")["area"]["whole"]) for h in area.iter("h2", "h3", "h4", "h5")]
    for heading in [*found(doc, rows["heading"]), *inside]:
        reply = heading.get("id") == "reply-title" or "comment-reply-title" in classes(heading)
        number = None if reply else _count_in(text_of(heading), title)
        if number is not None:
            return number
    for element in found(doc, rows["meta"]):
        match = NUMBER.search(element.get("content") or text_of(element))
        if match:
            return _number(match[0])
    declared = next((n for node in doc.json_ld if (n := _declared(node)) is not None), None)
    return declared if declared is not None else _linked_count(doc, rows["link"])


def _number(printed: str) -> int:
    return int(re.sub(r"\D", "", printed)[:9])


def _count_in(text: str, title: str) -> int | None:
    rows = table("comments")["count"]
    if not text or len(text) > 400:
        return None
    bare = QUOTED.sub(" ", text)
    if title and len(title) > 2:
        bare = bare.replace(title, " ")
    bare = re.sub(r"\s+", " ", bare).strip(" :–—-()").casefold()
    # An unquoted title may hold a number too, and follows the count.
    if not any(word in bare for word in rows["of"]) or len(bare) > 120:
        return None
    if any(bare.startswith(phrase) for phrase in rows["none"]):
        return 0
    match = NUMBER.search(bare)
    if match:
        return _number(match[0])
    words = bare.replace("’", "'").split()
    # "Eine Antwort schreiben" invites, "Eine Antwort zu …" counts.
    return 1 if len(words) > 1 and words[0] in rows["one"] and (len(words) == 2 or words[2] in rows["to"]) else None


def _declared(node: dict[str, Any]) -> int | None:
    value = node.get("commentCount")
    statistics = node.get("interactionStatistic")
    for item in statistics if isinstance(statistics, list) else [statistics]:
        kind = item.get("interactionType") if isinstance(item, dict) else None
        if isinstance(kind, dict):
            kind = kind.get("@type")
        if value is None and isinstance(item, dict) and "CommentAction" in str(kind):
            value = item.get("userInteractionCount")
    return int(value) if isinstance(value, (int, str)) and re.fullmatch(r"\d{1,9}", str(value)) else None


def _linked_count(doc: Document, selectors: list[str]) -> int | None:
    page = _plain(doc.url or _canonical(doc) or "")
    for element in found(doc, selectors):
        link = element if element.tag == "a" else next(iter(element.iter("a")), None)
        href = link.get("href") or "" if link is not None else ""
        own = href.startswith("#") or (page and _plain(join_url(doc.url or "", href)) == page)
        if not own:
            continue
        text = text_of(element)[:400].casefold()
        match = NUMBER.search(QUOTED.sub(" ", text))
        if match and (len(text) <= 12 or any(word in text for word in table("comments")["count"]["of"])):
            return _number(match[0])
        if any(text.startswith(phrase) for phrase in table("comments")["count"]["none"]):
            return 0
    return None


def _plain(url: str) -> str:
    parts = split_url(url)
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _canonical(doc: Document) -> str | None:
    return next((link.get("href") for link in doc.root.iter("link") if link.get("rel") == "canonical" and link.get("href")), None)


# --- further pages ---


def read_pages(doc: Document) -> list[str]:
    """The addresses of the other pages of this discussion, in order, the elided middle ones too.

    WordPress shows the newest page under the post's own address by default, and the oldest when so set: which of the two is
    told by where the links lead.
    """
    links: dict[int, str] = {}
    older = False
    for box in found(doc, table("comments")["pages"]["navigation"]):
        for link in box.iter("a"):
            match = COMMENT_PAGE.match(join_url(doc.url or "", link.get("href") or "").split("#")[0])
            if match and "replytocom" not in match[0] and not _in_comment(link, box):
                links.setdefault(int(match["number"]), match[0])
                older = older or _leads_back(link)
    if not links:
        return []
    own = COMMENT_PAGE.match((doc.url or "").split("#")[0])
    last = max(links)
    shown = last + 1 if older or 1 in links else 1
    current = int(own["number"]) if own else shown
    pattern = links[last]
    pages = {n: links.get(n) or _page_address(pattern, n) for n in range(1, min(last, 2000) + 1)}
    return [address for n, address in sorted(pages.items()) if n != current]


def _in_comment(link: HtmlElement, box: HtmlElement) -> bool:
    # A comment's own permalink names the page it stands on.
    href = link.get("href") or ""
    return re.search(r"#(?:li-|div-)?comment-\d", href) is not None or "comment-reply-link" in classes(link)


def _leads_back(link: HtmlElement) -> bool:
    parent = link.getparent()
    names = classes(link) | (classes(parent) if parent is not None else frozenset())
    return bool(names & {"nav-previous", "prev", "previous", "wp-block-comments-pagination-previous"})


def _page_address(pattern: str, number: int) -> str:
    return re.sub(r"(comment-page-|[?&]cpage=)\d+", lambda m: f"{m[1]}{number}", pattern)


# --- extent ---


def foreign_systems(doc: Document) -> list[str]:
    """Names of the comment systems of others that the page loads by script."""
    rows = table("comments")["foreign"]
    return [rows[place]["name"] for place, _ in doc.find_each([row["selector"] for row in rows])]


@cache
def _marks() -> str:
    return ", ".join(table("comments")["area"]["body"])


def holds_body(element: HtmlElement) -> bool:
    """Whether the article's body, its title or the page's frame stands in an element."""
    if element.tag in ("html", "body", "main"):
        return True
    if any("comment" not in (h.get("class") or "") and "comment" not in (h.get("id") or "") for h in element.iter("h1")):
        return True
    return any(mark is not element or mark.get("itemprop") for mark in select(element, _marks()))


def take_out(doc: Document, had_comments: bool) -> None:
    """Detach the whole discussion, form included; where the body stands in it, only its parts."""
    rows = table("comments")["area"]
    for element in [*found(doc, rows["whole"]), *found(doc, rows["parts"])]:
        if not doc.holds(element) or holds_body(element):
            continue
        if not had_comments and _outweighs_the_page(doc, element):
            continue
        detach(element)


def _outweighs_the_page(doc: Document, element: HtmlElement) -> bool:
    # Where no mark tells the body, a "comments" element with most of the page's prose is the page.
    inside = sum(len(p.text or "") for p in element.iter("p"))
    return inside > 800 and 2 * inside > sum(len(p.text or "") for p in doc.root.iter("p")) and not select(doc.root, _marks())
