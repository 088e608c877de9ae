"""Pictures, sounds, videos and files of a body, a row a use, and what it embeds from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

import msgspec
from lxml.html import HtmlElement

from presslift.records import Article, Media
from presslift.transforms.context import Context
from presslift.transforms.embeds import read_embeds
from presslift.transforms.networks import original, table
from presslift.transforms.tree import SIZE_SUFFIX, absolute, classes, extension, keep, parse, plain_text, srcset_of

Kind = Literal["image", "audio", "video", "file"]

_IMAGE_CLASS = re.compile(r"(?:^|\s)wp-image-(\d+)(?:\s|$)")
_UPLOADS = re.compile(r"/(?:wp-content/uploads|files|blogs\.dir)/")
_KEPT = ("bytes", "sha256", "local_path", "status")
_OF_WORDPRESS = ("wp_id", "alt", "caption", "width", "height", "mime")


def media(article: Article, context: Context) -> Article:
    """``media``: the featured picture first, then each use of a picture, sound, video or file in the order of the body.

    ``url`` is the full size: the upload that the markup or REST names, the picture behind the link, the widest of
    ``srcset``, or the name without its size suffix. ``embeds``: frames and widgets, with the page a reader would open.
    """
    rows: list[Media] = []
    embeds, featured = article.embeds, article.featured_image
    if article.featured_image:
        rows.append(_featured(article, context))
        featured = rows[0].url
    if article.body_html is not None:
        root = parse(article.body_html)
        rows.extend(_used(root, context.base_of(article), context))
        embeds = read_embeds(root)
        keep(article.body_html, root)
    kept = {(row.role == "featured", row.url): row for row in article.media}
    for position, row in enumerate(rows, 1):
        row.position = position
        if before := kept.get((row.role == "featured", row.url)):
            for name in _KEPT:
                setattr(row, name, getattr(before, name))
        row.status = row.status or "not_fetched"
        row.mime = row.mime or _mime(row.url)
    return msgspec.structs.replace(article, media=rows, embeds=embeds, featured_image=featured)


def _featured(article: Article, context: Context) -> Media:
    url = absolute(context.base_of(article), article.featured_image or "")
    before = next((row for row in article.media if row.role == "featured"), None)
    row = Media(position=1, url=url, role="featured", kind="image")
    if before is not None and before.url in (url, article.featured_image):
        row = msgspec.structs.replace(before, position=1, url=url)
    told = context.media_by_url(row.url) or context.media_by_url(_unsized(row.url))
    if told and told.get("url"):
        row.url = str(told["url"])
    elif _UPLOADS.search(row.url):
        row.url = _unsized(row.url)
    if told:
        # REST knows its alternative text; what themes print may be of their making.
        row.alt = told.get("alt") or None
    elif row.alt and article.title and plain_words(article.title) in plain_words(row.alt):
        row.alt = None
    return _completed(row, context)


def plain_words(text: str) -> str:
    """Letters and digits only, lower case."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def _used(root: HtmlElement, base: str, context: Context) -> Iterator[Media]:
    seen_in_player: set[HtmlElement] = set()
    linked: set[HtmlElement] = set()
    for element in root.iter("img", "audio", "video", "a", "source"):
        if element.tag == "img":
            link = next((a for a in element.iterancestors("a")), None)
            if link is not None:
                linked.add(link)
            if row := _picture(element, link, base, context):
                yield row
        elif element.tag in ("audio", "video"):
            source = element.get("src") or next((s.get("src") for s in element.iter("source") if s.get("src")), None)
            seen_in_player.update(element.iter())
            if source:
                yield _completed(_plain(element, absolute(base, source), "audio" if element.tag == "audio" else "video", "inline"), context)
        elif element.tag == "a" and element not in seen_in_player:
            href = absolute(base, element.get("href") or "")
            ends = extension(href)
            if ends in _file_ends() and element.find(".//img") is None and href.startswith(("http", "/")):
                yield _completed(_plain(element, href, _kind(href), "file"), context)


def _plain(element: HtmlElement, url: str, kind: Kind, role: Literal["inline", "file"]) -> Media:
    caption, credit = _caption(element)
    width, height = _pixels(element.get("width")), _pixels(element.get("height"))
    return Media(position=0, url=url, role=role, kind=kind, caption=caption, credit=credit, width=width, height=height)


