"""What a sync asks of a site, and that it misses nothing: counted and compared on a site whose REST, sitemaps or pages are open."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from presslift.config import Settings
from presslift.demo import snapshot
from presslift.demo.site import DemoSite
from presslift.errors import SiteError
from presslift.pipeline import Options, migrate, reparse, sync
from presslift.records import CONTENT_FIELDS
from presslift.store import Store
from tests.faulty import Dated, FaultySite, asked, changes, failures, forget_listing, holds, lines, records
from tests.servers import page

LATER = "2025-05-01T12:00:00"


def kinds(targets: list[str]) -> list[str]:
    """What was asked, in short: the route of REST, or the path."""
    return [t.split("?")[0].removeprefix("/wp-json/wp/v2/") for t in targets]


def post(site: DemoSite, id: int) -> dict[str, Any]:
    found = site.by_id(id)
    assert found is not None
    return found


@pytest.fixture
def migrated(tmp_path: Path) -> Any:
    with FaultySite() as site:
        migrate(site.url, tmp_path / "OUT", config=Settings())
        yield site, tmp_path / "OUT"


# ---- a day on which nothing happened


@pytest.mark.parametrize("more", [0, 230])
def test_a_quiet_run_asks_four_times_whatever_the_number_of_posts(tmp_path: Path, more: int) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        for number in range(more):
            site.add(f"nota-{number}")
        migrate(site.url, out, config=Settings())
        before, times = snapshot(out / "export"), {p: p.stat().st_mtime_ns for p in (out / "export").iterdir()}
        for _ in range(2):
            summary, targets = asked(site, out)
            assert kinds(targets) == ["/robots.txt", "posts", "pages", "comments"]
            assert all("per_page=1&" in target for target in targets[1:])
            assert (summary.looked_at, summary.exit_code, summary.exports_written) == ("nothing", 0, False)
            assert summary.exported == len(records(out))
        assert snapshot(out / "export") == before
        assert {p: p.stat().st_mtime_ns for p in (out / "export").iterdir()} == times


def test_without_comments_three_requests_do(tmp_path: Path) -> None:
    settings = Settings()
    settings.scope.comments = False
    with FaultySite() as site:
        migrate(site.url, tmp_path / "OUT", config=settings)
        assert kinds(asked(site, tmp_path / "OUT", settings)[1]) == ["/robots.txt", "posts", "pages"]


# ---- what happens on other days


def edit(site: DemoSite) -> None:
    post(site, 104).update(content="<p>Otro texto, escrito de nuevo por la mañana.</p>", modified=LATER)


def publish(site: FaultySite) -> None:
    site.add("recien-llegada", id=900, date="2025-05-02T08:00:00", tags=[])


def schedule(site: FaultySite) -> None:
    """A post that was written long ago and appears today: WordPress leaves its dates as they are."""
    site.add("programada", id=901, date="2024-05-02T08:00:00", modified="2024-04-01T10:00:00")


def delete(site: DemoSite) -> None:
    site.data["posts"].remove(post(site, 105))


def swap(site: FaultySite) -> None:
    """One goes and one comes: the total is what it was."""
    delete(site)
    publish(site)


def comment(site: DemoSite) -> None:
    post(site, 103).setdefault("comments", []).append({"id": 77, "author": "Zoila", "date": LATER, "text": "Muy de acuerdo."})


def approve(site: DemoSite) -> None:
    """A comment that waited: its date is older than the newest's."""
    post(site, 103).setdefault("comments", []).append({"id": 76, "author": "Zoila", "date": "2020-01-01T00:00:00", "text": "Al fin."})


def retract(site: DemoSite) -> None:
    post(site, 101)["comments"].pop()


def rename(site: DemoSite) -> None:
    renamed = post(site, 106)
    old = site.link(renamed).removeprefix(site.url)
    renamed |= {"slug": "otro-nombre", "modified": LATER}
    site.moved[old] = site.link(renamed).removeprefix(site.url)


def protect(site: DemoSite) -> None:
    post(site, 103).update(password=True, modified=LATER)


