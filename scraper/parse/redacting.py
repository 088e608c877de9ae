"""One article, or one person's comments, taken out of an answer as served: a page, a feed, REST's JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from presslift.errors import ParseError
from presslift.scraper.fetch.addresses import article_key
from presslift.scraper.parse import comments as discussion
from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.encoding import decode
from presslift.scraper.parse.items import plain

PART = re.compile(r"(?:comment-page-\d+|page/\d+|\d+|feed|amp|embed|trackback)/?(?:feed/?)?$")
"""What stands after an article's address in those of its further pages."""
LONG_NAME = 8
"""Letters of a name of several words that is no word of the language: it is blacked out wherever else it stands on the page."""


class Redactor:
    """Takes out what is to be forgotten.

    ``keys`` are ``article_key``s of addresses, ``ids`` WordPress's (type, id) of the same articles, ``comments`` ids of comments;
    ``is_person`` tells by name and address whether a comment's author is to be forgotten; ``all_comments`` takes REST's and the
    feeds' comments, whoever wrote them.
    """

    def __init__(
        self,
        start: str,
        *,
        keys: Iterable[str] = (),
        ids: Iterable[tuple[str, int]] = (),
        comments: Iterable[int] = (),
        is_person: Callable[[str | None, str | None], bool] = lambda name, url: False,
        people: bool = False,
        all_comments: bool = False,
    ):
        self._start, self._keys, self._ids, self._comments = start, set(keys), set(ids), set(comments)
        self._posts = {wp_id for _, wp_id in self._ids}
        self._is_person, self._people, self._all = is_person, people or bool(self._comments), all_comments

    def owns(self, url: str) -> bool:
        """Whether an address is that of an article to be forgotten, or of a further page of it."""
        key = article_key(url, self._start)
        if key in self._keys or key.rstrip("/") + "/" in self._keys:
            return True
        return any(
            key.startswith(own.rstrip("/") + "/") and PART.match(key[len(own.rstrip("/")) + 1 :]) for own in self._keys if own != "/"
        )

    def redact(self, url: str, content_type: str, body: bytes, *, kept: bool) -> bytes | None:
        """An answer without what is to be forgotten: ``None`` when it holds none of it, ``b""`` when nothing is left of it.

        ``kept`` is a page that an article other than the forgotten ones is read from: its own words stay, whatever it links to.
        """
        if self.owns(url):
            return b""
        start = body[:300].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if start[:1] in (b"{", b"["):
            return self._json(url, body)
        text = decode(body, content_type, [])[0]
        if re.search(rb"<(?:rss|feed|rdf:rdf)\b", start):
            return self._feed(url, text)
        if re.search(rb"<(?:urlset|sitemapindex)\b", start):
            return None
        if not kept and any(self._mentions(text, key) for key in self._keys):
            return b""
        return self._page(url, content_type, body, text) if self._people else None

    def _mentions(self, text: str, key: str) -> bool:
        # The front page stands in every page.
        path = key.rstrip("/")
        return len(path) > 1 and (path in text or quote(path, safe="/?=&%") in text)

    # ---- REST

    def _json(self, url: str, body: bytes) -> bytes | None:
        try:
            data = json.loads(body.decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError):
            return None
        if not isinstance(data, list):
            return b"" if isinstance(data, dict) and self._takes(data) else None
        left = [item for item in data if not (isinstance(item, dict) and self._takes(item))]
        return json.dumps(left, ensure_ascii=False).encode() if len(left) < len(data) else None

    def _takes(self, item: dict[str, Any]) -> bool:
        if "author_name" in item or ("post" in item and "content" in item):
            if self._all or item.get("id") in self._comments or item.get("post") in self._posts:
                return True
            return self._people and self._is_person(plain(item.get("author_name")), item.get("author_url") or None)
        link = item.get("link")
        return (isinstance(link, str) and self.owns(link)) or (item.get("type"), item.get("id")) in self._ids

    # ---- feeds

    def _feed(self, url: str, text: str) -> bytes | None:
        of_comments = "comments" in url

        def keep(match: re.Match[str]) -> str:
            item = match[0]
            links = re.findall(r"https?://[^\s<>\"']+", item)
            if any(self.owns(link.replace("&amp;", "&").replace("&#038;", "&")) for link in links[:6]):
                return ""
            if not of_comments:
                return item
            name = re.search(r"<(?:dc:creator|name)[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</", item, re.S)
            number = re.search(r"#comment-(\d+)", item)
            gone = self._all or (number and int(number[1]) in self._comments) or (self._people and self._is_person(name and name[1], None))
            return "" if gone else item

        left = re.sub(r"<(item|entry)\b.*?</\1>", keep, text, flags=re.S)
        return left.encode() if left != text else None

    # ---- pages

    def _page(self, url: str, content_type: str, body: bytes, text: str) -> bytes | None:
        try:
            found = discussion.read_comments(read_document(body, url, content_type=content_type)).comments
        except ParseError:
            return None
        gone = {c.id: c.author.name for c in found if c.id in self._comments or self._is_person(c.author.name, c.author.url)}
        if not gone:
            return None
        tree = document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text) or "<html></html>")
        for element in [e for e in tree.iter() if _number(e) in gone]:
            _empty(element, set(gone))
        left: str = etree.tostring(tree.getroottree(), method="html", encoding="unicode")
        for name in filter(None, set(gone.values())):
            if " " in name.strip() and len(name) >= LONG_NAME:
                left = left.replace(name, "█")
        return left.encode("utf-8", "xmlcharrefreplace")


def _number(element: HtmlElement) -> int | None:
    name = element.get("id") if isinstance(element.tag, str) else None
    match = re.search(r"comm[\w-]*[-_](\d{1,18})$", (name or "")[:200], re.I)
    return int(match[1]) if match else None


def _empty(element: HtmlElement, gone: set[int]) -> None:
    """Take everything out of a comment's element but the replies of others."""
    others: list[HtmlElement] = []
    for inner in element.iterdescendants():
        number = _number(inner)
        if number is not None and number not in gone and not any(inner in set(o.iterdescendants()) for o in others):
            others.append(inner)
    tail = element.tail
    # Its id goes as well: an element that has one is a comment, if an empty one.
    element.clear()
    element.tail = tail
    for one in others:
        one.tail = None
        element.append(one)
