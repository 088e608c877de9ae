"""Is this answer what was asked for? A page that says 200 may still be a wall, an error or nothing at all."""

from __future__ import annotations

import re
from functools import cache, cached_property
from html import unescape
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from lxml.html import HtmlElement
from msgspec import Struct

from presslift.errors import ParseError
from presslift.scraper.fetch.response import Answered
from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import Document, read_document, read_fragment, select, text_of

HEAD, TAIL = 80_000, 1_500
SMALL = 40_000
ARTICLE_CLASSES = ("postid-", "page-id-", "single-post", "single-format-")
SEPARATORS = re.compile(r"\s*(?:[|–—•·»«:<>~]|\s-\s|\s-$)")
PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<!--")
NOT_HTML = (
    (b"%PDF-", "a PDF"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"RIFF", "media"),
    (b"PK\x03\x04", "a ZIP file"), (b"\x1f\x8b", "a gzip file"), (b"ID3", "a sound"), (b"OggS", "media"), (b"Rar!", "an archive"),
    (b"\x00\x00\x00", "media"), (b"wOF", "a font"), (b"\x7fELF", "a program"), (b"MZ\x90", "a program"),
)  # fmt: skip


class Verdict(Struct, frozen=True, kw_only=True):
    """What an answer is.

    ``reason`` is one of ``records.FAILURE_REASONS``, or ``protected``: such a post is to be excluded, it did not fail.
    ``detail`` says it to people, ``remedy`` what the operator can do, ``rule`` names the row of ``walls.toml`` that decided.
    """

    ok: bool
    reason: str | None = None
    detail: str = ""
    remedy: str = ""
    rule: str | None = None

    @property
    def protected(self) -> bool:
        """Whether it is a post that asks for a password."""
        return self.reason == "protected"


FINE = Verdict(ok=True)


class Wall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``walls.toml``; the head of that file says what each condition means."""

    name: str
    reason: str
    remedy: str
    status: frozenset[int] = frozenset()
    header: dict[str, str] = {}
    path: tuple[str, ...] = ()
    title_is: frozenset[str] = frozenset()
    title_has: tuple[str, ...] = ()
    title_starts: frozenset[str] = frozenset()
    body_class: frozenset[str] = frozenset()
    markup: tuple[str, ...] = ()
    and_markup: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    tail_without: tuple[str, ...] = ()
    max_words: int = 150
    article: bool = False

    def fits(self, page: _Page) -> bool:
        """Whether every condition holds; the cheap ones are looked at first."""
        return (
            (not self.status or page.answer.status in self.status)
            and (self.article or not page.is_article)
            and all(name in page.answer.headers and part in page.answer.headers[name].lower() for name, part in self.header.items())
            and (not self.path or page.path.endswith(self.path))
            and (not self.title_is or page.title in self.title_is)
            and (
                not self.title_starts
                or page.title in self.title_starts
                or page.title_start in self.title_starts
                or page.title_begins(self.title_starts)
            )
            and (not self.title_has or any(part in page.title for part in self.title_has))
            and (not self.body_class or not self.body_class.isdisjoint(page.body_classes))
            and (not self.markup or any(part in page.markup for part in self.markup))
            and (not self.and_markup or any(part in page.markup for part in self.and_markup))
            and (not self.tail or any(part in page.tail for part in self.tail))
            and not any(part in page.tail for part in self.tail_without)
            and (not self.text or any(part in page.words for part in self.text))
            and (not self.max_words or page.word_count <= self.max_words)
        )


class _Page:
    """What the rows look at, each made when first asked for."""

    def __init__(self, answer: Answered):
        self.answer = answer
        self.path = urlsplit(answer.final_url).path
        text = answer.text
        self.size = len(text)
        self.tail = text[-TAIL:].lower()
        # Walls are small; of a long page the beginning and the end say all that counts.
        self.markup = text.lower() if len(text) <= HEAD else text[:HEAD].lower() + text[-8 * TAIL :].lower()

    @cached_property
    def title(self) -> str:
        start = self.markup.find("<title")
        start = self.markup.find(">", start) + 1 if start >= 0 else 0
        return (
            " ".join(unescape(self.markup[start : min(max(self.markup.find("</title", start), start), start + 500)]).split())
            if start
            else ""
        )

    @cached_property
    def title_start(self) -> str:
        return SEPARATORS.split(self.title, maxsplit=1)[0].strip()

    def title_begins(self, beginnings: frozenset[str]) -> bool:
        return any(self.title.startswith(one) for one in beginnings if one.endswith("/"))

    @cached_property
    def body_classes(self) -> frozenset[str]:
        start = self.markup.find("<body")
        tag = self.markup[start : self.markup.find(">", start) + 1] if start >= 0 else ""
        match = re.search(r"""\bclass\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", tag[:5000])
        return frozenset(" ".join(filter(None, match.groups())).split()) if match else frozenset()

    @cached_property
    def is_article(self) -> bool:
        return any(name.startswith(ARTICLE_CLASSES) for name in self.body_classes) or 'property="article:published_time"' in self.markup

    @cached_property
    def document(self) -> Document | None:
        try:
            return read_document(self.answer.text, self.answer.final_url)
        except ParseError:
            return None

    @cached_property
    def words(self) -> str:
        """The visible text in lower case; of a long page its markup, which holds every phrase that has no entity in it."""
        if self.size > SMALL or self.document is None:
            return self.markup
        return text_of(self.document.root).lower()

    @cached_property
    def word_count(self) -> int:
        return _count(text_of(_body(self.document))) if self.document is not None else 0