def new_tag(site: FaultySite) -> None:
    site.data["tags"].append({"id": 99, "slug": "puerto-nuevo", "name": "Puerto nuevo"})
    site.add("con-etiqueta", id=902, date="2025-05-03T08:00:00", tags=[99])


def page_edit(site: DemoSite) -> None:
    site.data["pages"][0].update(content="<p>Quiénes somos hoy, contado de otra manera.</p>", modified=LATER)


HAPPENINGS: list[tuple[Callable[..., None], list[tuple[str, str]], int]] = [
    (edit, [("updated", "cronica-de-una-aduana")], 8),
    (publish, [("created", "recien-llegada")], 8),
    (schedule, [("created", "programada")], 9),
    (delete, [("removed", "un-ferrocarril-para-otra-epoca")], 8),
    (swap, [("created", "recien-llegada"), ("removed", "un-ferrocarril-para-otra-epoca")], 12),
    (comment, [("updated", "el-precio-del-agua")], 9),
    (approve, [("updated", "el-precio-del-agua")], 9),
    (retract, [("updated", "la-ruta-del-litio")], 9),
    (rename, [("moved", "otro-nombre")], 8),
    (protect, [("removed", "el-precio-del-agua")], 8),
    (new_tag, [("created", "con-etiqueta")], 9),
    (page_edit, [("updated", "quienes-somos")], 8),
]


@pytest.mark.parametrize(("happens", "told", "most"), HAPPENINGS, ids=[h[0].__name__ for h in HAPPENINGS])
def test_what_happens_is_told_at_the_cost_of_what_changed(
    tmp_path: Path, happens: Callable[[Any], None], told: list[tuple[str, str]], most: int
) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        for number in range(12):
            site.add(f"nota-{number}")
        migrate(site.url, out, config=Settings())
        happens(site)
        summary, targets = asked(site, out)
        assert sorted(changes(out)) == sorted(told)
        assert summary.looked_at == "changes" and len(targets) <= most, kinds(targets)
        # And then all is quiet again.
        assert len(asked(site, out)[1]) == 4
        # What a sync made of it is what a migration makes of it.
        migrate(site.url, tmp_path / "NEW", config=Settings())
    assert told_apart(records(out)) == told_apart(records(tmp_path / "NEW"))


