"""The post's thumbnail, and only that: neither a logo, nor a site-wide default, nor the first picture of the text."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import unquote

from lxml.html import HtmlElement

from presslift.scraper.knowledge import table
from presslift.scraper.parse.cues import Decision, gather
from presslift.scraper.parse.document import classes, text_of
from presslift.scraper.parse.graph import text_value
from presslift.scraper.parse.view import NUMBER, PageView
from presslift.urls import split_url

SIZE = re.compile(r"(?:-\d{2,5}x\d{2,5}|-scaled|-e\d{10,})(?=\.\w+$)")
LOGO = re.compile(
    r"logo|favicon|site-?icon|placeholder|default[-_]?(?:image|og|social|share|thumb)|avatar|gravatar|sprite|blank\.|pixel|cropped-", re.I
)

PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)$", re.I)
NEAR = 15
"""So many elements before the title a picture still is the post's."""
LEAST_SIDE = 200
SIDES = re.compile(r"(?:[?&/,](?:w|h|width|height)[=_])(\d{1,4})(?!\d)|/(\d{2,4})x\d{2,4}/")


def picture_name(url: str) -> str:
    """A picture's file name without size suffix, lower case: what its sizes share."""
    return SIZE.sub("", unquote(split_url(url).path.rsplit("/", 1)[-1])).lower()


def read_featured(view: PageView) -> Decision[str] | None:
    """The address of the post's thumbnail in the largest size told; None when nothing shows that the post has one."""
    names = (view.main.get("class") or "").split()
    telling = any(n.startswith(("status-", "type-")) for n in names)
    if telling and "has-post-thumbnail" not in names and not _supports(names):
        return None
    shown = [
        (url, v.cue)
        for v in gather(view, "featured_image")
        if v.element is not None
        for url in [image_address(view, v.element)]
        if url and not LOGO.search(url)
    ]
    declared = [u for u in (view.absolute(u) for u in _declared(view)) if not LOGO.search(u)]
    if shown:
        url, cue = shown[0]
        same = next((u for u in declared if picture_name(u) == picture_name(url)), None)
        return Decision(value=same or url, cue=cue.name, confidence=0.97 if same else 0.92 if cue.scope == "main" else 0.88)
    if declared and "has-post-thumbnail" in names:
        return Decision(value=declared[0], cue="head and has-post-thumbnail", confidence=0.9)
    above = _above_text(view)
    if above is not None:
        same = next((u for u in declared if picture_name(u) == picture_name(above)), None)
        sure = 0.93 if same is not None or "has-post-thumbnail" in names else 0.6 if declared else 0.75
        return Decision(value=same or above, cue="picture above the text", confidence=sure)
    graph = _primary(view)
    if graph and declared and picture_name(graph) == picture_name(declared[0]) and not telling and not _in_text(view, graph):
        return Decision(value=view.absolute(graph), cue="primary image", confidence=0.7)
    return None


def read_thumbnail(view: PageView, url: str) -> tuple[str | None, str | None]:
    """The alternative text and the caption with which the page shows its thumbnail ``url``."""
    name = picture_name(url)
    stem = name.rpartition(".")[0]
    telling = stem.isascii() and not set(stem) & {"%", " ", "&"}
    images = [e for e in view.index.tagged("img") if not telling or any(stem in value.lower() for value in e.values())]
    shown = [e for e in images if picture_name(image_address(view, e) or "") == name]
    image = next((e for e in shown if "wp-post-image" in classes(e)), next(iter(shown), None))
    if image is None:
        return None, None
    figure = next(image.iterancestors("figure"), None)
    caption = next(figure.iter("figcaption"), None) if figure is not None else None
    return " ".join((image.get("alt") or "").split()) or None, (text_of(caption) or None if caption is not None else None)


def _above_text(view: PageView) -> str | None:
    """The only picture between the title and the text, or right above the title, that is no part of the text: of a theme whose
    classes nobody knows.
    """
    heading, first, place = view.heading, view.text_start, view.index.position
    if heading is None or first is None:
        return None
    start, end = place(heading) - NEAR, place(first)
    found = [
        url
        for image in view.index.tagged("img")
        if start <= place(image) < end and not view.elsewhere(image) and _apart(view, image, heading, first)
        for url in [image_address(view, image)]
        if url and PICTURE.search(split_url(url).path) and not LOGO.search(url) and not _others().search(url) and not _small(url)
    ]
    return found[0] if len({picture_name(u) for u in found}) == 1 else None


