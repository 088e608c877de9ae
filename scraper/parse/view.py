"""One page as the readers of metadata see it: indexed, its graph resolved, its main part told from all that surrounds it."""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urljoin

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import Document, text_of
from presslift.scraper.parse.graph import Graph
from presslift.scraper.parse.people import fold_name, title_slug
from presslift.scraper.parse.prose import letters_said
from presslift.urls import NOWHERE, join_url, split_url

if TYPE_CHECKING:
    from presslift.scraper.site import SiteProfile

NUMBER = re.compile(r"\d{1,18}")
"""An id: longer ones are none, and there are digits that are no decimals."""
POST_CLASS = re.compile(r"post-(\d+)")
LONGEST_SCRIPT = 20_000
LONGEST_TITLE = 300
MOST_HEADINGS = 8
SHORTEST_TITLE = 10
"""So many letters of a heading hardly repeat the head's title, or the address, by chance."""
PARTED = re.compile(r"\s+[^\w\s]+\s+|\s*[|｜]\s*")
LEAST_PROSE = 60
TEXT_HOLDERS = frozenset({"p", "div", "section", "article", "td"})
CARD_CLASSES = frozenset({"hentry", "type-post", "type-page", "wp-block-post", "elementor-post", "post-item", "post-card", "e-loop-item"})


