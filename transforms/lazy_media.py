"""Pictures and frames in one plain form: true addresses, no network in front, no stand-ins, no doubles."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import lxml.html
import msgspec
from lxml.html import HtmlElement

from presslift.records import Article
from presslift.transforms.context import Context
from presslift.transforms.networks import original, shows_nothing, table
from presslift.transforms.tree import SIZE_SUFFIX, classes, drop, extension, hand_on, largest, parse, replace, srcset_of

_WORTH_A_LOOK = (
    "<img", "<picture", "<source", "<iframe", "<video", "<audio", "<noscript", "<amp-", "<lite-", "youtube-player", "data-settings",
    "wp-block-cover", "lyte", "__youtube_prefs__", "wpvl-youtube",
)  # fmt: skip
_ORDER = {name: place for place, name in enumerate(("class", "src", "alt", "title", "width", "height", "srcset", "sizes", "data-full-url"))}
_CARRIES = re.compile(r"^(?:wp-image|attachment_)-?(\d+)$")
_BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*url\(\s*['\"]?([^'\")]+)", re.I)


def lazy_media(article: Article, context: Context) -> Article:
    """``img``, ``iframe``, ``video`` and ``audio`` of the body carry their true address in ``src`` and ``srcset``.

    Lazy loaders' attributes and ``noscript`` twins, stand-ins for videos, AMP's elements and picture networks are undone,
    on all attributes of a tag and the link around it together. A picture's upload goes to ``data-full-url``, its id to the
    class ``wp-image-N``. ``featured_image`` is treated alike.
    """
    changes: dict[str, Any] = {}
    if article.featured_image:
        changes["featured_image"] = original(article.featured_image, context)
        changes["media"] = [msgspec.structs.replace(row, url=original(row.url, context)) for row in article.media]
    lower = (article.body_html or "").lower()
    if article.body_html and any(sign in lower for sign in _WORTH_A_LOOK):
        root = parse(article.body_html)
        _from_amp(root)
        if any(sign in lower for sign in _stand_in_signs()):
            _stand_ins(root)
        _covers(root)
        _frames(root)
        _pictures(root, context)
        _noscript(root, context)
        _links(root, context)
        changes["body_html"] = hand_on(root)
    return msgspec.structs.replace(article, **changes) if changes else article


@cache
def _rows() -> dict[str, Any]:
    return table("lazy_media")


def _from_amp(root: HtmlElement) -> None:
    for element in list(root.iter("amp-img", "amp-anim", "amp-video", "amp-audio", "amp-iframe")):
        for inner in list(element.iter("noscript")):
            drop(inner)
        name = str(element.tag)
        element.tag = {"amp-anim": "img"}.get(name) or name.removeprefix("amp-")
        if element.tag == "img":
            for child in list(element):
                drop(child)
            element.text = None


@cache
def _stand_in_signs() -> frozenset[str]:
    return frozenset(str(row.get("class") or row.get("tag")).lower() for row in _rows()["stand_in"])


def _stand_ins(root: HtmlElement) -> None:
    for element in list(root.iter()):
        name, written = str(element.tag), element.get("class") or ""
        if not written and "-" not in name:
            continue
        for row in _rows()["stand_in"]:
            meant = row.get("tag") == name or ("class" in row and row["class"] in written.split())
            if meant and (value := _named_by(element, row)):
                frame = lxml.html.Element("iframe", src=row["frame"].replace("{id}", value))
                if title := element.get("data-title") or element.get("playlabel") or element.get("title"):
                    frame.set("title", title)
                replace(element, frame)
                break


def _named_by(element: HtmlElement, row: dict[str, Any]) -> str | None:
    value = next((given for a in row["attributes"] if (given := (element.get(a) or "").strip())), None)
    if not value:
        return None
    if row["frame"] != "{id}":
        return value if re.fullmatch(r"[\w-]{1,64}", value) else None
    if "setting" not in row:
        return value if value.startswith(("http://", "https://", "//")) else None
    if element.find(".//iframe") is not None or element.find(".//video") is not None:
        return None
    try:
        settings = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(settings, dict):
        return None
    return next((v for key in row["setting"] if isinstance(v := settings.get(key), str) and v.startswith("http")), None)


def _covers(root: HtmlElement) -> None:
    """Block covers that scroll with the page have their picture in CSS alone."""
    for element in root.iter("div", "section"):
        if (
            "wp-block-cover" in classes(element)
            and element.find(".//img") is None
            and (found := _BACKGROUND.search(element.get("style") or ""))
        ):
            element.insert(0, lxml.html.Element("img", src=found[1].strip(), alt=""))
            element[0].tail, element.text = element.text, None


def _first(element: HtmlElement, names: list[str]) -> str | None:
    given = set(element.keys())
    for name in names:
        value = element.get(name) if name in given else None
        if value and not shows_nothing(value) and not value.startswith(("{", "[")):
            return value.strip()
    return None


def _frames(root: HtmlElement) -> None:
    names: list[str] = _rows()["frame"]
    for element in root.iter("iframe", "video", "audio", "source"):
        if shows_nothing(element.get("src") or "") and (address := _first(element, names)):
            element.set("src", address)
        if element.tag != "source":
            _forget_loaders(element)
            _in_order(element)


def _forget_loaders(element: HtmlElement) -> None:
    for name in element.keys():  # noqa: SIM118
        if str(name).startswith(("data-", "nitro-")) and name != "data-full-url":
            del element.attrib[name]


def _in_order(element: HtmlElement) -> None:
    """Attributes that a loader had moved stand where they stand in a tag without one."""
    names = [str(name) for name in element.attrib]
    order = sorted(names, key=lambda name: _ORDER.get(name, len(_ORDER)))
    if names != order:
        values = dict(element.attrib)
        element.attrib.clear()
        element.attrib.update({name: values[name] for name in order})


def _pictures(root: HtmlElement, context: Context) -> None:
    rows = _rows()
    for element in root.iter("source"):
        if widest := _resolve_srcset(element, rows, context):
            element.set("srcset", element.get("srcset") or widest)
        _forget_loaders(element)
    for element in list(root.iter("img")):
        source = _first(element, rows["src"])
        plain = (element.get("src") or "").strip()
        if source is None and not shows_nothing(plain):
            source = plain
        widest = _resolve_srcset(element, rows, context)
        source = source or widest or _from_picture(element)
        if source is None:
            element.attrib.pop("src", None)
        else:
            element.set("src", original(source, context))
        if full := _first(element, rows["full"]):
            element.set("data-full-url", original(full, context))
        _identify(element, rows)
        _forget_loaders(element)
        _in_order(element)
        _unwrap_picture(element)


def _resolve_srcset(element: HtmlElement, rows: dict[str, Any], context: Context) -> str | None:
    value = _first(element, rows["srcset"]) or element.get("srcset") or ""
    candidates: dict[str, str] = {}
    for url, descriptor in srcset_of(value):
        if not shows_nothing(url):
            candidates.setdefault(original(url, context), descriptor)
    if sizes := _first(element, rows["sizes"]) or element.get("sizes"):
        element.set("sizes", sizes.removeprefix("auto, "))
    if len(candidates) > 1:
        element.set("srcset", ", ".join(f"{url} {descriptor}".strip() for url, descriptor in candidates.items()))
    else:
        for name in ("srcset", "sizes"):
            element.attrib.pop(name, None)
    if not candidates:
        return None
    return largest(element.get("srcset") or "") or next(iter(candidates))


def _from_picture(element: HtmlElement) -> str | None:
    parent = element.getparent()
    if parent is None or parent.tag != "picture":
        return None
    sources = [s for s in parent.iter("source") if s.get("srcset") or s.get("src")]
    # Browsers of old need the last one, which is in a common format.
    for source in reversed(sources):
        return largest(source.get("srcset") or "") or source.get("src")
    return None


def _identify(element: HtmlElement, rows: dict[str, Any]) -> None:
    names = classes(element)
    if any(_CARRIES.match(name) for name in names):
        return
    number = next((v for a in rows["id"] if (v := element.get(a) or "").isdigit()), None)
    if number is None:
        for ancestor, _ in zip(element.iterancestors(), range(3), strict=False):
            if found := _CARRIES.match(ancestor.get("id") or ""):
                number = found[1]
    if number:
        element.set("class", " ".join([*names, f"wp-image-{number}"]))


def _unwrap_picture(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is not None and parent.tag == "picture":
        for source in list(parent.iter("source")):
            drop(source)
        parent.drop_tag()


def _noscript(root: HtmlElement, context: Context) -> None:
    """A twin goes, what stands in ``noscript`` alone takes the empty picture's place."""
    twins = list(root.iter("noscript"))
    if not twins:
        return
    inside = {e for twin in twins for e in twin.iter()}
    known = {_name(e.get("src")) for e in root.iter("img", "iframe", "video", "audio") if e.get("src") and e not in inside}
    for twin in twins:
        shown = [e for e in twin.iter("img", "iframe", "video", "audio") if e.get("src")]
        if not shown or all(_name(e.get("src")) in known or _counts_visits(e) for e in shown):
            drop(twin)
            continue
        for neighbour in (twin.getprevious(), twin.getnext()):
            if neighbour is not None and neighbour.tag == shown[0].tag and not neighbour.get("src"):
                drop(neighbour)
        known.update(_name(e.get("src")) for e in shown)
        twin.drop_tag()


def _name(url: str | None) -> str:
    path = (url or "").partition("#")[0].partition("?")[0].rstrip("/")
    return SIZE_SUFFIX.sub("", path.rpartition("/")[2]).lower()


def _counts_visits(element: HtmlElement) -> bool:
    small = {"0", "1", "0px", "1px"}
    if element.get("width") in small or element.get("height") in small:
        return True
    return "display:none" in (element.get("style") or "").replace(" ", "")


def _links(root: HtmlElement, context: Context) -> None:
    """A link to a picture is undone together with the picture in it."""
    for element in root.iter("a"):
        href = element.get("href") or ""
        if element.find(".//img") is not None and (extension(href) or "cdn-cgi" in href or "optimole" in href):
            undone = original(href, context)
            if undone != href.strip():
                element.set("href", undone)
    for element in list(root.iter("img")):
        if not element.get("src") or _counts_visits(element):
            drop(element)
