"""A real WordPress on quiet days and on others: what a sync asks it for, and that nothing escapes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from presslift.config import Settings
from presslift.pipeline import RunSummary, migrate, sync
from presslift.store import Store
from tests.conftest import require
from tests.wordpress.server import RealWordPress

HAPPENINGS = [
    ("edit", "updated"), ("publish", "created"), ("schedule", "created"), ("trash", "removed"), ("untrash", "restored"), ("comment", "updated"),
    ("moderate", "updated"), ("retract", "updated"), ("book", "updated"),
]  # fmt: skip


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealWordPress, Path]]:
    require("php", "mariadb-install-db", "/usr/share/wordpress/wp-load.php", "/usr/share/wordpress/wp-content/themes/twentytwentyone")
    with RealWordPress(tmp_path_factory.mktemp("wordpress"), "es_ES", "twentytwentyone") as site:
        out = tmp_path_factory.mktemp("out") / "OUT"
        migrate(site.url, out, config=Settings())
        yield site, out


def looked(out: Path) -> tuple[RunSummary, list[str]]:
    """A sync, and the addresses it asked for."""
    summary = sync(out)
    with Store(out, read_only=True) as store:
        return summary, [row["url"] for row in store.rows("SELECT url FROM responses WHERE run = ? ORDER BY id", summary.run)]


def changes(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "export" / "changes.jsonl").open(encoding="utf-8")]


def test_a_quiet_run_asks_four_times_and_once_for_the_custom_type(followed: tuple[RealWordPress, Path]) -> None:
    _, out = followed
    for _ in range(2):
        summary, asked = looked(out)
        assert (summary.looked_at, summary.requests, summary.exports_written) == ("nothing", 5, False), asked
    assert {re.sub(r".*/wp/v2/(\w+).*", r"\1", url) for url in asked} == {"posts", "pages", "book", "comments"}


def test_what_happens_is_told_once_and_cheaply(followed: tuple[RealWordPress, Path]) -> None:
    site, out = followed
    for what, change in HAPPENINGS:
        before = len(changes(out))
        id = json.loads(site.php("happen.php", what))["id"]
        summary, asked = looked(out)
        assert [(e["change"], e["wp_id"]) for e in changes(out)[before:]] == [(change, id)], (what, asked)
        assert summary.looked_at == "changes" and summary.requests <= 14, (what, asked)
        assert looked(out)[0].requests == 5, what


def test_a_renamed_term_is_noticed_by_the_listing(followed: tuple[RealWordPress, Path]) -> None:
    site, out = followed
    id = json.loads(site.php("happen.php", "term"))["id"]
    assert looked(out)[0].looked_at == "nothing"
    with Store(out) as store:
        store.set_meta("seen", store.get_meta("seen") | {"listed_at": "2001-01-01T00:00:00Z"})
    summary, _ = looked(out)
    assert summary.looked_at == "listing" and id in {e["wp_id"] for e in changes(out) if "terms" in e["fields"]}


def test_what_syncs_made_is_what_a_migration_makes(followed: tuple[RealWordPress, Path], tmp_path: Path) -> None:
    site, out = followed
    migrate(site.url, tmp_path / "NEW", config=Settings())

    def hashes(folder: Path) -> dict[int, str]:
        return {a["wp_id"]: a["content_hash"] for a in map(json.loads, (folder / "export" / "articles.jsonl").open(encoding="utf-8"))}

    assert hashes(out) == hashes(tmp_path / "NEW")
