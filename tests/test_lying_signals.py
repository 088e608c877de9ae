"""Signals of change that lie are found out by looking all the same, and not believed from then on."""

from __future__ import annotations

from pathlib import Path

import pytest

from presslift.config import Settings
from presslift.demo.site import DemoSite
from presslift.pipeline import Options, getting, migrate, status, sync
from tests.faulty import Dated, FaultySite, asked, changes, forget_listing

LATER = "2025-05-01T12:00:00"


def told_of(out: Path) -> str:
    return " ".join(status(out)["distrusted"])


def edit_all(site: DemoSite, *, dated: bool) -> int:
    edited = [p for p in site.data["posts"] if not p.get("password")]
    for p in edited:
        # Different ones: what is added to every page alike is furniture.
        words = ("".join(chr(97 + int(digit)) * 2 for digit in str(p["id"] * n)) for n in range(31, 49))
        p["content"] += f"<p>{' '.join(words)}.</p>"
        p |= {"modified": LATER} if dated else {}
    return len(edited)


def test_an_etag_that_never_changes_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getting, "SAMPLED", 3)
    out = tmp_path / "OUT"
    with Dated(rest=False, feed=False, sitemap=False) as site:
        site.lie = True
        migrate(site.url, out, config=Settings())
        edited = edit_all(site, dated=False)
        for _ in range(8):
            sync(out, config=Settings())
            if told_of(out):
                break
        assert "ETag and Last-Modified: not believed since" in told_of(out)
        conditional = site.conditional
        sync(out, config=Settings())
        assert site.conditional == conditional
        assert len({slug for _, slug in changes(out)}) == edited
        # Asked to look at everything, it believes again.
        sync(out, config=Settings(), options=Options(full=True))
        assert told_of(out) == ""


def test_dates_that_never_change_are_found_out(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(rest=False) as site:
        migrate(site.url, out, config=Settings())
        edited = edit_all(site, dated=False)
        assert sync(out, config=Settings()).updated == 0
        forget_listing(out)
        sync(out, config=Settings())
        assert "the dates of the sitemaps: not believed since" in told_of(out)
        sync(out, config=Settings())
        assert len({slug for _, slug in changes(out)}) == edited


def test_dates_that_always_change_are_found_out(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(rest=False) as site:
        for number in range(130):
            site.add(f"nota-{number}")
        migrate(site.url, out, config=Settings())
        for day in (1, 2, 3):
            assert told_of(out) == ""
            for p in (*site.data["posts"], *site.data["pages"]):
                p["modified"] = f"2026-01-0{day}T00:00:00"
            pages = [t for t in asked(site, out)[1] if t.startswith("/20")]
            if day < 3:
                assert len(pages) > 100
            if day == 2:
                assert "dates moved and 0 articles changed" in told_of(out)
                break
        for p in (*site.data["posts"], *site.data["pages"]):
            p["modified"] = "2026-01-09T00:00:00"
        assert len([t for t in asked(site, out)[1] if t.startswith("/20")]) <= 55
    assert changes(out) == []


class Cached(FaultySite):
    """REST behind a cache that keeps what it has for ever; ``says_so`` is the header by which it tells."""

    says_so: dict[str, str]

    def __init__(self) -> None:
        super().__init__()
        self.says_so = {}
        self.kept: dict[str, tuple[int, str, bytes, dict[str, str]]] = {}

    def answer(self, target: str) -> tuple[int, str, bytes, dict[str, str]]:
        if not target.startswith("/wp-json/"):
            return super().answer(target)
        hit = target in self.kept
        status, kind, body, headers = self.kept.setdefault(target, super().answer(target))
        return status, kind, body, headers | (self.says_so if hit else {})


@pytest.mark.parametrize("says_so", [{}, {"Age": "86000"}, {"X-Cache": "HIT from edge"}], ids=["silent", "age", "hit"])
def test_a_cache_in_front_of_rest_is_found_out(tmp_path: Path, says_so: dict[str, str]) -> None:
    out = tmp_path / "OUT"
    with Cached() as site:
        migrate(site.url, out, config=Settings())
        sync(out, config=Settings())
        site.says_so = says_so
        edited = edit_all(site, dated=True)
        if not says_so:
            assert sync(out, config=Settings()).looked_at == "nothing"
            forget_listing(out)
        sync(out, config=Settings())
        assert "REST, which a cache answers" in told_of(out)
        sync(out, config=Settings())
        assert len({slug for _, slug in changes(out)}) == edited
        assert asked(site, out)[0].requests == 4
