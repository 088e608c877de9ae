"""Syncs of a site whose REST is shut: what dated sitemaps, feeds and pages in turn tell, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from presslift.config import Settings
from presslift.demo import snapshot
from presslift.pipeline import migrate, sync
from tests.faulty import Dated, FaultySite, asked, changes, records
from tests.servers import Visit, page
from tests.test_sync import HAPPENINGS, approve, comment, delete, edit, retract, schedule, swap, told_apart

# ---- REST shut


@pytest.mark.parametrize("more", [0, 40])
def test_dated_sitemaps_alone_cost_their_files(tmp_path: Path, more: int) -> None:
    out = tmp_path / "OUT"
    with FaultySite(rest=False) as site:
        for number in range(more):
            site.add(f"nota-{number}")
        migrate(site.url, out, config=Settings())
        before = snapshot(out / "export")
        # The first asks whether there is a feed of comments; there is none.
        sync(out, config=Settings())
        summary, targets = asked(site, out)
        assert targets == ["/robots.txt", "/wp-sitemap.xml", "/wp-sitemap-posts-post-1.xml", "/wp-sitemap-posts-page-1.xml"]
        assert summary.looked_at == "nothing" and snapshot(out / "export") == before


@pytest.mark.parametrize(
    ("happens", "told", "most"),
    [h for h in HAPPENINGS if h[0] not in (schedule, swap, comment, approve, retract)],
    ids=[h[0].__name__ for h in HAPPENINGS if h[0] not in (schedule, swap, comment, approve, retract)],
)
def test_dated_sitemaps_tell_what_happened(tmp_path: Path, happens: Callable[[Any], None], told: list[tuple[str, str]], most: int) -> None:
    out = tmp_path / "OUT"
    with FaultySite(rest=False) as site:
        migrate(site.url, out, config=Settings())
        sync(out, config=Settings())
        happens(site)
        summary, targets = asked(site, out)
        assert sorted(changes(out)) == sorted(told)
        assert summary.looked_at == "changes" and len(targets) <= most, targets
        assert asked(site, out)[0].looked_at == "nothing"
        migrate(site.url, tmp_path / "NEW", config=Settings())
    assert told_apart(records(out)) == told_apart(records(tmp_path / "NEW"))


def test_new_comments_are_told_by_their_feed(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(rest=False) as site:
        feed = '<rss version="2.0"><channel><title>x</title>{}</channel></rss>'

        def comments_feed(visit: Visit) -> None:
            items = "".join(
                f"<item><link>{site.link(p)}#comment-{c['id']}</link><guid>{c['id']}</guid></item>"
                for p in site.data["posts"]
                for c in p.get("comments", [])
            )
            page(feed.format(items), content_type="application/rss+xml")(visit)

        site.faults["/comments/feed/"] = comments_feed
        migrate(site.url, out, config=Settings())
        assert asked(site, out)[0].looked_at == "nothing"
        comment(site)
        _, targets = asked(site, out)
        assert changes(out) == [("updated", "el-precio-del-agua")] and len(targets) <= 6
        assert [c["text"] for c in records(out)["el-precio-del-agua"]["comments"]] == ["Muy de acuerdo."]
        assert asked(site, out)[0].looked_at == "nothing"


def test_pages_that_nothing_dates_are_looked_at_in_turn(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with Dated(rest=False, feed=False, sitemap=False) as site:
        for number in range(130):
            site.add(f"nota-{number}")
        migrate(site.url, out, config=Settings())
        looked: set[str] = set()
        for _ in range(3):
            summary, targets = asked(site, out)
            assert summary.looked_at == "changes" and len(targets) <= 55
            looked |= {t for t in targets if t.startswith(("/20", "/en/", "/quienes"))}
        assert len(looked) >= 138
        edit(site)
        for _ in range(3):
            sync(out, config=Settings())
        assert changes(out) == [("updated", "cronica-de-una-aduana")]
        # What is gone says so itself, in two runs.
        delete(site)
        for _ in range(6):
            sync(out, config=Settings())
        assert changes(out)[1:] == [("removed", "un-ferrocarril-para-otra-epoca")]
