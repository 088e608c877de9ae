"""Runs in which some pages fail: exit codes 0 and 1, and the numbers that are told of them."""

from __future__ import annotations

import json
from pathlib import Path

from presslift.demo.site import DemoSite
from presslift.pipeline import Options, migrate, sync
from presslift.summaries import summary_lines
from tests.commands import presslift
from tests.faulty import FaultySite, failures, lines
from tests.faulty import quick as quick_settings
from tests.servers import page


def test_some_pages_fail(tmp_path: Path, quick: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite(rest=False, feed=False) as ill:
        good = ill.answer
        ill.answer = lambda target: (404, "text/html", b"gone", {}) if "/el-precio-del-agua" in target else good(target)  # type: ignore[method-assign]
        done = presslift("migrate", ill.url, "-o", out, "--config", quick)
        assert done.returncode == 1, done.stderr
        assert done.stdout == f"{out}\n"
        assert "1 failed" in done.stderr and str(out / "export" / "failures.jsonl") in done.stderr
        (failure,) = map(json.loads, (out / "export" / "failures.jsonl").open())
        assert "/el-precio-del-agua/" in failure["url"]
        told = presslift("status", out).stdout
        assert f"failed     {failure['url']}" in told and "presslift sync" in told
        ill.answer = good  # type: ignore[method-assign]
        assert presslift("sync", out).returncode == 0
    assert (out / "export" / "failures.jsonl").read_text() == ""


def test_check_names_what_does_not_hold(out: Path) -> None:
    assert presslift("check", out).returncode == 0
    path = out / "export" / "articles.csv"
    path.write_bytes(path.read_bytes() + b"x")
    done = presslift("check", out)
    assert done.returncode == 1 and "articles.csv" in done.stdout and done.stderr == ""
    assert json.loads(presslift("check", out, "--json").stdout)["ok"] is False


def test_the_summary_counts_what_failures_names(tmp_path: Path) -> None:
    """Exit code 1, the summary, the health file, the status and failures.jsonl say the same."""
    out = tmp_path / "OUT"
    with FaultySite() as site:
        spoilt, settings = page("broken", 500), quick_settings()
        summary = migrate(site.url, out, config=settings)
        assert (summary.exit_code, summary.failures, failures(out)) == (0, 0, {})
        # A record that stands as it was.
        post = site.by_id(103)
        assert post is not None
        post |= {"content": post["content"] + "<p>Añadido.</p>", "modified": "2025-06-01T10:00:00"}
        site.faults = {site.path(103): spoilt}
        summary = sync(out, config=settings)
        assert (summary.exit_code, summary.failed, summary.stale, summary.missing_parts) == (1, 0, 1, 0)
        assert "  1 of those exported as they were, or from REST or the feed alone: the page itself could not be read" in summary_lines(
            summary
        )
        assert list(failures(out, site)) == [site.path(103)]
        # An address without a record, and a listing.
        site.rest = site.feed = False
        site.faults |= {site.add("nueva"): spoilt, "/wp-sitemap-posts-page-1.xml": spoilt}
        summary = sync(out, config=settings, options=Options(full=True))
        assert (summary.exit_code, summary.failed, summary.stale) == (1, 1, 1)
        assert summary.failures == len(lines(out, "failures")) >= 2
        done = presslift("sync", out, "-q")
        health = json.loads((out / "health.json").read_text())
        assert done.returncode == health["exit_code"] == 1
        assert "1 addresses failed, 1 pages failed and their records stand" in health["last_error"]["message"]
        told = presslift("status", out).stdout
        assert f"{len(lines(out, 'failures'))} failures" in told
        site.faults = {}
        summary = sync(out, config=settings, options=Options(full=True))
        assert (summary.exit_code, summary.failures, lines(out, "failures")) == (0, 0, [])