def _picture(element: HtmlElement, link: HtmlElement | None, base: str, context: Context) -> Media | None:
    source = absolute(base, element.get("src") or "")
    if not source or source.startswith("data:"):
        return None
    url, resized = _full_size(element, source, link, base, context)
    number = _IMAGE_CLASS.search(element.get("class") or "")
    caption, credit = _caption(element)
    row = Media(
        position=0,
        url=url,
        role="gallery" if _in_gallery(element) else "inline",
        kind="image",
        alt=element.get("alt") or None,
        caption=caption,
        credit=credit,
        # What the markup gives is the size of the copy that it shows.
        width=None if resized else _pixels(element.get("width")),
        height=None if resized else _pixels(element.get("height")),
        wp_id=int(number[1]) if number and len(number[1]) < 16 else None,
    )
    return _completed(row, context, source)


def _full_size(element: HtmlElement, source: str, link: HtmlElement | None, base: str, context: Context) -> tuple[str, bool]:
    """The address of the upload, and whether the markup shows a smaller copy of it."""
    if full := element.get("data-full-url"):
        return absolute(base, full), absolute(base, full) != source
    for known in (source, _unsized(source)):
        if (told := context.media_by_url(known)) and told.get("url"):
            return str(told["url"]), str(told["url"]) != source
    if link is not None and extension(href := absolute(base, link.get("href") or "")) in table("media")["kinds"]["image"]:
        return original(href, context), href != source
    candidates = [(absolute(base, url), size) for url, size in srcset_of(element.get("srcset") or "")]
    unsized = _unsized(source)
    if any(url == unsized for url, _ in candidates):
        return unsized, unsized != source
    widest = max(candidates, key=lambda c: float(c[1][:-1] or 0) if c[1] else 0, default=None)
    if widest and widest[1] and not SIZE_SUFFIX.search(widest[0].partition("?")[0]):
        return widest[0], widest[0] != source
    if unsized != source and _UPLOADS.search(source):
        return unsized, True
    if widest and widest[1].endswith("w"):
        return widest[0], widest[0] != source
    return source, False


def _unsized(url: str) -> str:
    path, mark, query = url.partition("?")
    return SIZE_SUFFIX.sub("", path) + mark + query


def _completed(row: Media, context: Context, shown: str | None = None) -> Media:
    """What REST says of the file, where the markup says nothing."""
    told = context.media_by_url(row.url) or (context.media_by_url(shown) if shown else None)
    if told:
        for name in _OF_WORDPRESS:
            # An upload's own caption is not this use's: what is printed under the picture is.
            if name != "caption" and getattr(row, name) is None and told.get(name) not in (None, ""):
                setattr(row, name, told[name])
    return row


def _caption(element: HtmlElement) -> tuple[str | None, str | None]:
    """The caption of the innermost figure, and the credit in it."""
    figure = next((f for f in element.iterancestors("figure")), None)
    if figure is None or (figure.find(".//figure") is not None and element.getparent() is not figure):
        return None, None
    caption = figure.find("figcaption")
    if caption is None:
        caption = next((c for c in figure.iter("figcaption")), None)
    if caption is None or element in caption.iterdescendants():
        return None, None
    text = plain_text(caption)
    named = next((e for e in caption.iter() if any(c.endswith(("credit", "credits")) for c in classes(e))), None)
    credit = plain_text(named) if named is not None else None
    if not credit and any(sign in text for sign in ":：©") and (found := _credit().search(text)):
        credit = found[1].strip(" .)")
    return text or None, credit or None


@cache
def _credit() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, table("media")["credit"]["words"]), key=len, reverse=True))
    return re.compile(
        rf"(?:^|[.(\[|/–—]\s*|\s[-–—]\s)(?:(?:{words})(?:\s+(?:by|de|di|von|par|por))?\s*[:：]|©)\s*([^:.()\[\]]{{2,80}})[.)\]]?$", re.I
    )


@cache
def _file_ends() -> frozenset[str]:
    return frozenset(table("links")["files"])


def _kind(url: str) -> Kind:
    ends = extension(url)
    kinds: tuple[Kind, ...] = ("image", "audio", "video")
    return next((kind for kind in kinds if ends in table("media")["kinds"][kind]), "file")


def _in_gallery(element: HtmlElement) -> bool:
    for ancestor in element.iterancestors():
        if any(
            c in ("gallery", "wp-block-gallery", "blocks-gallery-grid", "gallery-item", "blocks-gallery-item") for c in classes(ancestor)
        ):
            return True
    return False


def _pixels(value: str | None) -> int | None:
    digits = re.match(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*$", value or "")
    return int(digits[1]) or None if digits else None


def _mime(url: str) -> str | None:
    types: dict[str, str] = table("media")["mime"]
    return types.get(extension(url))
