"""A small WordPress-shaped site on loopback: pages, archives, REST, feed and sitemaps, from ``posts.toml``."""

from __future__ import annotations

import copy
import json
import struct
import threading
import tomllib
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape as xml_escape

from presslift.demo import themes

PER_PAGE = 5


class DemoSite:
    """The site, served while the context lasts. ``url`` is its address, ``requests`` the targets asked for.

    ``rest``, ``feed`` and ``sitemap`` shut a door each. ``data`` may be changed while it is served.
    """

    def __init__(self, *, port: int = 0, rest: bool = True, feed: bool = True, sitemap: bool = True):
        self.data: dict[str, Any] = tomllib.loads(files(__package__).joinpath("posts.toml").read_text(encoding="utf-8"))
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

    # ---- content

    def public(self, kind: str) -> list[dict[str, Any]]:
        """Published posts or pages, newest first; protected ones among them, as WordPress lists them."""
        return sorted(self.data[kind], key=lambda p: str(p["date"]), reverse=True)

    def by_id(self, id: int) -> dict[str, Any] | None:
        """A post or page by its id."""
        return next((p for p in [*self.data["posts"], *self.data["pages"]] if p["id"] == id), None)

    def term(self, kind: str, id: int) -> dict[str, Any]:
        """A category or tag by its id."""
        found: dict[str, Any] = next(t for t in self.data[kind] if t["id"] == id)
        return found

    def user(self, post: dict[str, Any]) -> dict[str, Any]:
        """The account that posted."""
        found: dict[str, Any] = next(u for u in self.data["users"] if u["id"] == post.get("author", 1))
        return found

    def link(self, post: dict[str, Any]) -> str:
        """A post's permalink."""
        if post in self.data["pages"]:
            return f"{self.url}/{post['slug']}/"
        if post.get("language") == "en":
            return f"{self.url}/en/{post['slug']}/"
        return f"{self.url}/{post['date'][:10].replace('-', '/')}/{post['slug']}/"

    def content(self, post: dict[str, Any]) -> str:
        """The content as printed: addresses of the site made absolute, or the password form."""
        if post.get("password"):
            return themes.password_form(self, post)
        text: str = post["content"].strip()
        for attribute in ("href", "src"):
            text = text.replace(f'{attribute}="/', f'{attribute}="{self.url}/')
        return text

    def excerpt(self, post: dict[str, Any]) -> str:
        """The manual excerpt, or a hint that there is none."""
        return str(post.get("excerpt") or "")

    # ---- answers

    def answer(self, target: str) -> tuple[int, str, bytes, dict[str, str]]:
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

    def _missing(self) -> tuple[int, str, bytes, dict[str, str]]:
        page = themes.archive(
            self, "Página no encontrada", "error404", [], self.url + "/404/", heading="¡Vaya! No se ha encontrado esa página."
        )
        return 404, "text/html; charset=UTF-8", page.encode(), {}

    def _html(self, page: str, headers: dict[str, str] | None = None) -> tuple[int, str, bytes, dict[str, str]]:
        return (
            200,
            "text/html; charset=UTF-8",
            page.encode(),
            {"Link": f'<{self.url}/wp-json/>; rel="https://api.w.org/"', **(headers or {})},
        )

    def _page(self, path: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        if query.get("p", "").isdigit():
            post = self.by_id(int(query["p"]))
            return (301, "text/html", b"", {"Location": self.link(post)}) if post else self._missing()
        for post in [*self.data["posts"], *self.data["pages"]]:
            if self.url + path == self.link(post):
                return self._html(themes.single(self, post))
            if self.url + path + "/" == self.link(post):
                return 301, "text/html", b"", {"Location": self.link(post)}
        steps = [s for s in path.split("/") if s]
        number = int(steps[-1]) if len(steps) >= 2 and steps[-2] == "page" and steps[-1].isdigit() else 1
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

    def _sitemap(self, path: str) -> tuple[int, str, bytes, dict[str, str]]:
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

    def _feed(self, page: int) -> tuple[int, str, bytes, dict[str, str]]:
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

    # ---- REST

    def _rest(self, route: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        kind = "application/json; charset=UTF-8"
        if not self.rest:
            return (
                401,
                kind,
                json.dumps(
                    {"code": "rest_cannot_access", "message": "Only authenticated users can access the REST API.", "data": {"status": 401}}
                ).encode(),
                {},
            )
        route = route.rstrip("/")
        fixed = self._rest_fixed().get(route)
        if fixed is not None:
            return 200, kind, json.dumps(fixed).encode(), {}
        items = self._rest_list(route)
        if items is None:
            return 404, kind, json.dumps({"code": "rest_no_route", "message": "No route was found.", "data": {"status": 404}}).encode(), {}
        items = [item for item in items if wanted(item, query)]
        size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
        if size > 100:
            return 400, kind, json.dumps({"code": "rest_invalid_param", "message": "per_page", "data": {"status": 400}}).encode(), {}
        pages = -(-len(items) // size)
        if page > max(pages, 1):
            return 400, kind, json.dumps({"code": "rest_post_invalid_page_number", "message": "page", "data": {"status": 400}}).encode(), {}
        items.sort(key=lambda i: (str(i.get(order_of(query), "")), int(i["id"])), reverse=query.get("order", "desc") == "desc")
        start = int(query["offset"]) if "offset" in query else (page - 1) * size
        fields = query["_fields"].split(",") if "_fields" in query else None
        shown = [{k: v for k, v in i.items() if fields is None or k in fields} for i in items[start : start + size]]
        return 200, kind, json.dumps(shown, ensure_ascii=False).encode(), {"X-WP-Total": str(len(items)), "X-WP-TotalPages": str(pages)}

    def _rest_fixed(self) -> dict[str, Any]:
        name = self.data["site"]
        index = {
            "name": name["name"],
            "description": name["tagline"],
            "url": self.url,
            "home": self.url,
            "gmt_offset": "-5",
            "timezone_string": "America/Bogota",
            "namespaces": ["oembed/1.0", "wp/v2"],
            "routes": {"/wp/v2": {}, "/wp/v2/posts": {}, "/wp/v2/pages": {}},
        }
        types = {
            t: {
                "slug": t,
                "name": b,
                "rest_base": b,
                "rest_namespace": "wp/v2",
                "taxonomies": ["category", "post_tag"] if t == "post" else [],
            }
            for t, b in (("post", "posts"), ("page", "pages"), ("attachment", "media"))
        }
        taxonomies = {
            t: {"slug": t, "name": b, "rest_base": b, "rest_namespace": "wp/v2", "types": ["post"], "hierarchical": t == "category"}
            for t, b in (("category", "categories"), ("post_tag", "tags"))
        }
        return {"": index, "/wp/v2/types": types, "/wp/v2/taxonomies": taxonomies}

    def _rest_list(self, route: str) -> list[dict[str, Any]] | None:
        match route.removeprefix("/wp/v2/"):
            case "posts":
                return [self._rest_post(p, "post") for p in self.data["posts"]]
            case "pages":
                return [self._rest_post(p, "page") for p in self.data["pages"]]
            case "categories" | "tags" as kind:
                base, taxonomy = ("category", "category") if kind == "categories" else ("tag", "post_tag")
                return [
                    {**t, "parent": t.get("parent", 0), "taxonomy": taxonomy, "link": f"{self.url}/{base}/{t['slug']}/"}
                    for t in copy.deepcopy(self.data[kind])
                ]
            case "users":
                return [
                    {**u, "link": f"{self.url}/author/{u['slug']}/", "description": u.get("description", "")}
                    for u in copy.deepcopy(self.data["users"])
                ]
            case "comments":
                return [self._rest_comment(p, c) for p in self.data["posts"] for c in p.get("comments", [])]
            case "media":
                source = f"{self.url}/wp-content/uploads/2025/03/salar.png"
                return [
                    {
                        "id": 301,
                        "slug": "salar",
                        "link": f"{self.url}/salar/",
                        "title": {"rendered": "salar"},
                        "alt_text": self.data.get("alt_text", "Piscinas de evaporación"),
                        "caption": {"rendered": ""},
                        "mime_type": "image/png",
                        "source_url": source,
                        "media_details": {"width": 1200, "height": 800},
                        "date": "2025-03-18T08:00:00",
                        "modified_gmt": self.data.get("media_modified", "2025-03-18T13:00:00"),
                        "type": "attachment",
                    }
                ]
        return None

    def _rest_post(self, post: dict[str, Any], kind: str) -> dict[str, Any]:
        protected = bool(post.get("password"))
        modified = post.get("modified", post["date"])
        item = {
            "id": post["id"],
            "date": post["date"],
            "date_gmt": gmt(post["date"]).replace(tzinfo=None).isoformat(),
            "modified": modified,
            "modified_gmt": gmt(modified).replace(tzinfo=None).isoformat(),
            "slug": post["slug"],
            "status": "publish",
            "type": kind,
            "link": self.link(post),
            "guid": {"rendered": f"{self.url}/?p={post['id']}"},
            "title": {"rendered": escape(post["title"])},
            "content": {"rendered": "" if protected else self.content(post), "protected": protected},
            "excerpt": {
                "rendered": "" if protected else f"<p>{self.excerpt(post)}</p>" if post.get("excerpt") else "",
                "protected": protected,
            },
            "author": post.get("author", 1),
            "featured_media": 301 if post.get("picture") else 0,
            "template": "",
            "meta": {},
            "_links": {},
        }
        return item | (
            {"sticky": False, "format": "standard", "categories": post["categories"], "tags": post["tags"]}
            if kind == "post"
            else {"parent": 0, "menu_order": 0}
        )

    def _rest_comment(self, post: dict[str, Any], comment: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": comment["id"],
            "post": post["id"],
            "parent": comment.get("parent", 0),
            "author": comment.get("user", 0),
            "author_name": comment["author"],
            "author_url": "",
            "date": comment["date"],
            "date_gmt": gmt(comment["date"]).replace(tzinfo=None).isoformat(),
            "content": {"rendered": f"<p>{escape(comment['text'])}</p>"},
            "status": "approved",
            "type": "comment",
            "link": f"{self.link(post)}#comment-{comment['id']}",
        }


def wanted(item: dict[str, Any], query: dict[str, str]) -> bool:
    """Whether REST's parameters let an item through."""
    if "include" in query and str(item["id"]) not in query["include"].split(","):
        return False
    for parameter, field in (("modified_after", "modified_gmt"), ("after", "date_gmt")):
        if parameter in query and str(item.get(field, "")) <= query[parameter].removesuffix("Z"):
            return False
    return True


def order_of(query: dict[str, str]) -> str:
    """The field that REST sorts by."""
    named = {"modified": "modified_gmt", "date": "date_gmt", "date_gmt": "date_gmt"}
    return named.get(query.get("orderby", "date"), "")


def gmt(local: str) -> datetime:
    """The site's local time as UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=UTC) + timedelta(hours=5)


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