class PageView:
    """A document with what several readers need of it. ``main`` is the element of the article, ``body`` when none is told;
    ``heading`` is the title's element once the title was read. ``texts`` and ``near`` keep what several cues ask of an element.
    """

    def __init__(self, doc: Document, profile: SiteProfile | None = None):
        self.doc, self.url, self.profile = doc, doc.url if doc.url and split_url(doc.url) is not NOWHERE else "", profile
        self.index = doc.index
        self.index.forget_detached()
        self.heading: HtmlElement | None = None
        self._elsewhere: dict[HtmlElement, bool] = {}
        self._absolute: dict[str, str] = {}
        self.texts: dict[HtmlElement, str] = {}
        self.near: dict[HtmlElement, list[tuple[str, HtmlElement]]] = {}

    @cached_property
    def canonical(self) -> str | None:
        """The address that the page declares as its own, absolute."""
        for link in self.index.find("link[rel=canonical]"):
            if (href := (link.get("href") or "").strip()) and (address := self.absolute(href)):
                return address
        return None

    @cached_property
    def scripts(self) -> list[str]:
        """The texts of short inline scripts: what analytics are told of the post."""
        texts = (e.text for e in self.index.tagged("script") if e.text and "ld+json" not in (e.get("type") or ""))
        return [t for t in texts if len(t) < LONGEST_SCRIPT]

    @cached_property
    def graph(self) -> Graph:
        """The page's JSON-LD."""
        return Graph(self.doc.json_ld, [self.url, self.canonical or "", *self.doc.meta.get("og:url", [])[:1]])

    @cached_property
    def wp_id(self) -> tuple[int, str] | None:
        """The post's id and the cue that told it."""
        for name in self.doc.body_classes:
            if match := re.fullmatch(r"(?:postid|page-id|attachmentid)-(\d{1,18})", name):
                return int(match[1]), "body class"
        for link in self.index.find("link[rel=shortlink]"):
            query = parse_qs(split_url(link.get("href") or "").query)
            for key in ("p", "page_id", "attachment_id"):
                if NUMBER.fullmatch(query.get(key, [""])[0]):
                    return int(query[key][0]), "shortlink"
        for link in self.index.find("link[type='application/json'][href*='/wp/v2/']"):
            if match := re.search(r"/wp/v2/(?!users/|categories/|tags/|taxonomies/|types/)[\w-]+/(\d{1,18})$", link.get("href") or ""):
                return int(match[1]), "rest link"
        if self.doc.commented_id is not None:
            return self.doc.commented_id, "comment form"
        return self._article_id()

    def _article_id(self) -> tuple[int, str] | None:
        articles = [e for e in self.index.tagged("article") if re.fullmatch(r"post-\d{1,18}", e.get("id") or "")]
        outer = [e for e in articles if not any(a.tag == "article" for a in e.iterancestors())]
        if len(outer) == 1:
            return int((outer[0].get("id") or "")[5:]), "article id"
        return None

    @cached_property
    def _around_own_heading(self) -> frozenset[HtmlElement]:
        """What holds the ``h1`` that repeats the head's title, or the address where it has none: no other post's, and no furniture."""
        heads = {fold_name(t) for e in self.index.find("head > title")[:1] for t in _starts_and_ends(text_of(e)[:LONGEST_TITLE])}
        slug = unquote(split_url(self.url).path).rstrip("/").rsplit("/", 1)[-1].lower()
        for heading in self.index.tagged("h1")[:MOST_HEADINGS]:
            text = text_of(heading)[:LONGEST_TITLE]
            told = fold_name(text)
            if len(told) < SHORTEST_TITLE:
                continue
            if told in heads if heads else title_slug(text) == slug:
                return frozenset(heading.iterancestors())
        return frozenset()

    @cached_property
    def main(self) -> HtmlElement:
        """The element of the article: the post's own, else the only or the largest ``article``, else ``main``, else ``body``."""
        if self.wp_id is not None:
            name = f"post-{self.wp_id[0]}"
            for element in [*self.index.named.get(f"#{name}", [])[:1], *self.index.named.get(name, [])]:
                if element.tag in ("article", "main", "div", "section") and not self._fenced(element):
                    return element
        for found in (self._main_article(), self._enclosed()):
            if found is not None:
                return found
        for element in [*self.index.tagged("main"), *self.index.find("[role=main]")]:
            return element
        body: HtmlElement | None = self.doc.root.find("body")
        return body if body is not None else self.doc.root

    def _enclosed(self) -> HtmlElement | None:
        """The post's own element within what looks like a menu: one that was never closed and so holds the whole page."""
        name = f"post-{self.wp_id[0]}" if self.wp_id is not None else ""
        own = [e for e in self.index.named.get(name, []) if e.tag == "article" and next(e.iter("h1"), None) is not None]
        return own[0] if len(own) == 1 else None

    def _main_article(self) -> HtmlElement | None:
        articles = [
            e for e in self.index.tagged("article") if not any(a.tag == "article" for a in e.iterancestors()) and not self._fenced(e)
        ]
        titled = [e for e in articles if next(e.iter("h1"), None) is not None]
        if len(titled) == 1 or len(articles) == 1:
            return (titled or articles)[0]
        if not articles:
            posts = [e for e in self.index.find("div.hentry, div.type-post, div.post, section.post") if not self._fenced(e)]
            return posts[0] if len(posts) == 1 else None
        if len(articles) > 60:
            return None
        sizes = sorted(((sum(len(t) for t in e.itertext()), -n) for n, e in enumerate(articles)), reverse=True)
        if len(sizes) > 1 and sizes[0][0] < 3 * sizes[1][0]:
            return None
        return articles[-sizes[0][1]]

    @property
    def text_start(self) -> HtmlElement | None:
        """The first paragraph of running text below the title; None before the title was read, or where there is none."""
        return self._text_start if self.heading is not None else None

    @cached_property
    def _text_start(self) -> HtmlElement | None:
        below = self.index.after(self.heading, TEXT_HOLDERS) if self.heading is not None else iter(())
        return next((e for e in below if _is_prose(e) and not self.elsewhere(e)), None)

    @staticmethod
    def holds_prose(element: HtmlElement) -> bool:
        """Whether an element is or holds a paragraph of running text."""
        return any(_is_prose(e) for e in element.iter(*TEXT_HOLDERS))

    def absolute(self, href: str) -> str:
        """An address made absolute against the page's ``base`` and own address; nothing when it is none."""
        if href not in self._absolute:
            self._absolute[href] = self._joined(href)
        return self._absolute[href]

    def _joined(self, href: str) -> str:
        if self._base is None:
            return ""
        found = join_url(self._base, href.strip())
        return found if split_url(found) is not NOWHERE else ""

    @cached_property
    def _base(self) -> str | None:
        try:
            return next((urljoin(self.url, b.get("href") or "") for b in self.index.tagged("base") if b.get("href")), self.url)
        except ValueError:
            return None

    def in_main(self, element: HtmlElement) -> bool:
        """Whether an element is part of the article's element."""
        return element is self.main or any(a is self.main for a in element.iterancestors())

    def elsewhere(self, element: HtmlElement) -> bool:
        """Whether an element belongs to a menu, widget, related card, other post or the site's footer: it tells of something else."""
        path: list[HtmlElement] = []
        verdict = False
        node: HtmlElement | None = element
        while node is not None:
            known = self._elsewhere.get(node)
            if known is not None:
                verdict = known
                break
            path.append(node)
            node = node.getparent()
        for step in reversed(path):
            verdict = verdict or self._starts_elsewhere(step)
            self._elsewhere[step] = verdict
        return verdict

    @cached_property
    def _around(self) -> frozenset[HtmlElement]:
        # What holds the article or its heading is no furniture, whatever its class says ("right-sidebar" is a layout).
        headings = [h for h in self.index.tagged("h1") if h.text is None or len(h.text) < 300][:3]
        inside = [
            a
            for h in headings
            if not any(a.tag in ("nav", "aside", "footer") for a in h.iterancestors()) and not self._in_card(h)
            for a in h.iterancestors()
        ]
        return frozenset([self.main, *self.main.iterancestors(), *inside, *self._around_own_heading])

    def _in_card(self, element: HtmlElement) -> bool:
        return any(a is not self.main and self._is_card(a) for a in element.iterancestors())

    def _starts_elsewhere(self, element: HtmlElement) -> bool:
        return element not in self._around and (self._fenced_here(element) or self._is_card(element))

    def _is_card(self, element: HtmlElement) -> bool:
        names = (element.get("class") or "").split()
        if not names and element.tag != "article":
            return False
        if element.tag == "article" and len(self.index.tagged("article")) == 1:
            return False
        if element.tag == "article" or CARD_CLASSES.intersection(names):
            if self.wp_id is not None and f"post-{self.wp_id[0]}" in names:
                return False
            # Salient prints the title in a row of its own, "hentry" as well, above the post's element.
            return element.tag == "article" or any(map(POST_CLASS.fullmatch, names)) or not self._holds_the_title(element)
        numbers = [m[1] for n in names if (m := POST_CLASS.fullmatch(n))]
        return bool(numbers) and self.wp_id is not None and str(self.wp_id[0]) not in numbers

    def _holds_the_title(self, element: HtmlElement) -> bool:
        headings = self.index.tagged("h1")
        return len(headings) == 1 and element in headings[0].iterancestors()

    def _fenced(self, element: HtmlElement) -> bool:
        return any(
            self._fenced_here(e)
            for e in [element, *element.iterancestors()]
            if e.tag not in ("body", "html", "main")
            and e.get("id") not in ("page", "content", "main")
            and e not in self._around_own_heading
        )

    @staticmethod
    def _fenced_here(element: HtmlElement) -> bool:
        names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        if element.tag in _fence_tags():
            return element.tag != "aside" or not _own_aside().search(names) or _fenced_names(names)
        if element.tag == "footer" and not _entry_footer().search(names) and not any(a.tag == "article" for a in element.iterancestors()):
            return True
        return len(names) > 1 and _fenced_names(names)


