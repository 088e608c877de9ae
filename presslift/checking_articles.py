"""What must hold within one record: its hash, its links, its notes; nothing raw, nothing hidden."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeAlias
from urllib.parse import unquote, urljoin

import lxml.html
from lxml import etree
from markdown_it import MarkdownIt

from presslift.hashing import content_hash
from presslift.records import Article
from presslift.transforms.shortcodes import ends_in, find_shortcodes

Element: TypeAlias = "lxml.html.HtmlElement"
Report: TypeAlias = Callable[[str, str | None, str], None]

NOTE_LINK = re.compile(r"#fn(?:ref)?-\d+(?:-\d+)?\Z")
VERBATIM = frozenset({"pre", "code", "kbd", "samp", "script", "style"})
PASSWORD_FORM = re.compile(r"post-password-form|action=postpass|name=[\"']?post_password")
# What WordPress prints before the titles of protected and private posts, by its own translations.
HIDDEN_TITLES = tuple(
    "Protected: |Private: |Protegido: |Privado: |Protégé : |Privé : |Geschützt: |Privat: |Protetto: |Privato: |Beschermd: |Privé: |Protegit: |"
    "Babestua: |Pribatua: |Protexido: |Защищено: |Личное: |Zabezpieczony: |Prywatny: |Korumalı: |Özel: |محمي: |خاص: |保護中: |非公開: |"
    "密码保护：|私密：".split("|")
)


class ArticleChecks:
    """Checks records one by one; ``report`` takes a kind, an address and a detail. ``statuses`` were asked for besides publish."""

    def __init__(self, report: Report, statuses: Collection[str] = ()):
        self._report, self._statuses = report, frozenset(statuses)
        # Without reference definitions, which a note's marker would be taken for.
        self._markdown = MarkdownIt("commonmark", {"maxNesting": 1000}).enable("table").disable("reference")

    def __call__(self, article: Article) -> None:
        """Report whatever does not hold in ``article``."""
        if article.content_hash != content_hash(article):
            self._report("content_hash", article.url, "the content is not what its hash was made of")
        body, content = parse(article.body_html), parse(article.content_html)
        self._check_hidden(article)
        self._check_links(article, body, content)
        self._check_notes(article, body, content)
        self._check_shortcodes(article, body)

    def _check_hidden(self, article: Article) -> None:
        if article.status != "publish":
            if article.status not in self._statuses:
                self._report("hidden", article.url, f"its status is {article.status}")
        elif (article.title or "").replace("\xa0", " ").startswith(HIDDEN_TITLES):
            self._report("hidden", article.url, f"its title is a protected or private post's: {article.title}")
        if PASSWORD_FORM.search(article.body_html or ""):
            self._report("hidden", article.url, "its body asks for a password")

    def _check_links(self, article: Article, body: Element | None, content: Element | None) -> None:
        recorded = Counter(plain(link.url, article.url) for link in article.links)
        self._compare(article, "body_html", Counter(hrefs(body, article.url)), recorded)
        if article.body_markdown is not None or article.body_html is None:
            found = Counter(self._markdown_links(article))
            # Markdown has no players: a link stands for what is embedded, as often as it is.
            stand_ins = players(article)
            extra = Counter({address: count for address, count in (found - recorded).items() if address in stand_ins})
            self._compare(article, "body_markdown", found - extra, recorded)
        if article.content_html is not None or article.body_html is None:
            in_notes = Counter(address for note in article.footnotes for address in hrefs(parse(note.html), article.url))
            self._compare(article, "content_html", Counter(hrefs(content, article.url)), recorded + in_notes)

    def _compare(self, article: Article, where: str, found: Counter[str], recorded: Counter[str]) -> None:
        if found != recorded:
            lacking, extra = recorded - found, found - recorded
            detail = f"{where} has {found.total()} links, the record {recorded.total()}"
            for word, links in (("lacking", lacking), ("not recorded", extra)):
                if links:
                    detail += f"; {word}: {', '.join(list(links)[:3])}" + (" …" if len(links) > 3 else "")
            self._report("links", article.url, detail)

    def _markdown_links(self, article: Article) -> Iterator[str]:
        for token in self._markdown.parse(article.body_markdown or ""):
            for part in token.children or ():
                if part.type == "link_open":
                    yield from only_content([str(part.attrs.get("href", ""))], article.url)
                elif part.type == "html_inline":
                    yield from only_content(html_links(part.content), article.url)
            if token.type == "html_block":
                yield from only_content(html_links(token.content), article.url)

    def _check_notes(self, article: Article, body: Element | None, content: Element | None) -> None:
        anchors = ids(body) | ids(content)
        for note in article.footnotes:
            for ref in note.refs:
                if ref.anchor and ref.place not in ("byline", "title") and ref.anchor not in anchors:
                    self._report("footnotes", article.url, f"note {note.index}: its mention {ref.anchor} is not in the body")
        if article.body_html and not article.content_html:
            self._report("footnotes", article.url, "there is a body and no content_html")
        ends = ids(content)
        for address in () if content is None else content.xpath(".//a/@href"):
            if NOTE_LINK.match(address) and address[1:] not in ends:
                self._report("footnotes", article.url, f"content_html: {address} leads nowhere")
        known = {f"#fn-{note.index}" for note in article.footnotes}
        for address in () if body is None else body.xpath(".//a/@href"):
            if NOTE_LINK.match(address) and not address.startswith("#fnref") and address not in known:
                self._report("footnotes", article.url, f"body_html: {address} is no note of the record")

    def _check_shortcodes(self, article: Article, body: Element | None) -> None:
        if body is None or "[" not in (article.body_html or ""):
            return
        texts = list(running_texts(body))
        ended = ends_in("\n".join(texts))
        for text in texts:
            for match in find_shortcodes(text, ended):
                self._report("shortcode", article.url, f"raw in the body: {match[0][:80]}")


def players(article: Article) -> set[str]:
    """The addresses of what an article embeds or plays, in plain form."""
    addresses = [embed.url for embed in article.embeds] + [use.url for use in article.media if use.kind in ("audio", "video")]
    return {plain(address, article.url) for address in addresses}


def parse(html: str | None) -> Element | None:
    """A piece of HTML as an element around it; None when there is nothing to parse."""
    if not html:
        return None
    try:
        # Otherwise the parser stops at 256 levels, which tables within tables reach.
        return lxml.html.fragment_fromstring(html, create_parent="div", parser=lxml.html.HTMLParser(huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def ids(element: Element | None) -> set[str]:
    """Every id within an element."""
    return set() if element is None else set(element.xpath(".//@id"))


def hrefs(element: Element | None, base: str) -> Iterator[str]:
    """The links within an element that are no note markers, in plain form."""
    return only_content([] if element is None else element.xpath(".//a/@href"), base)


def html_links(html: str) -> Iterator[str]:
    """The links in raw HTML within Markdown."""
    element = parse(html) if "<" in html else None
    return iter(() if element is None else element.xpath(".//a/@href"))


def only_content(addresses: Iterable[str], base: str) -> Iterator[str]:
    """Addresses in plain form, note markers left out."""
    return (plain(address, base) for address in addresses if not NOTE_LINK.match(address))


def plain(address: str, base: str) -> str:
    """An address so that the same one written in two ways is equal: absolute, decoded."""
    try:
        return unquote(urljoin(base, address.strip()))
    except ValueError:
        return unquote(address.strip())


def running_texts(element: Element) -> Iterator[str]:
    """The pieces of text within an element, without code."""
    skipped: Element | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if skipped is None and node.tag in VERBATIM:
                skipped = node
            if skipped is None and isinstance(node.tag, str) and node.text:
                yield node.text
        else:
            if node is skipped:
                skipped = None
            if skipped is None and node is not element and node.tail:
                yield node.tail
