"""What a front page tells of its site: whether WordPress made it, with which theme, builder and plugins."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

from lxml.html import HtmlElement

from presslift.scraper.discover.classify import classify
from presslift.scraper.fetch.addresses import canonical, same_site, site_hosts
from presslift.scraper.knowledge import table
from presslift.scraper.parse.document import Document, select, text_of
from presslift.scraper.parse.identity import read_archive

THEME = re.compile(r"/wp-content/themes/([\w.%-]+)/")
STYLE_VERSION = re.compile(r"/wp-content/themes/([\w.%-]+)/(?:[\w./-]{0,200}/)?(?:style|main)[\w.-]{0,80}\.css\?ver=([\w.]+)")
CORE_VERSION = re.compile(r"/wp-includes/[\w./-]{1,200}\?ver=(\d+\.\d+(?:\.\d+)?)[\"'&]")
GENERATOR = re.compile(r"""<meta[^<>]{1,300}name=["']?generator["']?[^<>]{1,300}content=["']WordPress ([\d.]+[\w.-]*)""", re.I)
OFFSET = re.compile(r"T\d\d:\d\d(?::\d\d)?([+-]\d\d):?(\d\d)\Z")
FEED_TITLE = re.compile(r"\s+(?:»|&raquo;|›|→|\|)\s+")
MENU_LINKS = 200


@cache
def _compiled(name: str) -> list[tuple[re.Pattern[str] | None, dict[str, Any]]]:
    return [(re.compile(row["sign"], re.I) if "sign" in row else None, row) for row in table("identity")[name]]


def wordpress_evidence(html: str) -> tuple[list[str], int]:
    """What in a page speaks for WordPress, and how much: 2 is proof."""
    found = [row for sign, row in _compiled("wordpress") if sign and sign.search(html)]
    return [row["evidence"] for row in found], sum(row["weight"] for row in found)


def other_system(html: str) -> str | None:
    """The name of another system that made the page, where it tells."""
    return next((row["name"] for sign, row in _compiled("other") if sign and sign.search(html)), None)


def version_of(html: str) -> tuple[str | None, str | None]:
    """WordPress's version and how it is known: the generator, else the version most of its own files are asked for with."""
    generator = GENERATOR.search(html)
    if generator:
        return generator[1], "generator"
    versions = Counter(CORE_VERSION.findall(html)).most_common(1)
    return (versions[0][0], "versions of its files") if versions else (None, None)


def theme_of(html: str) -> str | None:
    """The theme's folder and, where a style sheet tells, its version."""
    names = Counter(THEME.findall(html)).most_common()
    if not names:
        return None
    # A child theme prints its own style sheet beside most of its parent's files.
    name = next((n for n, _ in names if n.endswith("-child")), names[0][0])
    version = next((v for n, v in STYLE_VERSION.findall(html) if n == name), None)
    return f"{name} {version}" if version else name


def builder_of(html: str) -> str | None:
    """The page builder whose markup is on the page."""
    return next((row["name"] for sign, row in _compiled("builder") if sign and sign.search(html)), None)


def plugins_of(html: str, namespaces: list[str]) -> list[str]:
    """The plugins that matter to a migration and show: by their files, their markup, or a REST namespace."""
    folders = {name.lower() for name in re.findall(r"/wp-content/(?:mu-)?plugins/([\w.-]+)/", html)}
    return [
        row["name"]
        for sign, row in _compiled("plugin")
        if row.get("slug") in folders or (sign and sign.search(html)) or row.get("namespace", "-") in namespaces
    ]


def languages_of(doc: Document) -> list[str]:
    """The page's language first, then those its head names translations in."""
    found = [doc.root.get("lang") or ""]
    for link in doc.root.iter("link"):
        if "alternate" in (link.get("rel") or "").lower().split():
            found.append(link.get("hreflang") or "")
    tags: dict[str, str] = {}
    for tag in (t.strip().replace("_", "-") for t in found):
        low = tag.lower()
        # TranslatePress names each language with and without its region.
        same = any(k == low or k.startswith(low + "-") or low.startswith(k + "-") for k in tags)
        if tag and low != "x-default" and not same:
            tags[low] = tag
    return list(tags.values())


def name_of(doc: Document) -> str | None:
    """The site's name: as the titles of its feeds begin, as it calls itself, or as the page's title begins."""
    feeds = [link.get("title") or "" for link in doc.root.iter("link") if "rss" in (link.get("type") or "")]
    names = [FEED_TITLE.split(title)[0] for title in feeds if FEED_TITLE.search(title)]
    names += doc.meta.get("og:site_name", [])
    names += [text_of(e) for e in select(doc.root, ".site-title, .wp-block-site-title, .site-name, .logo-text")]
    titles = [text_of(e) for e in doc.root.iter("title")]
    names += [re.split(r"\s[-–—|•·»:]\s", title)[0] for title in titles]
    return next((name.strip() for name in names if name.strip()), None)


def menus_of(root: HtmlElement, base: str) -> list[dict[str, Any]]:
    """The navigation menus: ``{name, items: [{title, url}]}``."""
    menus: list[dict[str, Any]] = []
    for nav in select(root, "nav, ul.menu, .wp-block-navigation"):
        if any(parent.tag == "nav" for parent in nav.iterancestors()) or "post-navigation" in (nav.get("class") or ""):
            continue
        links = select(
            nav, "li.menu-item > a[href], li.page_item > a[href], li.wp-block-navigation-item > a[href], .wp-block-page-list a[href]"
        )
        items = [{"title": text_of(a), "url": canonical(a.get("href") or "", base)} for a in links[:MENU_LINKS]]
        if items and items not in [m["items"] for m in menus]:
            menus.append({"name": nav.get("aria-label") or nav.get("id") or None, "items": items})
    return menus


def posts_by_pages(doc: Document, home: str) -> int | None:
    """About how many posts there are, where the front page lists them: its own, times the number of the last page."""
    members = len(read_archive(doc).members)
    hosts = site_hosts(home)
    links = {canonical(a.get("href") or "", doc.url or home) for a in doc.root.iter("a")}
    pages = [kind.page for link in links if same_site(link, hosts) and (kind := classify(link, home)).kind == "home"]
    return members * max([1, *pages]) if members and "blog" in doc.body_classes else None


def offset_of(doc: Document) -> str | None:
    """The site's offset from UTC (±hh:mm), as dates in the page print it; None where they print none or only UTC's."""
    dates = [e.get("datetime") or "" for e in doc.root.iter("time")]
    dates += [v for name in ("article:published_time", "article:modified_time", "og:updated_time") for v in doc.meta.get(name, [])]
    offsets = [f"{m[1]}:{m[2]}" for d in dates if (m := OFFSET.search(d.strip()))]
    # SEO plugins print UTC whatever the site's zone is.
    return next((o for o in offsets if o != "+00:00"), None)
