"""Links: absolute in the body, listed in the record, resolved to the records they lead to."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import msgspec
from lxml.html import HtmlElement

from presslift.records import Article, Link, RelatedLink, Translation
from presslift.transforms.context import Context
from presslift.transforms.footnotes import compose_content
from presslift.transforms.networks import table
from presslift.transforms.tree import MEDIA, absolute, extension, hand_on, is_note_marker, parse, plain_text, srcset_of

Kind = Literal["internal", "external", "file", "mail", "anchor"]

_ADDRESSES = {
    "iframe": ("src",),
    "img": ("src", "data-full-url"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "source": ("src",),
    "track": ("src",),
    "blockquote": ("cite",),
    "q": ("cite",),
    "del": ("cite",),
    "ins": ("cite",),
}


def links(article: Article, context: Context) -> Article:
    """``links`` lists every ``a[href]`` of the body in order, repeated ones too, note markers aside.

    Addresses in the body become absolute, with their query and fragment as written; a link within the article stays
    ``#id``. ``article_id`` of links, related links and translations names the record, for old addresses too.
    """
    changes: dict[str, Any] = {}
    if article.body_html:
        root = parse(article.body_html)
        base = context.base_of(article)
        changes["links"] = _listed(root, base, article, context)
        _settle_addresses(root, base)
        changes["body_html"] = hand_on(root)
        if article.content_html is not None and changes["body_html"] != article.body_html:
            changes["content_html"] = compose_content(msgspec.structs.replace(article, body_html=changes["body_html"]))
    elif article.links:
        changes["links"] = []
    if article.related:
        changes["related"] = [_resolved_related(item, article, context) for item in article.related]
    if article.translations:
        changes["translations"] = [_resolved_translation(item, article, context) for item in article.translations]
    return msgspec.structs.replace(article, **changes) if changes else article


def _listed(root: HtmlElement, base: str, article: Article, context: Context) -> list[Link]:
    found: list[Link] = []
    here = {address for address in (article.url, article.canonical_url, *article.aliases) if address}
    for element in list(root.iter("a")):
        href = element.get("href")
        if href is None or _in_marker(element) or _is_leftover(element):
            continue
        url = absolute(base, href)
        page, _, fragment = url.partition("#")
        kind = _kind(href, url, page, here, context)
        # A link within the article stays a fragment, so that it works wherever the body is published.
        settled = f"#{fragment}" if kind == "anchor" else url
        if kind == "anchor":
            url = f"{base.partition('#')[0]}#{fragment}"
        if settled != href:
            element.set("href", settled)
        found.append(
            Link(
                position=len(found) + 1,
                url=url,
                text=plain_text(element),
                kind=kind,
                fragment=unquote(fragment) or None,
                rel=" ".join((element.get("rel") or "").split()) or None,
                article_id=_record(page, context) if kind == "internal" else None,
            )
        )
    return found


def _is_leftover(element: HtmlElement) -> bool:
    """Links that show nothing, such as those left where a parser had to close one early; they are taken out."""
    if any(child.tag in MEDIA for child in element.iterdescendants()) or plain_text(element, markers=True):
        return False
    if element.get("id"):
        del element.attrib["href"]
    else:
        element.drop_tag()
    return True


def _in_marker(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is not None and is_note_marker(parent)


@cache
def _files() -> frozenset[str]:
    return frozenset(table("links")["files"])


def _kind(href: str, url: str, page: str, here: set[str], context: Context) -> Kind:
    if href.startswith("#") or ("#" in url and page in here):
        return "anchor"
    try:
        parts = urlsplit(url)
        host = parts.netloc.lower().rpartition("@")[2]
    except ValueError:
        return "external"
    if parts.scheme in ("mailto", "tel", "sms", "xmpp"):
        return "mail"
    internal = host in context.hosts or not host
    if parts.scheme in ("http", "https", "ftp", "") and extension(url) in _files() and parts.path.strip("/"):
        return "file"
    return "internal" if internal else "external"


def _record(page: str, context: Context) -> str | None:
    return context.article_id(page) if page else None


def _settle_addresses(root: HtmlElement, base: str) -> None:
    """All that a tag loads from, together: ``src`` and ``srcset`` never disagree about the host."""
    for element in root.iter(*_ADDRESSES):
        for attribute in _ADDRESSES[str(element.tag)]:
            if (value := element.get(attribute)) and (settled := absolute(base, value)) != value:
                element.set(attribute, settled)
        if value := element.get("srcset"):
            element.set("srcset", ", ".join(f"{absolute(base, url)} {size}".strip() for url, size in srcset_of(value)))


def _resolved_related(item: RelatedLink, article: Article, context: Context) -> RelatedLink:
    url = absolute(context.base_of(article), item.url)
    identity = _record(url.partition("#")[0], context)
    image = absolute(context.base_of(article), item.image) if item.image else None
    return msgspec.structs.replace(item, url=url, image=image, article_id=identity or item.article_id)


def _resolved_translation(item: Translation, article: Article, context: Context) -> Translation:
    url = absolute(context.base_of(article), item.url)
    return msgspec.structs.replace(item, url=url, article_id=_record(url.partition("#")[0], context) or item.article_id)