def _starts_and_ends(title: str) -> list[str]:
    """The longer part of a title, where it is parted by a sign as the site's name is from a post's, and all of it."""
    cuts = [m.span() for m in PARTED.finditer(title)]
    parts = [title, *(title[:start] for start, _ in cuts), *(title[end:] for _, end in cuts)]
    return [part for part in parts if 2 * len(part) > len(title)]


def _is_prose(element: HtmlElement) -> bool:
    return letters_said(text_of(element) if element.tag == "p" else element.text or "") >= LEAST_PROSE


@lru_cache(maxsize=16384)
def _fenced_names(names: str) -> bool:
    return any(_fence_words().search(n) for n in names.split() if not _no_fence().search(n))


@cache
def _fence_tags() -> frozenset[str]:
    return frozenset(table("cues")["elsewhere"]["tags"])


@cache
def _own_aside() -> re.Pattern[str]:
    return re.compile(rf"(?:^|\s)(?:{'|'.join(table('cues')['elsewhere']['asides'])})(?:[-_\s]|$)")


@cache
def _fence_words() -> re.Pattern[str]:
    return re.compile(rf"(?:^|[-_])(?:{'|'.join(table('cues')['elsewhere']['words'])})(?:[-_]|$)")


@cache
def _no_fence() -> re.Pattern[str]:
    return re.compile(rf"^(?:{'|'.join(table('cues')['elsewhere']['never'])})")


@cache
def _entry_footer() -> re.Pattern[str]:
    return re.compile("entry|post|article|meta")
