"""A page's language and its siblings in other languages, as its head and its language switchers tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qsl, unquote, urlencode

from lxml.html import HtmlElement

from presslift.config import SiteSettings
from presslift.records import Translation
from presslift.scraper.parse.cues import Cue, Decision, decide
from presslift.scraper.parse.dates import language_rows
from presslift.scraper.parse.document import classes, text_of
from presslift.scraper.parse.graph import text_value
from presslift.scraper.parse.view import PageView
from presslift.urls import split_url

TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?(?:[-_.@].*)?")
SWITCHER = (
    "li.lang-item:not(.current-lang):not(.no-translation) a, .wpml-ls-item:not(.wpml-ls-current-language) a, .wpml-ls-statics-post_translations a, "
    ".trp-language-switcher a, .trp-language-item a, .mlp-language-nav-item a[rel~=alternate], .mlp-language-box a, .wg-li a[hreflang], "
    "ul.qtranxs_language_chooser li:not(.active) a, .menu-item-language:not(.current-lang) a, a.pll-switcher-item"
)


def language_tag(text: str | None) -> str | None:
    """A BCP 47 tag of language, script and region (``pt_br`` → ``pt-BR``), or None for what is none."""
    match = TAG.fullmatch((text or "").strip())
    if match is None or match[1].lower() in ("und", "mul", "zxx"):
        return None
    parts = [match[1].lower(), (match[2] or "").title(), (match[3] or "").upper()]
    return "-".join(p for p in parts if p)


def primary(tag: str | None) -> str:
    """The language of a tag without script and region."""
    return (tag or "").split("-")[0].lower()


@cache
def language_words() -> dict[str, str]:
    """What languages are called, in any language, folded → their code; the first row that has a word keeps it."""
    found: dict[str, str] = {}
    for code, row in language_rows().items():
        for word in row.get("called", []):
            found.setdefault(unicodedata.normalize("NFKC", word).lower(), code)
    return found


def named_language(text: str) -> str | None:
    """The language that a text names ("Leer en inglés" → ``en``); the last one named."""
    folded = unicodedata.normalize("NFKC", text).lower()
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", folded)
    for word in reversed(words):
        if word in language_words():
            return language_words()[word]
    # Scripts without spaces.
    return next(
        (code for name, code in language_words().items() if len(name) > 1 and not name.isascii() and name[0] > "\u2e80" and name in folded),
        None,
    )


def read_language(view: PageView, settings: SiteSettings | None = None) -> Decision[str] | None:
    """The language the page is in, by what its head says of itself."""
    said = [
        (tag, Cue(name=name, weight=weight, family=family)) for name, text, weight, family in _declared(view) if (tag := language_tag(text))
    ]
    if settings is not None and (tag := language_tag(settings.language)):
        said.append((tag, Cue(name="settings", weight=0.7, family="settings")))
    decision = decide(said, primary)
    if decision is None:
        return None
    same = [(t, c) for t, c in said if primary(t) == primary(decision.value) and "-" in t]
    own = next((t for t, c in same if c.name in ("html lang", "hreflang self")), None)
    decision.value = own or next((t for t, _ in same), decision.value)
    return decision


def _declared(view: PageView) -> Iterator[tuple[str, str | None, float, str]]:
    root, meta = view.doc.root, view.doc.meta
    yield "html lang", root.get("lang") or root.get("xml:lang"), 0.93, "core"
    yield "og:locale", next(iter(meta.get("og:locale", [])), None), 0.85, "seo"
    yield "content-language", next(iter(meta.get("content-language", [])), None), 0.8, "core"
    for path in ("Article.inLanguage", "WebPage.inLanguage"):
        yield path, text_value(next(iter(view.graph.values(path)), None)), 0.85, "graph"
    own = _bare(view.url) or _bare(view.canonical or "")
    for link in view.index.find("link[rel~=alternate][hreflang]"):
        if own and _bare(view.absolute(link.get("href") or "")) == own and (link.get("hreflang") or "").lower() != "x-default":
            yield "hreflang self", link.get("hreflang"), 0.95, "hreflang"


def _bare(url: str) -> str:
    parts = split_url(url)
    path = unicodedata.normalize("NFC", unquote(parts.path)).rstrip("/").lower()
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query) if not k.startswith("utm_")])
    return f"{parts.netloc.lower().removeprefix('www.')}{path}{'?' + query if query else ''}"


def _is_home(view: PageView, url: str) -> bool:
    parts = split_url(url)
    path = parts.path.strip("/")
    return (not path or bool(re.fullmatch(r"[a-z]{2}(?:[-_][a-z]{2,4})?", path, re.I))) and not any(
        k in parts.query for k in ("p=", "page_id=")
    )


def read_translations(view: PageView, language: str | None) -> list[Translation]:
    """The siblings of a page: by hreflang, else by language switchers. Not itself, not x-default, not another language's home."""
    own = {_bare(view.url), _bare(view.canonical or "")} - {""}
    found: dict[str, Translation] = {}
    at_home = _is_home(view, view.url)

    def take(url: str, tag: str | None) -> None:
        key = _bare(url)
        if key in own or not url.startswith(("http://", "https://")) or (_is_home(view, url) and not at_home):
            return
        if tag is not None and primary(tag) == primary(language) and "-" not in tag:
            return
        known = found.get(key)
        # TranslatePress lists an address twice, with and without its region.
        if known is None or (tag and known.language and len(tag) > len(known.language)):
            found[key] = Translation(language=tag, url=url)

    for link in view.index.find("link[rel~=alternate][hreflang]"):
        code = (link.get("hreflang") or "").strip()
        if code.lower() != "x-default" and link.get("href"):
            take(view.absolute(link.get("href") or ""), language_tag(code))
    if not found:
        for link in view.index.find(SWITCHER):
            href = link.get("href") or ""
            if href and not href.startswith("#"):
                take(view.absolute(href), _switch_language(link))
    return list(found.values())


def _switch_language(link: HtmlElement) -> str | None:
    for name in ("hreflang", "lang"):
        if tag := language_tag(link.get(name)):
            return tag
    for element in [link, *link.iterancestors("li")][:2]:
        for name in classes(element):
            if match := re.fullmatch(r"(?:lang-item|wpml-ls-item|lang|trp-language-item)-([a-z]{2}(?:-[a-z]{2})?)", name):
                return language_tag(match[1])
    return named_language(text_of(link))
