"""The built-in site on a server that misbehaves where told, and what a run made of it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import presslift
from presslift.config import Settings
from presslift.demo import SEED, snapshot
from presslift.demo.site import DemoSite
from presslift.pipeline import Options, RunSummary, sync
from presslift.store import Store
from tests.servers import Behaviour, Server, Visit, page

OPEN: dict[str, bool] = {}
NO_REST = {"rest": False}
PAGES_ALONE = {"rest": False, "feed": False, "sitemap": False}
DOORS = {"open": OPEN, "no_rest": NO_REST, "pages_alone": PAGES_ALONE}

Fault = Behaviour | Sequence[Behaviour]


class FaultySite(DemoSite):
    """``DemoSite`` behind a real server. ``faults``: target, path, or a function of the target → how it misbehaves."""

    def __init__(self, **doors: bool):
        super().__init__(**doors)
        self._server.server_close()
        self.faults: dict[str, Fault] = {}
        self.errors: list[Exception] = []
        self.everywhere: Callable[[str], Behaviour | None] = lambda target: None
        self.server = Server(default=self._behave)
        self.url = self.server.url

    def __enter__(self) -> FaultySite:
        self.server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.__exit__(*error)
        assert not self.errors, "the test's own site failed"

    def _behave(self, visit: Visit) -> None:
        self.requests.append(visit.target)
        fault = self.everywhere(visit.target) or self.faults.get(visit.target) or self.faults.get(visit.path)
        if fault is not None and not callable(fault):
            asked = sum(target == visit.target for target in self.requests) - 1
            fault = fault[min(asked, len(fault) - 1)]
        if fault is None:
            try:
                status, kind, body, headers = self.answer(visit.target)
            except Exception as error:
                self.errors.append(error)
                raise
            fault = page(body, status, kind, **{name.replace("-", "_"): value for name, value in headers.items()})
        fault(visit)

    def _rest(self, route: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        items = self._rest_list(route.rstrip("/")) if self.rest and "offset" in query else None
        if items is None:
            return super()._rest(route, query)
        start, total = int(query["offset"]), len(items)
        shown = sorted(items, key=lambda i: int(i["id"]))[start : start + int(query.get("per_page", 10))]
        return 200, "application/json; charset=UTF-8", json.dumps(shown).encode(), {"X-WP-Total": str(total)}

    def add(self, slug: str, **more: Any) -> str:
        """A further post; its path."""
        number = 1000 + len(self.data["posts"])
        post = {
            "id": number, "slug": slug, "title": f"Nota {number}", "date": f"2024-06-{number % 28 + 1:02}T10:{number % 60:02}:00", "categories": [2], "tags": [], "related": [],
            "content": f"<p>Primer párrafo de la nota {number}, con palabras suficientes para ser leída como un texto.</p><p>Segundo párrafo de {slug[:50]}, que cierra.</p>",
        }  # fmt: skip
        post |= more
        self.data["posts"].append(post)
        return self.link(post).removeprefix(self.url)

    def path(self, id: int) -> str:
        """The path of a post or page."""
        post = self.by_id(id)
        assert post is not None
        return self.link(post).removeprefix(self.url)

    @property
    def slugs(self) -> set[str]:
        """Of everything public."""
        return {p["slug"] for kind in ("posts", "pages") for p in self.data[kind] if not p.get("password")}


def quick(**fetch: Any) -> Settings:
    """Settings that lose no time on what does not answer."""
    settings = Settings()
    settings.fetch.attempts, settings.fetch.timeout = 1, 0.6
    settings.fetch.concurrency = 8
    settings.fetch.max_size, settings.fetch.max_decompressed_size = 3_000_000, 6_000_000
    for name, value in fetch.items():
        setattr(settings.fetch, name, value)
    return settings


def records(out: Path) -> dict[str, dict[str, Any]]:
    """Slug → record, as exported."""
    return {a["slug"]: a for a in lines(out, "articles")}


def lines(out: Path, name: str) -> list[dict[str, Any]]:
    """The objects of one file of the export."""
    with (out / "export" / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def failures(out: Path, site: DemoSite | None = None) -> dict[str, str]:
    """Address (path, with ``site``) → why it failed."""
    return {row["url"].removeprefix(site.url if site else ""): row["reason"] for row in lines(out, "failures")}


def changes(out: Path) -> list[tuple[str, str]]:
    """Change and last step of the address, in order."""
    return [(row["change"], row["url"].rstrip("/").rsplit("/", 1)[-1]) for row in lines(out, "changes")]


def holds(out: Path) -> None:
    """``check`` adds up."""
    result = presslift.check(out)
    assert result.ok, result.problems


def content(out: Path) -> Mapping[str, tuple[str, ...]]:
    """What readers of the records see of each article."""
    return {
        slug: tuple(str(a[name]) for name in ("id", "title", "body_text", "comments", "content_hash")) for slug, a in records(out).items()
    }


__all__ = [
    "DOORS",
    "NO_REST",
    "OPEN",
    "PAGES_ALONE",
    "SEED",
    "FaultySite",
    "changes",
    "content",
    "failures",
    "holds",
    "lines",
    "quick",
    "records",
    "snapshot",
]


class Dated(FaultySite):
    """Pages with an ETag, which the site honours; ``lie`` makes it stay for ever, whatever the page says."""

    def __init__(self, **doors: bool):
        super().__init__(**doors)
        self.lie = False
        self.conditional = 0
        self.unchanged = 0

    def _behave(self, visit: Visit) -> None:
        status, kind, body, headers = self.answer(visit.target)
        if not kind.startswith("text/html") or status != 200:
            return super()._behave(visit)
        self.requests.append(visit.target)
        etag = '"for-ever"' if self.lie else f'"{zlib.crc32(body):x}"'
        asked_for = visit.headers.get("if-none-match")
        self.conditional += asked_for is not None
        self.unchanged += asked_for == etag
        if asked_for == etag:
            visit.head(304, {"ETag": etag, "Connection": "close"})
        else:
            page(body, status, kind, ETag=etag, Link=headers["Link"])(visit)


def asked(site: DemoSite, out: Path, settings: Settings | None = None, **options: Any) -> tuple[RunSummary, list[str]]:
    """A sync, and the targets it asked for."""
    before = len(site.requests)
    summary = sync(out, config=settings or Settings(), options=Options(**options))
    assert summary.requests == len(site.requests) - before
    return summary, site.requests[before:]


def forget_listing(out: Path) -> None:
    """Have the next sync find a complete listing due."""
    with Store(out) as store:
        store.set_meta("seen", store.get_meta("seen") | {"listed_at": "2001-01-01T00:00:00Z"})