@cache
def walls() -> tuple[Wall, ...]:
    """The rows of ``walls.toml``, their strings in lower case. Raises ``msgspec.ValidationError`` when a row is malformed."""
    return tuple(msgspec.convert(_lower(row), Wall) for row in table("walls")["wall"])


def judge(response: Answered, kind: str = "page", *, home: str | None = None) -> Verdict:
    """Judge an answer, live or archived, for what it was asked for as: page, rest, feed, sitemap, comments, robots or media.

    ``home`` is the site's home page, to which a site may send whatever it no longer has. Never raises.
    """
    if kind in ("robots", "media") or 300 <= response.status < 400:
        return FINE if response.status < 300 or response.status == 304 else _status(response)
    if kind in ("rest", "feed", "sitemap"):
        return _judge_data(response, kind)
    if kind == "page" and response.status < 400 and (found := _not_html(response)):
        return found
    page = _Page(response)
    found = _wall(page)
    if response.status >= 400:
        return found if found and found.reason != "soft_404" else _status(response)
    return found or _sent_home(response, home) or _protected(page) or FINE


def _judge_data(response: Answered, kind: str) -> Verdict:
    start = response.body[:300].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    is_page = start.startswith((b"<!doctype html", b"<html", b"<head", b"<!--[if")) or (
        kind == "rest" and start.startswith(b"<") and b"<body" in response.body
    )
    if is_page or response.status >= 400:
        found = _wall(_Page(response))
        if found and (response.status < 400 or found.reason != "soft_404"):
            return found
    if response.status >= 400:
        return _status(response)
    if is_page:
        return Verdict(ok=False, reason="bad_answer", detail=f"an HTML page instead of a {kind} answer")
    return FINE


def _status(response: Answered) -> Verdict:
    return Verdict(ok=False, reason="http_status", detail=f"HTTP {response.status}")


def _wall(page: _Page) -> Verdict | None:
    for wall in walls():
        if wall.fits(page):
            return Verdict(ok=False, reason=wall.reason, detail=wall.name, remedy=table("walls")["remedies"][wall.remedy], rule=wall.name)
    return None


