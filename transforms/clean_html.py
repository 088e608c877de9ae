"""HTML that holds structure alone: safe to publish, whoever wrote it."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import Any

import msgspec
import nh3

from presslift.records import Article, Comment, Footnote
from presslift.transforms.chain import warned
from presslift.transforms.context import Context
from presslift.transforms.shortcodes import find_shortcodes, without_shortcodes
from presslift.transforms.structure import Cleaning
from presslift.transforms.tree import parse, serialise

TAGS = frozenset(
    "a abbr audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 "
    "hr i iframe img ins kbd li mark ol p pre q rp rt ruby s samp small source span strong sub summary sup table tbody td tfoot th thead "
    "time tr track u ul var video wbr".split()
)
"""What a body may consist of; any other element is unwrapped, ``script`` and its like with their contents."""

ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "id", "lang", "dir"},
    "a": {"href", "rel", "title", "hreflang", "download", "type"},
    "abbr": {"title"},
    "audio": {"src", "controls", "preload"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "iframe": {"src", "title", "width", "height", "allowfullscreen"},
    "img": {"src", "srcset", "sizes", "alt", "title", "width", "height", "data-full-url"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "source": {"src", "type"},
    "sup": {"data-note", "data-ref", "data-marker"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr"},
    "time": {"datetime"},
    "track": {"src", "kind", "srclang", "label"},
    "video": {"src", "poster", "controls", "preload", "width", "height"},
}

SCHEMES = frozenset(("http", "https", "mailto", "tel", "sms", "xmpp", "ftp", "magnet", "geo"))

_EMPTIED = {"script", "style", "template", "noscript", "svg", "math", "object", "textarea", "select", "title", "noembed", "noframes"}
_MARKUP = re.compile(r"[<&]")
_INLINE_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+", re.I)
_MOST_LISTED = 20
_MOST_KNOWN = 64


def clean_html(article: Article, context: Context, *, keep_shortcodes: bool = False) -> Article:
    """Every field of the record that holds HTML, reduced to structure that runs nothing.

    Of the body headings, lists, tables, figures, quotes, code, verse, details, frames and the ids that links lead to are
    kept; styles, scripts, forms, wrappers, Word's leftovers, empty paragraphs and hidden text go. Shortcodes that WordPress
    did not render go as well, unless ``keep_shortcodes``, and are listed in the warnings either way.
    """
    seen: list[str] = []
    changes: dict[str, Any] = {}
    if article.body_html:
        changes["body_html"] = clean_body(article.body_html, seen, keep_shortcodes)
    if article.footnotes:
        changes["footnotes"] = [_clean_note(note, seen, keep_shortcodes) for note in article.footnotes]
    if article.comments:
        changes["comments"] = [_clean_comment(comment) for comment in article.comments]
    for name in ("title", "subtitle", "excerpt", "lead_quote"):
        text = getattr(article, name)
        if text and "[" in text:
            less = _less(text, seen, keep_shortcodes)
            if less != text:
                changes[name] = less or None
    if changes:
        article = msgspec.structs.replace(article, **changes)
    return warned(article, *_told(seen))


def clean_body(html: str, seen: list[str] | None = None, keep_shortcodes: bool = False) -> str:
    """One body or part of it, cleaned. ``seen`` gets the shortcodes found."""
    try:
        root = parse(html)
        cleaning = Cleaning(root, html, keep_shortcodes)
        cleaning.run()
        structured = serialise(root)
        if seen is not None:
            seen.extend(cleaning.shortcodes)
    except Exception:  # whatever an odd tree does to the structure, nothing unsafe passes
        structured = html
    return sanitise(structured)


def sanitise(html: str) -> str:
    """Only allowed elements, attributes and schemes."""
    if html in _sanitised.known:
        return html
    cleaner = _cleaner("data:" in html and bool(_INLINE_PICTURE.search(html)))
    clean = _cleaned(cleaner, html)
    if len(_sanitised.known) >= _MOST_KNOWN:
        _sanitised.known.clear()
    _sanitised.known.add(clean)
    return clean


def _cleaned(cleaner: nh3.Cleaner, html: str) -> str:
    if html.isascii() or html.encode("utf-8", "replace").count(b"\xc2") < _MANY:
        return cleaner.clean(html).strip()
    # The library copies a text anew for each of these characters in it; what stands for them is free of characters.
    return cleaner.clean(html.translate(_HIDDEN)).translate(_SHOWN).strip()


class _Sanitised(threading.local):
    """What came out of the sanitiser lately: cleaning it again changes nothing."""

    def __init__(self) -> None:
        self.known: set[str] = set()


_sanitised = _Sanitised()


_MANY = 10_000
_HIDDEN = {0xA0 + place: 0xFDD0 + place for place in range(32)}
_SHOWN: dict[int, int | str] = {stand_in: meant for meant, stand_in in _HIDDEN.items()} | {0xFDD0: "&nbsp;"}


@cache
def _cleaner(with_inline_pictures: bool) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=_EMPTIED,
        attributes=ATTRIBUTES,
        link_rel=None,
        url_schemes=SCHEMES | {"data"} if with_inline_pictures else set(SCHEMES),
        attribute_filter=_only_pictures if with_inline_pictures else None,
    )


@cache
def _comment_cleaner() -> nh3.Cleaner:
    """What strangers wrote: words, links, lists and pictures."""
    return nh3.Cleaner(
        tags=set(TAGS) - {"iframe", "video", "audio", "source", "track", "figure", "figcaption"},
        clean_content_tags=_EMPTIED,
        attributes={"a": {"href", "rel", "title"}, "img": {"src", "alt"}, "abbr": {"title"}, "ol": {"start"}},
        link_rel=None,
        url_schemes={"http", "https", "mailto"},
    )


def _only_pictures(tag: str, attribute: str, value: str) -> str | None:
    """Addresses that are data themselves: pictures alone."""
    scheme = re.sub(r"[\x00-\x20]", "", value[:100]).lower()
    if scheme.startswith("data:") and not (tag == "img" and _INLINE_PICTURE.fullmatch(value.strip())):
        return None
    return value


def _clean_note(note: Footnote, seen: list[str], keep_shortcodes: bool) -> Footnote:
    html = clean_body(note.html, seen, keep_shortcodes) if _MARKUP.search(note.html) or "[" in note.html else note.html
    text = _less(note.text, [], keep_shortcodes)
    return note if (html, text) == (note.html, note.text) else msgspec.structs.replace(note, html=html, text=text)


def _clean_comment(comment: Comment) -> Comment:
    if not comment.html or not _MARKUP.search(comment.html):
        return comment
    return msgspec.structs.replace(comment, html=_cleaned(_comment_cleaner(), comment.html))


def _less(text: str, seen: list[str], keep_shortcodes: bool) -> str:
    if keep_shortcodes:
        seen.extend(" ".join(m[0].split()) for m in find_shortcodes(text))
        return text
    less = without_shortcodes(text, seen.append)
    return less if less == text else " ".join(less.split())


def _told(seen: list[str]) -> list[str]:
    opened = [tag for tag in dict.fromkeys(seen) if not tag.startswith("[/")]
    told = [f"shortcode not rendered: {tag if len(tag) <= 200 else tag[:200] + '…'}" for tag in opened[:_MOST_LISTED]]
    if len(opened) > _MOST_LISTED:
        told.append(f"{len(opened) - _MOST_LISTED} more shortcodes not rendered")
    return told
