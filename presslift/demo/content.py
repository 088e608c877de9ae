"""What the built-in site holds, as its pages, lists and interfaces print it: posts, pages, terms, accounts, of ``posts.toml``."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

from presslift.demo import themes

Answer = tuple[int, str, bytes, dict[str, str]]
"""Status, content type, body and further headers."""


class Content:
    """The site's content. ``url`` is its address; ``data`` may be changed while it is served."""

    url: str

    def __init__(self) -> None:
        self.data: dict[str, Any] = tomllib.loads(files(__package__).joinpath("posts.toml").read_text(encoding="utf-8"))

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


def gmt(local: str) -> datetime:
    """The site's local time as UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=UTC) + timedelta(hours=5)