def _not_html(response: Answered) -> Verdict | None:
    start = response.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return Verdict(ok=False, reason="not_html", detail="an empty answer")
    what = next((name for magic, name in NOT_HTML if start.startswith(magic)), None)
    lower = start.lower()
    if what is None and b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")) and not lower.startswith(PAGE_STARTS):
        what = "binary data"
    if (
        what is None
        and start[:1] in b"{["
        and b"<" not in lower[:20]
        and ("json" in response.content_type or lower.startswith((b'{"', b'[{"')))
    ):
        what = "JSON"
    if what is None and re.match(
        rb"(?:<\?xml[^>]*>\s*)?(?:<\?[^>]*>\s*|<!--.*?-->\s*)*<(?:rss|feed|urlset|sitemapindex|rdf:rdf|opml|svg)\b", lower, re.S
    ):
        what = "a feed, a sitemap or other XML"
    if what is None and response.content_type.split("/")[0] in ("image", "audio", "video", "font") and b"<" not in lower:
        what = response.content_type
    return Verdict(ok=False, reason="not_html", detail=f"{what} instead of a page") if what else None


def _sent_home(response: Answered, home: str | None) -> Verdict | None:
    """Plugins send what is gone to the home page."""
    asked, final = urlsplit(response.url), urlsplit(response.final_url)
    home_path = urlsplit(home).path.rstrip("/") if home else ""
    if final.path.rstrip("/") != home_path or final.query or asked.path.rstrip("/") == home_path:
        return None
    if unquote(asked.path.rstrip("/").rpartition("/")[2]).lower() in table("walls")["home"]["names"]:
        return None
    remedy = table("walls")["remedies"]["gone"]
    return Verdict(ok=False, reason="soft_404", detail="the site sends it to its home page", remedy=remedy, rule="sent home")


def _protected(page: _Page) -> Verdict | None:
    """The post itself asks for a password; one that merely stands in a list or beside does not count."""
    if "post_password" not in page.markup and not (page.size > HEAD and "post_password" in page.answer.text):
        return None
    rules = table("walls")["protected"]
    forms = select(page.document.root, rules["form"]) if page.document is not None else []
    if not forms or not _locks(page, forms[0], rules):
        return None
    return Verdict(ok=False, reason="protected", detail=rules["detail"], rule="protected")


def asks_password(html: str) -> bool:
    """Whether a post's content, as a feed gives it, is the form that asks for its password."""
    return "postpass" in html and bool(select(read_fragment(html), table("walls")["protected"]["form"]))


def _locks(page: _Page, form: HtmlElement, rules: dict[str, Any]) -> bool:
    assert page.document is not None
    ids = {name.rpartition("-")[2] for name in page.body_classes if name.startswith(("postid-", "page-id-"))}
    own = [
        e for e in select(page.document.root, rules["own"]) if not ids or any(f"post-{i}" in (e.get("class") or "").split() for i in ids)
    ]
    if (ids and own) or not ids.isdisjoint(_numbers(form)):
        return True
    if not ids and _says_locked(page, tuple(rules["titles"])):
        return True
    around = set(select(page.document.root, rules["content"])) if page.is_article else set()
    container = next((a for a in form.iterancestors() if a in around), _body(page.document))
    others = _count(text_of(container)) - _count(text_of(form))
    return others <= int(rules["max_words"])


def _says_locked(page: _Page, beginnings: tuple[str, ...]) -> bool:
    """Whether the title, or a heading that leads nowhere, begins as WordPress has those of protected posts begin."""
    assert page.document is not None
    headings = (h for h in page.document.root.iter("h1", "h2") if h.tag == "h1" or next(h.iter("a"), None) is None)
    return page.title.startswith(beginnings) or any(text_of(h).lower().startswith(beginnings) for h in headings)


def _numbers(form: HtmlElement) -> set[str]:
    """The number of the post that a form asks the password of: WordPress writes it into its field's id."""
    return {(field.get("id") or "").rpartition("-")[2] for field in form.iter("input") if field.get("name") == "post_password"}


def _body(document: Document | None) -> HtmlElement:
    assert document is not None
    body = document.root.find("body")
    return body if body is not None else document.root


def _count(text: str) -> int:
    # Scripts without spaces between words count by their characters.
    return max(len(text.split()), len(text) // 15)


def _lower(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("name", "reason", "remedy")
    return {key: value if key in kept else _lowered(value) for key, value in row.items()}


def _lowered(value: Any) -> Any:
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, list):
        return [_lowered(one) for one in value]
    return {key: _lowered(one) for key, one in value.items()} if isinstance(value, dict) else value