def told_apart(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The fields whose change is one, with ids, which depend on the first address, as slugs."""
    text = json.dumps({slug: {name: a[name] for name in CONTENT_FIELDS} for slug, a in found.items()})
    for slug, article in found.items():
        text = text.replace(article["id"], slug)
    loaded: dict[str, dict[str, Any]] = json.loads(text)
    return loaded


def test_everything_at_once(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        migrate(site.url, out, config=Settings())
        for happens in (edit, publish, delete, comment, retract, rename, page_edit):
            happens(site)
        asked(site, out)
        migrate(site.url, tmp_path / "NEW", config=Settings())
    assert told_apart(records(out)) == told_apart(records(tmp_path / "NEW"))


# ---- when more is looked at


def test_a_complete_listing_is_made_when_it_is_due(migrated: Any) -> None:
    site, out = migrated
    assert asked(site, out)[0].looked_at == "nothing"
    forget_listing(out)
    summary, targets = asked(site, out)
    assert summary.looked_at == "listing" and not summary.exports_written
    assert len([t for t in targets if t.startswith(("/20", "/en/", "/quienes"))]) == 3, "a listing costs a sample alone"
    assert asked(site, out)[0].looked_at == "nothing"


def test_edits_of_terms_accounts_and_files_are_noticed_by_the_listing(migrated: Any) -> None:
    site, out = migrated
    term, user = site.term("categories", post(site, 101)["categories"][0]), site.user(post(site, 101))
    carrying = {a["slug"] for a in records(out).values() if any(t["name"] == term["name"] for t in a["terms"])}
    term["name"], user["name"] = "Análisis a fondo", "la redacción"
    site.data |= {"alt_text": "Salar al amanecer", "media_modified": "2025-06-01T00:00:00"}
    assert asked(site, out)[0].looked_at == "nothing"
    forget_listing(out)
    summary, targets = asked(site, out)
    assert summary.looked_at == "listing" and len([t for t in targets if t.startswith(("/20", "/en/"))]) <= 3
    after = records(out)
    assert {slug for slug, a in after.items() if any(t["name"] == "Análisis a fondo" for t in a["terms"])} == carrying
    assert after["la-ruta-del-litio"]["wp_author"]["name"] == "la redacción"
    assert {"terms"} <= set(lines(out, "changes")[0]["fields"])
    forget_listing(out)
    assert asked(site, out)[0].updated == 0


def test_a_listing_spares_the_media_where_nothing_changed_in_it(migrated: Any) -> None:
    site, out = migrated
    forget_listing(out)
    media = [t for t in asked(site, out)[1] if "/media?" in t]
    assert len(media) == 1 and "per_page=1&" in media[0]


def test_what_is_as_it_was_takes_little_room(migrated: Any) -> None:
    _, out = migrated

    def size() -> int:
        return sum(p.stat().st_size for p in (out / "archive").iterdir())

    before = size()
    sync(out, config=Settings(), options=Options(full=True))
    assert size() < 1.5 * before
    holds(out)
    assert reparse(out).updated == 0


def test_everything_is_looked_at_after_a_failed_run(migrated: Any) -> None:
    site, out = migrated
    good = site.answer
    site.answer = lambda target: (500, "text/html", b"<h1>Error establishing a database connection</h1>", {})
    settings = Settings()
    settings.fetch.attempts = 1
    with pytest.raises(SiteError):
        sync(out, config=settings)
    site.answer = good
    assert asked(site, out)[0].looked_at == "all"
    assert asked(site, out)[0].looked_at == "nothing"


def test_new_settings_have_everything_looked_at(migrated: Any) -> None:
    site, out = migrated
    settings = Settings()
    settings.scope.exclude = ["/en/"]
    assert asked(site, out, settings)[0].looked_at == "all"
    assert asked(site, out, settings)[0].looked_at == "nothing"


def test_other_transforms_hold_for_every_record_from_then_on(migrated: Any) -> None:
    site, out = migrated
    settings = Settings()
    settings.transforms = [t for t in settings.transforms if t["use"] != "markdown"]
    assert all(a["body_markdown"] for a in records(out).values())
    summary, targets = asked(site, out, settings)
    assert (summary.looked_at, len(targets), summary.exports_written) == ("nothing", 4, True)
    assert all(a["body_markdown"] is None for a in records(out).values())
    edit(site)
    assert asked(site, out, settings)[0].looked_at == "changes"
    assert all(a["body_markdown"] is None for a in records(out).values())


def test_a_clock_set_back_is_no_reason_to_wait(migrated: Any) -> None:
    site, out = migrated
    with Store(out) as store:
        store.set_meta("seen", store.get_meta("seen") | {"listed_at": "2099-01-01T00:00:00Z"})
    assert asked(site, out)[0].looked_at == "listing"


# ---- pages asked for only if they changed


def test_unchanged_pages_are_not_sent_again(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with Dated(rest=False, feed=False, sitemap=False) as site:
        migrate(site.url, out, config=Settings())
        assert site.conditional == 0
        before, records_before = snapshot(out / "export"), records(out)
        first = sync(out, config=Settings())
        assert site.conditional > 10 and site.unchanged == site.conditional
        assert snapshot(out / "export") == before
        edit(site)
        assert sync(out, config=Settings()).updated == 1
        assert changes(out) == [("updated", "cronica-de-una-aduana")]
        whole = sync(out, config=Settings(), options=Options(full=True))
        assert whole.bytes_read > 3 * first.bytes_read
    assert set(records(out)) == set(records_before)


def test_a_budget_is_kept_and_the_rest_is_for_the_next_runs(tmp_path: Path) -> None:
    out, settings = tmp_path / "OUT", Settings()
    settings.fetch.max_requests = 60
    with Dated(rest=False, feed=False, sitemap=False) as site:
        for number in range(130):
            site.add(f"nota-{number}")
        migrate(site.url, out, config=Settings())
        for _ in range(2):
            summary = sync(out, config=settings)
            assert summary.requests <= 60 and summary.exit_code == 0


def test_a_change_with_an_old_date_waits_for_the_listing(migrated: Any) -> None:
    """As after the server's clock was set back: neither the newest date nor the total tells of it."""
    site, out = migrated
    post(site, 106).update(content="<p>Con fecha de ayer.</p>", modified="2020-01-01T00:00:00")
    assert sync(out, config=Settings()).looked_at == "nothing"
    forget_listing(out)
    assert sync(out, config=Settings()).updated == 1


def test_the_costs_in_the_guide_are_measured(tmp_path: Path) -> None:
    """The benchmark runs; the guide's table is its own, larger one."""
    script = Path(__file__).parents[1] / "benchmarks" / "sync_cost.py"
    done = subprocess.run([sys.executable, script, "--posts", "130", "--doors", "open"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    row = done.stdout.splitlines()[-1]
    assert row.startswith("| REST open | 130 |") and " | 4 | 8 | 107 | " in row
    assert done.stdout.splitlines()[0] in (Path(__file__).parents[1] / "docs" / "scheduled-sync.md").read_text(encoding="utf-8")


def test_what_never_mends_costs_a_quiet_day_nothing(tmp_path: Path) -> None:
    """An address that sitemaps name and the site does not have is tried some times, and then once in a while."""
    out = tmp_path / "OUT"
    with FaultySite() as site:
        lost = [site.add(f"perdida-{n}") for n in range(3)]
        site.faults = {path: page("", 404) for path in lost}
        for item in site.data["posts"][-3:]:
            item["content"] = ""
        migrate(site.url, out, config=Settings())
        for _ in range(3):
            summary, _ = asked(site, out)
        assert summary.failed == 3 and summary.exit_code == 1
        summary, targets = asked(site, out)
        assert (summary.looked_at, len(targets), summary.failed) == ("nothing", 4, 3)
        with Store(out) as store:
            store.set_meta("seen", store.get_meta("seen") | {"discovered_at": "2024-01-01T00:00:00Z"})
        _, targets = asked(site, out)
        assert set(lost) <= set(targets)
        # What mends is read, and counts anew when it fails again.
        site.faults = {}
        asked(site, out, full=True)
        assert failures(out) == {}


def test_a_listing_that_stays_broken_is_asked_for_once_a_day(tmp_path: Path) -> None:
    """It is named all the while; at first each run looks whether it is mended."""
    out = tmp_path / "OUT"
    with FaultySite(rest=False) as site:
        category = f"/category/{site.data['categories'][0]['slug']}/"
        site.faults = dict.fromkeys(("/wp-sitemap-posts-page-1.xml", category), page("broken", 500))
        settings = Settings()
        settings.fetch.attempts = 1
        levels = [migrate(site.url, out, config=settings).looked_at]
        for _ in range(4):
            levels.append(asked(site, out, settings)[0].looked_at)
            assert "http_status" in failures(out).values()
        assert levels == ["all", "all", "all", "changes", "changes"]
        summary, targets = asked(site, out, settings)
        assert len(targets) <= 9, targets
        new = site.add("una-nueva")
        summary, targets = asked(site, out, settings)
        assert new in targets and changes(out) == [("created", "una-nueva")] and summary.looked_at == "changes"
        with Store(out) as store:
            store.write("UPDATE problems SET last_at = '2024-01-01T00:00:00Z'")
        assert asked(site, out, settings)[0].looked_at == "all"
        site.faults = {}
        with Store(out) as store:
            store.write("UPDATE problems SET last_at = '2024-01-01T00:00:00Z'")
        summary, _ = asked(site, out, settings)
        assert (summary.exit_code, failures(out)) == (0, {})
        holds(out)
