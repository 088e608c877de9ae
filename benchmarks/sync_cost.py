#!/usr/bin/env python3
"""What a sync asks a site for: requests counted on a server of 1,000 and 10,000 posts of which 0, 1 and 100 changed.

usage: sync_cost.py [--posts N,…] [--doors open,sitemap] [--write]

The server is the built-in site, filled. Counted are the requests that reach it. ``--write`` puts the table into
``docs/scheduled-sync.md``.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from presslift.config import Settings
from presslift.demo import themes
from presslift.demo.site import DemoSite
from presslift.pipeline import migrate, sync
from presslift.store import Store

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "scheduled-sync.md"
DOORS: dict[str, tuple[str, dict[str, bool]]] = {
    "open": ("REST open", {}),
    "sitemap": ("dated sitemaps alone", {"rest": False, "feed": False}),
}
CHANGED = (0, 1, 100)
WORDS = "puerto salar aduana riel cobre barco muelle carta ruta costa piedra campo lluvia sello tren".split()


class ManyPosts(DemoSite):
    """The built-in site with ``count`` posts, found by their address at once."""

    def __init__(self, count: int, **doors: bool):
        super().__init__(**doors)
        for number in range(count - len(self.data["posts"])):
            self.data["posts"].append(post(1000 + number))
        self._by_path = {self.link(p).removeprefix(self.url): p for p in self.data["posts"]}
        self._newest: list[dict[str, Any]] | None = None

    def public(self, kind: str) -> list[dict[str, Any]]:
        """As WordPress lists them; sorted once for the side bar of every page."""
        if kind != "posts":
            return super().public(kind)
        if self._newest is None:
            self._newest = super().public(kind)
        return self._newest

    def answer(self, target: str) -> tuple[int, str, bytes, dict[str, str]]:
        """Posts by their address at once."""
        found = self._by_path.get(target)
        return self._html(themes.single(self, found)) if found is not None else super().answer(target)

    def _rest_post(self, post: dict[str, Any], kind: str) -> dict[str, Any]:
        # Rendering is what takes the time, and nothing is rendered anew that did not change.
        known: dict[int, tuple[str, dict[str, Any]]] = self.__dict__.setdefault("_rendered", {})
        state = str(post.get("modified", "")) + post["content"][-40:]
        if known.get(post["id"], ("",))[0] != state:
            known[post["id"]] = (state, super()._rest_post(post, kind))
        return known[post["id"]][1]

    def change(self, count: int, day: int) -> None:
        """Edit so many posts, from all over."""
        posts = [p for p in self.data["posts"] if p["id"] >= 1000]
        for number, one in enumerate(posts[:: max(1, len(posts) // count)][:count] if count else ()):
            one["content"] += f"<p>Nota del día {day}: {' '.join(words(one['id'] * (day + 7)))}.</p>"
            one["modified"] = f"2026-01-{day:02}T{number // 60 % 24:02}:{number % 60:02}:00"


def words(seed: int) -> list[str]:
    """Some words, other ones for each seed."""
    return [WORDS[(seed * (n + 3) + n * n) % len(WORDS)] for n in range(40)]


def post(number: int) -> dict[str, Any]:
    """A post of the server's."""
    content = f"<p>{' '.join(words(number))}.</p><p>{' '.join(words(number * 31))}.</p>"
    date = f"20{15 + number % 9:02}-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:00"
    more = {"categories": [2], "tags": [], "related": []}
    return {"id": number, "slug": f"nota-{number}", "title": f"Nota {number}", "date": date, "content": content, **more}


def measured(count: int, doors: dict[str, bool]) -> dict[str, int]:
    """Requests of the migration, of syncs with 0, 1 and 100 changes, and of a listing that is due."""
    costs: dict[str, int] = {}
    site = ManyPosts(count, **doors)
    with tempfile.TemporaryDirectory() as folder, site:
        out, settings = Path(folder) / "OUT", Settings()

        def cost(name: str, run: Any) -> Any:
            before, begun = len(site.requests), time.monotonic()
            summary = run()
            costs[name] = len(site.requests) - before
            print(f"  {name}: {costs[name]} requests, {time.monotonic() - begun:.0f} s ({summary.looked_at})", file=sys.stderr, flush=True)
            return summary

        cost("migration", lambda: migrate(site.url, out, config=settings))
        # The first asks once whether there is a feed of comments.
        sync(out, config=settings)
        for day, changed in enumerate(CHANGED, 1):
            site.change(changed, day)
            summary = cost(str(changed), lambda: sync(out, config=settings))
            assert summary.updated == changed, (summary.updated, changed)
        with Store(out) as store:
            store.set_meta("seen", store.get_meta("seen") | {"listed_at": "2001-01-01T00:00:00Z"})
        cost("listing", lambda: sync(out, config=settings))
        with Store(out) as store:
            store.set_meta("seen", store.get_meta("seen") | {"discovered_at": "2001-01-01T00:00:00Z"})
        cost("all", lambda: sync(out, config=settings))
    return costs


def table(rows: list[tuple[str, int, dict[str, int]]]) -> str:
    """The figures as Markdown."""
    lines = [
        "| requests | posts | migration | 0 changes | 1 change | 100 changes | 0, a listing due | 0, everything due |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, count, costs in rows:
        figures = " | ".join(f"{costs[key]:,}" for key in ("migration", "0", "1", "100", "listing", "all"))
        lines.append(f"| {name} | {count:,} | {figures} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--posts", default="1000,10000")
    parser.add_argument("--doors", default="open,sitemap")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rows = []
    for door in asked.doors.split(","):
        for count in map(int, asked.posts.split(",")):
            print(f"{DOORS[door][0]}, {count:,} posts", file=sys.stderr, flush=True)
            rows.append((DOORS[door][0], count, measured(count, DOORS[door][1])))
    text = table(rows)
    print(text)
    if asked.write:
        guide = GUIDE.read_text(encoding="utf-8")
        marked = re.compile(r"(<!-- benchmarks/sync_cost.py -->\n).*?(\n<!-- end -->)", re.S)
        GUIDE.write_text(marked.sub(lambda m: m[1] + text + m[2], guide), encoding="utf-8")


if __name__ == "__main__":
    main()
