"""What befalls a site, or a machine, between two syncs or in the middle of one: nothing is lost, doubled or wrongly removed."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest

from presslift.errors import SiteError
from presslift.pipeline import Options, migrate, sync
from tests.faulty import DOORS, NO_REST, FaultySite, changes, content, failures, holds, lines, quick, records, snapshot
from tests.servers import Behaviour, page, redirect, reset
from tests.test_hostile import BROKEN, wordpress

FULL = Options(full=True)


def articles(out: Path) -> bytes:
    return (out / "export" / "articles.jsonl").read_bytes()


def is_page(target: str) -> bool:
    return not re.search(r"wp-json|rest_route|sitemap|/feed|robots|\.png", target)


# ---- the site is ill as a whole

ILL: dict[str, Behaviour] = {
    "down": reset(),
    "status_500": page("<h1>Internal Server Error</h1>", 500),
    "status_503": page("<h1>Service Unavailable</h1>", 503),
    "maintenance": page(wordpress("Mantenimiento", "<h1>Briefly unavailable for scheduled maintenance. Check back in a minute.</h1>"), 503),
    "maintenance_with_200": page(wordpress("Maintenance", "<p>Briefly unavailable for scheduled maintenance. Check back in a minute.</p>")),
    "database": BROKEN["database"][0],
    "fatal": BROKEN["fatal"][0],
    "bot_wall": BROKEN["bot"][0],
    "login_wall": page(wordpress("Acceder", '<form name="loginform" id="loginform" action="/wp-login.php"><input name="log"><input name="pwd" type="password"></form>').replace('class="page"', 'class="login wp-core-ui"')),
    "parked": page("<html><head><title>example.com</title></head><body><h1>This domain is for sale</h1><p>Buy this domain.</p><script src='https://www.sedoparking.com/x.js'></script></body></html>"),
    "blank": page(""),
    "redirected_away": redirect("http://example.invalid/suspended"),
    "not_found": page(wordpress("404", "<h1>Not Found</h1>"), 404),
}  # fmt: skip


def test_an_ill_site_is_no_migration(tmp_path: Path) -> None:
    with FaultySite() as site:
        for name, illness in {**ILL, "robots_503": page("", 503)}.items():
            only = "/robots.txt" if name == "robots_503" else None
            site.everywhere = lambda target, illness=illness, only=only: illness if only in (None, target) else None  # type: ignore[misc]
            with pytest.raises(SiteError) as told:
                migrate(site.url, tmp_path / "deep" / name, config=quick())
            assert "\n" not in str(told.value) and site.url.rstrip("/") in str(told.value), name
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("doors", [DOORS["open"], NO_REST], ids=["open", "no_rest"])
def test_an_ill_site_changes_nothing(tmp_path: Path, doors: dict[str, bool]) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        before = snapshot(out / "export")
        for name, illness in ILL.items():
            site.everywhere = lambda target, illness=illness: illness  # type: ignore[misc]
            with pytest.raises(SiteError):
                sync(out, config=quick(), options=FULL)
            assert snapshot(out / "export") == before, name
        holds(out)
        site.everywhere = lambda target: None
        assert sync(out, config=quick()).exit_code == 0
        assert snapshot(out / "export") == before


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_articles_that_are_ill_change_nothing(tmp_path: Path, doors: dict[str, bool]) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        before = content(out)
        # What is not tried with every door open differs in nothing that doors matter for.
        for name, illness in [*ILL.items()][:: 1 if doors == NO_REST else 4]:
            if name == "not_found":
                continue
            site.everywhere = lambda target, illness=illness: illness if re.match(r"/(20\d\d|en)/", target) else None  # type: ignore[misc]
            assert sync(out, config=quick(), options=FULL).exit_code == 1, name
            assert content(out) == before, name
            assert site.path(101) in failures(out, site), name
        assert lines(out, "removed") == [] and changes(out) == []
        holds(out)
        site.everywhere = lambda target: None
        summary = sync(out, config=quick(), options=FULL)
        assert (summary.exit_code, failures(out), content(out), changes(out)) == (0, {}, before, [])


def goes_down(site: FaultySite, after: int, illness: str) -> None:
    start = len(site.requests)
    site.everywhere = lambda target: ILL[illness] if len(site.requests) - start > after else None


@pytest.mark.parametrize("illness", ["down", "database"])
@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_a_site_that_goes_down_during_a_sync(tmp_path: Path, doors: dict[str, bool], illness: str) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        before = content(out)
        start = len(site.requests)
        sync(out, config=quick())
        whole = len(site.requests) - start
        edited = site.data["posts"][2]
        edited |= {"content": edited["content"] + "<p>Añadido.</p>", "modified": "2025-05-01T10:00:00"}
        for after in range(2, whole, max(1, whole // 4)):
            goes_down(site, after, illness)
            with suppress(SiteError):
                sync(out, config=quick())
            assert {k: v for k, v in content(out).items() if k != edited["slug"]} == {
                k: v for k, v in before.items() if k != edited["slug"]
            }, after
            assert lines(out, "removed") == []
            assert {kind for kind, _ in changes(out)} <= {"updated"}
            holds(out)
        site.everywhere = lambda target: None
        sync(out, config=quick())
        assert changes(out) == [("updated", edited["slug"])]
        assert "Añadido." in records(out)[edited["slug"]]["body_text"]
        assert failures(out) == {}
        holds(out)


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_a_site_that_goes_down_during_the_first_migration(tmp_path: Path, doors: dict[str, bool]) -> None:
    with FaultySite(**doors) as site:
        migrate(site.url, tmp_path / "whole", config=quick())
        whole = len(site.requests)
        for after in (whole // 3, whole * 2 // 3, whole - 2):
            out = tmp_path / f"after-{after}"
            goes_down(
                site,
                after,
                {"open": "status_503", "no_rest": "bot_wall", "pages_alone": "down"}[next(n for n, d in DOORS.items() if d == doors)],
            )
            try:
                summary = migrate(site.url, out, config=quick())
            except SiteError:
                assert not out.exists()
            else:
                assert summary.exit_code == 1
                assert set(records(out)) <= site.slugs
                holds(out)
            site.everywhere = lambda target: None
            summary = migrate(site.url, out, config=quick())
            assert set(records(out)) == site.slugs, after
            assert summary.exit_code == 0 and failures(out) == {}
            assert lines(out, "removed") == []
            holds(out)


def test_a_dead_site_is_left_in_peace(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**NO_REST) as site:
        for number in range(400):
            site.add(f"nota-{number}", content="<p>Breve.</p>")
        site.everywhere = lambda target: page("", 503) if sum(map(is_page, site.requests)) > 30 else None
        summary = migrate(site.url, out, config=quick())
        assert summary.exit_code == 1
        assert len(site.requests) < 200
        told = failures(out, site)
        assert len(told) > 300 and set(told.values()) <= {"http_status", "bad_answer"}
        assert any("not asked" in (row["detail"] or "") for row in lines(out, "failures"))
        holds(out)
