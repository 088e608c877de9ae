"""A small WordPress-shaped site on loopback: pages, archives, feed and sitemaps of its content, and REST."""

from __future__ import annotations

import struct
import threading
import zlib
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape as xml_escape

from presslift.demo import themes
from presslift.demo.content import Answer, gmt
from presslift.demo.rest import Rest

PER_PAGE = 5


class DemoSite(Rest):
    """The site, served while the context lasts. ``url`` is its address, ``requests`` the targets asked for.

    ``rest``, ``feed`` and ``sitemap`` shut a door each. ``data`` may be changed while it is served.
    """

    def __init__(self, *, port: int = 0, rest: bool = True, feed: bool = True, sitemap: bool = True):
        super().__init__()
        self.rest, self.feed, self.sitemap = rest, feed, sitemap
        self.requests: list[str] = []
        self.moved: dict[str, str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # One segment an answer: small ones wait for the acknowledgement of the one before.
            wbufsize = -1

            def do_GET(self) -> None:
                site.requests.append(self.path)
                status, kind, body, headers = site.answer(self.path)
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> DemoSite:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # ---- answers

    def answer(self, target: str) -> Answer:
        """Status, content type, body and further headers for a request."""
        parts = urlsplit(target)
        query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
        path = parts.path
        if path in self.moved:
            return 301, "text/html", b"", {"Location": self.url + self.moved[path], "X-Redirect-By": "WordPress"}
        if path == "/robots.txt":
            lines = "User-agent: *\nDisallow: /wp-admin/\n" + (f"\nSitemap: {self.url}/wp-sitemap.xml\n" if self.sitemap else "")
            return 200, "text/plain", lines.encode(), {}
        if path.startswith("/wp-json"):
            return self._rest(path.removeprefix("/wp-json"), query)
        if "rest_route" in query:
            return self._rest(query["rest_route"], query)
        if path.startswith("/wp-sitemap"):
            return self._sitemap(path) if self.sitemap else self._missing()
        if path == "/feed/":
            return self._feed(int(query.get("paged", 1))) if self.feed else self._missing()
        if path.startswith("/wp-content/uploads/"):
            return 200, "image/png", picture(1200 if "x" not in path.rsplit("-", 1)[-1] else 300), {}
        return self._page(path, query)

    def _missing(self) -> Answer:
        page = themes.archive(
            self, "Página no encontrada", "error404", [], self.url + "/404/", heading="¡Vaya! No se ha encontrado esa página."
        )
        return 404, "text/html; charset=UTF-8", page.encode(), {}

    def _html(self, page: str, headers: dict[str, str] | None = None) -> Answer:
        return (
            200,
            "text/html; charset=UTF-8",
            page.encode(),
            {"Link": f'<{self.url}/wp-json/>; rel="https://api.w.org/"', **(headers or {})},
        )

    def _page(self, path: str, query: dict[str, str]) -> Answer:
        if query.get("p", "").isdecimal():
            post = self.by_id(int(query["p"]))
            return (301, "text/html", b"", {"Location": self.link(post)}) if post else self._missing()
        for post in [*self.data["posts"], *self.data["pages"]]:
            if self.url + path == self.link(post):
                return self._html(themes.single(self, post))
            if self.url + path + "/" == self.link(post):
                return 301, "text/html", b"", {"Location": self.link(post)}
        steps = [s for s in path.split("/") if s]
        number = int(steps[-1]) if len(steps) >= 2 and steps[-2] == "page" and steps[-1].isdecimal() else 1
        base = steps[:-2] if number > 1 else steps
        chosen = self._members(base)
        if chosen is None:
            return self._missing()
        name, body_class, posts = chosen
        shown = posts[(number - 1) * PER_PAGE : number * PER_PAGE]
        if not shown and number > 1:
            return self._missing()
        root = "/".join([self.url, *base])
        following = f"{root}/page/{number + 1}/" if len(posts) > number * PER_PAGE else None
        site_name = self.data["site"]["name"]
        return self._html(
            themes.archive(self, f"{name} – {site_name}" if name else site_name, body_class, shown, f"{root}/", following, name)
        )

    def _members(self, steps: list[str]) -> tuple[str | None, str, list[dict[str, Any]]] | None:
        posts = self.public("posts")
        if not steps:
            return None, "home blog", posts
        if len(steps) == 2 and steps[0] in ("category", "tag"):
            kind = "categories" if steps[0] == "category" else "tags"
            for term in self.data[kind]:
                if term["slug"] == steps[1]:
                    label = "Categoría" if kind == "categories" else "Etiqueta"
                    return (
                        f"{label}: {term['name']}",
                        f"archive {steps[0]} {steps[0]}-{term['slug']} {steps[0]}-{term['id']}",
                        [p for p in posts if term["id"] in p[kind]],
                    )
        if len(steps) == 2 and steps[0] == "author":
            for user in self.data["users"]:
                if user["slug"] == steps[1]:
                    return (
                        f"Autor: {user['name']}",
                        f"archive author author-{user['slug']} author-{user['id']}",
                        [p for p in posts if p.get("author", 1) == user["id"]],
                    )
        return None

    def _sitemap(self, path: str) -> Answer:
        kinds = {"/wp-sitemap-posts-post-1.xml": self.data["posts"], "/wp-sitemap-posts-page-1.xml": self.data["pages"]}
        if path == "/wp-sitemap.xml":
            inner = "".join(f"<sitemap><loc>{self.url}{name}</loc></sitemap>" for name in kinds)
            text = f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</sitemapindex>'
        elif path in kinds:
            inner = "".join(
                f"<url><loc>{self.link(p)}</loc><lastmod>{p.get('modified', p['date'])}{themes.OFFSET}</lastmod></url>" for p in kinds[path]
            )
            text = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</urlset>'
        else:
            return self._missing()
        return 200, "application/xml; charset=UTF-8", text.encode(), {}

    def _feed(self, page: int) -> Answer:
        posts = self.public("posts")[(page - 1) * PER_PAGE : page * PER_PAGE]
        if not posts and page > 1:
            return self._missing()
        items = []
        for post in posts:
            terms = [*(self.term("categories", n) for n in post["categories"]), *(self.term("tags", n) for n in post["tags"])]
            categories = "".join(f"<category><![CDATA[{t['name']}]]></category>" for t in terms)
            title = ("Protegido: " if post.get("password") else "") + post["title"]
            items.append(
                f"<item><title>{xml_escape(title)}</title><link>{self.link(post)}</link><dc:creator><![CDATA[{self.user(post)['name']}]]></dc:creator>"
                f'<pubDate>{format_datetime(gmt(post["date"]))}</pubDate>{categories}<guid isPermaLink="false">{self.url}/?p={post["id"]}</guid>'
                f"<description><![CDATA[{self.excerpt(post)}]]></description><content:encoded><![CDATA[{self.content(post)}]]></content:encoded></item>"
            )
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>{xml_escape(self.data['site']['name'])}</title><link>{self.url}</link><language>es</language><generator>https://wordpress.org/?v=6.5.5</generator>{''.join(items)}</channel></rss>"
        )
        return 200, "application/rss+xml; charset=UTF-8", text.encode(), {}


def picture(width: int) -> bytes:
    """A grey PNG, three by two."""
    height = width * 2 // 3
    rows = (b"\x00" + b"\xc8" * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
