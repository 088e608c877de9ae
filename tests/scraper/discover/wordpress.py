"""A small WordPress on loopback: REST, sitemaps, feed and pages of the posts it is given, each door open or shut."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from presslift.config import Settings
from presslift.scraper.discover import Event, Found, Get, Left, Listing
from presslift.scraper.fetch.client import Client
from tests.servers import Behaviour, Server, Visit, as_json, page

BASES = {"post": "posts", "page": "pages"}
PER_LIST = 5


@dataclass
class Post:
    """An entry; its address is ``path``."""

    id: int
    path: str
    title: str = "A title"
    type: str = "post"
    category: str = "news"
    protected: bool = False
    status: str = "publish"
    body: str = "<p>Text.</p>"
    lang: str = "en-US"


@dataclass
class WordPress:
    """Serves ``posts``. ``rest`` is True, False or "route"; ``overrides`` are behaviours by target or path."""

    posts: list[Post]
    rest: bool | str = True
    sitemap: bool = True
    feed: bool = True
    largest: int = 100
    headers: bool = True
    types: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    home_extra: str = ""

    def __enter__(self) -> WordPress:
        self.server = Server(default=self.answer).__enter__()
        self.server.routes = self.overrides
        self.url = self.server.url + "/"
        return self

    def __exit__(self, *error: object) -> None:
        self.server.__exit__(*error)

    def get(self) -> Client:
        """A client for this site, which asks without delay."""
        settings = Settings().fetch
        settings.attempts = 1
        return Client(settings, self.url)

    def targets(self, part: str) -> list[str]:
        """The requests whose target holds ``part``."""
        return [v.target for v in self.server.visits if part in v.target]

    def public(self, type_: str | None = None) -> list[Post]:
        """What is published, newest first."""
        return sorted((p for p in self.posts if p.status == "publish" and type_ in (None, p.type)), key=lambda p: -p.id)

    def answer(self, visit: Visit) -> None:
        """Answer as WordPress would."""
        self.reply(visit)(visit)

    def reply(self, visit: Visit) -> Behaviour:
        """What a request is answered with."""
        parts = urlsplit(visit.target)
        query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        route = query.pop("rest_route", None) if self.rest else None
        if route is None and self.rest is True and parts.path.startswith("/wp-json"):
            route = parts.path.removeprefix("/wp-json")
        if route is not None:
            return self.rest_answer("/" + route.strip("/"), query)
        if self.sitemap and "sitemap" in parts.path:
            return self.sitemap_answer(parts.path)
        if self.feed and parts.path == "/feed/":
            return self.feed_answer(int(query.get("paged", 1)))
        return self.page_answer(visit, parts.path)

    def rest_answer(self, route: str, query: dict[str, str]) -> Behaviour:
        """A REST answer."""
        if route == "/":
            return as_json(
                {"name": "Test &amp; Co", "description": "", "namespaces": ["oembed/1.0", "wp/v2"], "gmt_offset": 2, "timezone_string": ""}
            )
        bases = BASES | self.types
        if route == "/wp/v2/types":
            rows = {t: {"slug": t, "rest_base": b, "rest_namespace": "wp/v2"} for t, b in bases.items()}
            return as_json(rows | {"attachment": {"rest_base": "media"}, "wp_block": {"rest_base": "blocks"}})
        kind = next((t for t, b in bases.items() if route == f"/wp/v2/{b}"), None)
        if kind is None:
            return (
                as_json([], X_WP_Total="0", X_WP_TotalPages="0")
                if route.startswith("/wp/v2/")
                else as_json({"code": "rest_no_route", "message": "No"}, 404)
            )
        size, number = int(query.get("per_page", 10)), int(query.get("page", 1))
        if size > self.largest:
            return as_json(
                {"code": "rest_invalid_param", "message": "Invalid parameter(s): per_page", "data": {"params": {"per_page": "too large"}}},
                400,
            )
        items = sorted((p for p in self.posts if p.type == kind and p.status == "publish"), key=lambda p: p.id)
        start = int(query["offset"]) if "offset" in query else (number - 1) * size
        shown = items[start : start + size]
        if not shown and number > 1:
            return as_json({"code": "rest_post_invalid_page_number", "message": "Too far", "data": {"status": 400}}, 400)
        counted = {"X-WP-Total": str(len(items)), "X-WP-TotalPages": str(-(-len(items) // size))} if self.headers else {}
        return as_json([self.item(p) for p in shown], **counted)

    def item(self, post: Post) -> dict[str, Any]:
        """A post as REST shows it."""
        return {
            "id": post.id, "type": post.type, "status": post.status, "link": self.url + post.path,
            "slug": post.path.strip("/").split("/")[-1], "date": "2024-01-02T03:04:05", "date_gmt": "2024-01-02T01:04:05",
            "title": {"rendered": post.title}, "guid": {"rendered": f"{self.url}?p={post.id}"},
            "content": {"rendered": "" if post.protected else post.body, "protected": post.protected}, "_links": {"self": []},
        }  # fmt: skip

    def sitemap_answer(self, path: str) -> Behaviour:
        """Core's sitemaps."""
        kinds = sorted({p.type for p in self.public()})
        if path == "/wp-sitemap.xml":
            rows = "".join(f"<sitemap><loc>{self.url}wp-sitemap-posts-{k}-1.xml</loc></sitemap>" for k in kinds)
            rows += f"<sitemap><loc>{self.url}wp-sitemap-taxonomies-category-1.xml</loc></sitemap>"
            return xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>')
        match = re.fullmatch(r"/wp-sitemap-(posts|taxonomies)-(.+)-1\.xml", path)
        if match is None:
            return page("<title>Not found</title>", 404)
        paths = (
            [p.path for p in self.public(match[2])]
            if match[1] == "posts"
            else [f"category/{c}/" for c in sorted({p.category for p in self.posts})]
        )
        if match[2] == "page":
            paths.insert(0, "")
        rows = "".join(f"<url><loc>{self.url}{escape(p)}</loc><lastmod>2024-02-03</lastmod></url>" for p in paths)
        return xml(f'\n<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>')

    def feed_answer(self, number: int) -> Behaviour:
        """The feed's page."""
        posts = self.public("post")[(number - 1) * PER_LIST : number * PER_LIST]
        if not posts and number > 1:
            return page("<title>Not found</title>", 404)
        items = "".join(
            f"<item><title>{escape(p.title)}</title><link>{self.url}{p.path}</link><dc:creator><![CDATA[Ann]]></dc:creator>"
            f"<pubDate>Tue, 02 Jan 2024 01:04:05 +0000</pubDate><category><![CDATA[{p.category}]]></category>"
            f"<guid isPermaLink='false'>{self.url}?p={p.id}</guid><content:encoded><![CDATA[{p.body}]]></content:encoded></item>"
            for p in posts
        )
        spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        return xml(
            f'<rss version="2.0" {spaces}><channel><title>Test</title><generator>https://wordpress.org/?v=6.4.3</generator>{items}</channel></rss>'
        )

    def page_answer(self, visit: Visit, path: str) -> Behaviour:
        """A page of the theme."""
        match = re.fullmatch(r"/(?:(category)/([^/]+)/)?(?:page/(\d+)/)?", path)
        if match and not re.search(r"[?&](p|page_id)=", visit.target):
            return self.list_answer(match[2], int(match[3] or 1))
        post = next((p for p in self.posts if f"/{p.path}" in (path, visit.target) and p.status == "publish"), None)
        if post is None:
            return page(self.html("error404", "Page not found", "<h1>Page not found</h1>"), 404)
        form = '<form class="post-password-form" action="/wp-login.php?action=postpass"><input name="post_password"></form>'
        kind = "page page-id-" if post.type == "page" else f"{post.type}-template-default single single-{post.type} postid-"
        inner = f"<h1>{escape(post.title)}</h1><div class='entry-content'>{form if post.protected else post.body}</div>"
        body = f"<article class='post-{post.id} type-{post.type}'>{inner}</article>"
        return page(self.html(f"{kind}{post.id}", post.title, body, post.lang))

    def list_answer(self, category: str | None, number: int) -> Behaviour:
        """The list of posts, or a category's archive."""
        posts = [p for p in self.public("post") if category in (None, p.category)]
        shown = posts[(number - 1) * PER_LIST : number * PER_LIST]
        if not shown:
            return page(self.html("error404", "Page not found", ""), 404)
        rows = "".join(
            f"<article class='hentry post-{p.id}'><h2 class='entry-title'><a rel='bookmark' href='/{p.path}'>{escape(p.title)}</a></h2></article>"
            for p in shown
        )
        base = f"/category/{category}/" if category else "/"
        if number * PER_LIST < len(posts):
            rows += f"<div class='nav-links'><a class='next page-numbers' href='{base}page/{number + 1}/'>Older posts</a></div>"
        names = f"archive category category-{category}" if category else "home blog"
        return page(self.html(names, category or "Test", f"<main>{rows}</main>" + (self.home_extra if not category else "")))

    def html(self, classes: str, title: str, body: str, lang: str = "en-US") -> str:
        """The theme around a page."""
        pages = "".join(f"<li class='menu-item'><a href='/{p.path}'>{p.title}</a></li>" for p in self.public("page"))
        cats = "".join(f"<li><a href='/category/{c}/'>{c}</a></li>" for c in sorted({p.category for p in self.posts}))
        feed = "<link rel='alternate' type='application/rss+xml' title='Test &raquo; Feed' href='/feed/'>"
        return (
            f"<!DOCTYPE html><html lang='{lang}'><head><title>{escape(title)}</title><meta name='generator' content='WordPress 6.4.3'>{feed}"
            f"<link rel='stylesheet' href='/wp-content/themes/twentynothing/style.css?ver=1.2'></head><body class='{classes}'>"
            f"<nav><ul>{pages}</ul></nav>{body}<aside class='widget'><ul>{cats}</ul></aside></body></html>"
        )


def xml(text: str, status: int = 200) -> Behaviour:
    """An XML answer."""
    return page(text, status, "application/xml; charset=UTF-8")


def found(events: list[Event], source: str | None = None) -> set[str]:
    """The paths of what was found, by one source or any."""
    return {
        urlsplit(e.url).path.lstrip("/") + (f"?{urlsplit(e.url).query}" if urlsplit(e.url).query else "")
        for e in events
        if isinstance(e, Found) and source in (None, e.source)
    }


def left(events: list[Event]) -> dict[str, str]:
    """Path → reason of what was left out."""
    return {urlsplit(e.url).path.lstrip("/"): e.reason for e in events if isinstance(e, Left)}


def listing(events: list[Event], name: str) -> Listing:
    """The last listing of a name."""
    return [e for e in events if isinstance(e, Listing) and e.name == name][-1]


def cached(client: Client) -> Get:
    """One run's way to the site: no address is asked twice."""
    kept: dict[str, Any] = {}

    def get(url: str, *, kind: str, accept: str | None = None) -> Any:
        if url not in kept:
            kept[url] = client.get(url, kind=kind, accept=accept)
        return kept[url]

    return get
