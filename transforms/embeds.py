"""Frames and widgets of other sites: whose they are, and the address a reader would open."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from presslift.records import Embed
from presslift.transforms.networks import table
from presslift.transforms.tree import classes, plain_text

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


@cache
def _providers() -> list[tuple[str, re.Pattern[str], str | None]]:
    return [(row["name"], re.compile(row["pattern"]), row.get("url")) for row in table("media")["provider"]]


def watch_address(source: str) -> tuple[str | None, str]:
    """The provider and the page behind a frame's address; the address itself where no page is known."""
    for name, pattern, template in _providers():
        if found := pattern.match(source):
            if template is None:
                return name, source
            parts = {key: value or "" for key, value in found.groupdict().items()}
            return name, template.format(**parts, **{f"_{key}": unquote(value) for key, value in parts.items()})
    source = f"https:{source}" if source.startswith("//") else source
    if "/embed/" in source and source.partition("#")[0].endswith("/embed/") and "secret=" in source:
        return "WordPress", source.partition("#")[0].removesuffix("embed/")
    try:
        host = urlsplit(source).netloc.lower()
    except ValueError:
        return None, source
    for known, name in table("media")["hosts"].items():
        if host == known or host.endswith(f".{known}"):
            return name, source
    return None, source


def read_embeds(root: HtmlElement) -> list[Embed]:
    """The frames, widgets and unresolved addresses of embed blocks, in order; the same one only once in a row."""
    found: list[Embed] = []
    quotes = table("media")["quotes"]
    for element in root.iter("iframe", "blockquote", "figure"):
        embed = None
        if element.tag == "iframe":
            if source := element.get("src"):
                provider, url = watch_address(source)
                embed = Embed(position=0, provider=provider, url=url, title=element.get("title") or None, html=_html(element))
        elif element.tag == "blockquote":
            name = next((quotes[c] for c in classes(element) if c in quotes), None)
            embed = _from_quote(element, name) if name else None
        elif "wp-block-embed" in classes(element):
            embed = _unresolved(element)
        if embed and not (found and found[-1].url == embed.url):
            embed.position = len(found) + 1
            found.append(embed)
    return found


def _from_quote(element: HtmlElement, provider: str) -> Embed | None:
    cited = element.get("cite")
    addresses = [a.get("href") or "" for a in element.iter("a")]
    source = cited or next((a for a in reversed(addresses) if a.startswith("http")), None)
    if not source:
        return None
    known, url = watch_address(source)
    title = plain_text(element) if provider == "WordPress" else None
    return Embed(
        position=0,
        provider=known if provider == known else provider,
        url=url.partition("?ref_src=")[0],
        title=title or None,
        html=_html(element),
    )


def _unresolved(element: HtmlElement) -> Embed | None:
    """A block whose address WordPress could not turn into a frame prints the address."""
    if element.find(".//iframe") is not None or element.find(".//blockquote") is not None:
        return None
    link = element.find(".//a")
    source = link.get("href") if link is not None else None
    if source is None:
        written = _ADDRESS.search(element.text_content())
        source = written[0] if written else None
    if source is None:
        return None
    provider, url = watch_address(source)
    return Embed(position=0, provider=provider, url=url, html=None)


def _html(element: HtmlElement) -> str:
    return etree.tostring(element, encoding="unicode", method="html", with_tail=False)