def _apart(view: PageView, image: HtmlElement, heading: HtmlElement, first: HtmlElement) -> bool:
    """Whether a picture stands outside the text that begins with ``first``, is no editor's, no small one, and leads nowhere else."""
    if any(NUMBER.fullmatch(size := image.get(name) or "") and int(size) < LEAST_SIDE for name in ("width", "height")):
        return False
    around, titled = {first, *first.iterancestors()}, {heading, *heading.iterancestors()}
    for above in [image, *image.iterancestors()]:
        if above in around:
            # What holds picture and text holds the title too, or the picture is the text's.
            return above in titled and above.tag != "body"
        if above.tag in ("header", "nav") and above not in titled:
            return False
        if _not_own().search(above.get("class") or "") or (above.tag == "a" and _leads_away(view, above)):
            return False
    return False


def _leads_away(view: PageView, link: HtmlElement) -> bool:
    address = view.absolute(link.get("href") or "").split("#")[0]
    return address not in (view.url, view.canonical) and not PICTURE.search(split_url(address).path)


def _small(url: str) -> bool:
    # As image services are told a size: "?w=105&h=105", "/w_50,h_50,c_fill/", "/140x140/".
    return any(int(number) < LEAST_SIDE for pair in SIDES.findall(url) for number in pair if number)


@cache
def _not_own() -> re.Pattern[str]:
    images = table("cues")["images"]
    return re.compile(rf"(?:^|\s)(?:{'|'.join(images['editors'])})|(?:^|[-_\s])(?:{'|'.join(images['around'])})(?:[-_\s]|$)", re.I)


@cache
def _others() -> re.Pattern[str]:
    return re.compile("|".join(table("cues")["images"]["others"]), re.I)


def _supports(names: list[str]) -> bool:
    # Some themes filter post_class() down to a few.
    return "hentry" not in names and not any(n.startswith("format-") for n in names)


def _declared(view: PageView) -> list[str]:
    graph = [g] if (g := _primary(view)) else []
    return [*view.doc.meta.get("og:image", [])[:1], *graph, *view.doc.meta.get("twitter:image", [])[:1]]


def _primary(view: PageView) -> str | None:
    for path in ("WebPage.primaryImageOfPage", "Article.image"):
        for value in view.graph.values(path)[:1]:
            value = value.get("contentUrl") or value.get("url") if isinstance(value, dict) else value
            if isinstance(value, str) and value:
                return value
    thumbnail = text_value(next(iter(view.graph.values("Article.thumbnailUrl")), None))
    return thumbnail


def _in_text(view: PageView, url: str) -> bool:
    name = picture_name(url)
    return any(name == picture_name(image_address(view, e) or "") for e in view.index.tagged("img") if view.in_main(e))


def image_address(view: PageView, element: HtmlElement) -> str | None:
    """The address of a picture in the largest size its element tells, lazily loaded or not."""
    image = element if element.tag == "img" else next(element.iter("img"), None)
    if image is None:
        style = re.search(r"url\(['\"]?([^'\")]+)", element.get("style") or "")
        return view.absolute(style[1]) if style else None
    best = _largest(image)
    for name in table("cues")["images"]["attributes"]:
        value = (image.get(name) or "").strip()
        if value and not value.startswith("data:") and not re.search(r"placeholder|blank\.(?:gif|png)|/1x1", value):
            return view.absolute(best if best and (picture_name(best) == picture_name(value) or name == "src") else value)
    return view.absolute(best) if best else None


def _largest(image: HtmlElement) -> str | None:
    """The largest of ``srcset``; one without a size suffix is the original."""
    found: list[tuple[float, str]] = []
    for name in ("data-srcset", "data-lazy-srcset", "srcset"):
        for candidate in re.split(r",\s+", image.get(name) or ""):
            url, _, width = candidate.strip().partition(" ")
            if url and not url.startswith("data:"):
                number = re.match(r"([\d.]+)", width)
                found.append((float(number[1]) if number else 0.0, url))
    return max(found)[1] if found else None
