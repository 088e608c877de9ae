"""The built-in site's REST API, as far as WordPress's is asked: collections with their parameters, totals and refusals."""

from __future__ import annotations

import copy
import json
from html import escape
from typing import Any

from presslift.demo.content import Answer, Content, gmt


class Rest(Content):
    """The site's content as REST shows it; ``rest`` says whether it does."""

    rest: bool

    def _rest(self, route: str, query: dict[str, str]) -> Answer:
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
