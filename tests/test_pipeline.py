"""The whole job on the built-in site: every door open, some shut, all but pages shut; then changes, crashes, refusals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import presslift
from presslift.config import Settings
from presslift.demo import SEED, change, snapshot
from presslift.demo.site import DemoSite
from presslift.errors import DecisionNeeded, NotAnOut, SiteError, UsageError
from presslift.pipeline import Options, migrate, reparse, sync

DOORS: dict[str, dict[str, bool]] = {
    "open": {},
    "no_rest": {"rest": False},
    "sitemap_alone": {"rest": False, "feed": False},
    "feed_alone": {"rest": False, "sitemap": False},
    "pages_alone": {"rest": False, "feed": False, "sitemap": False},
}


def records(out: Path) -> dict[str, dict[str, Any]]:
    return {a["slug"]: a for a in map(json.loads, (out / "export" / "articles.jsonl").open(encoding="utf-8"))}


def events(out: Path, name: str = "changes") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "export" / f"{name}.jsonl").open(encoding="utf-8")]


@pytest.fixture(scope="module", params=DOORS)
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, DemoSite]:
    out = tmp_path_factory.mktemp("out") / "OUT"
    with DemoSite(**DOORS[request.param]) as site:
        migrate(site.url, out, config=Settings())
    return request.param, out, site


def test_every_public_article_is_found_and_nothing_else(migrated: tuple[str, Path, DemoSite]) -> None:
    _, out, site = migrated
    public = {p["slug"] for kind in ("posts", "pages") for p in site.data[kind] if not p.get("password")}
    assert set(records(out)) == public


def test_protected_content_appears_nowhere(migrated: tuple[str, Path, DemoSite]) -> None:
    _, out, _ = migrated
    for path in (out / "export").iterdir():
        if path.name not in ("excluded.csv", "excluded.jsonl", "datapackage.json"):
            assert "borrador-protegido" not in path.read_text(encoding="utf-8"), path.name
            assert "no debe salir" not in path.read_text(encoding="utf-8"), path.name
    assert "borrador-protegido" in (out / "export" / "excluded.csv").read_text(encoding="utf-8")


def test_every_part_of_the_magazine_article_is_its_own_field(migrated: tuple[str, Path, DemoSite]) -> None:
    _, out, site = migrated
    article = records(out)[SEED]
    assert article["title"] == "La ruta del litio: del salar al puerto"
    assert article["wp_id"] == 101 and article["type"] == "post"
    assert article["published"] == "2025-03-18T09:05:00-05:00"
    assert article["published_utc"] == "2025-03-18T14:05:00Z"
    assert [c["name"] for c in article["categories"]] == ["Análisis"]
    assert [t["name"] for t in article["tags"]] == ["litio", "comercio"]
    assert article["wp_author"]["name"] == "admin"
    assert article["byline"] == "By: Dr. Elena Marín Soto[1]"
    assert [a["name"] for a in article["authors"]] == ["Dr. Elena Marín Soto"]
    assert article["lead_quote"] == "Quien controla el puerto controla el precio, aunque no tenga un gramo de litio."
    first, second = article["footnotes"]
    assert first["text"].startswith("The author is research professor") and first["refs"][0]["place"] == "byline"
    assert second["text"].startswith("Cifras de la aduana nacional") and second["refs"][0]["place"] == "body"
    assert [t["url"] for t in article["translations"]] == [f"{site.url}/en/the-lithium-road/"]
    box = [r for r in article["related"] if r["place"] == "box"]
    assert [r["title"] for r in box] == ["Los puertos del Pacífico", "El precio del agua", "Crónica de una aduana"]
    assert [r["date"] for r in box] == ["2025-02-11", "2025-01-20", None]
    assert [r["title"] for r in article["related"] if r["place"] == "inline"] == ["El precio del agua"]
    assert all(r["article_id"] for r in article["related"])
    assert [(c["author"]["name"], c["parent"]) for c in article["comments"]] == [("Ramiro", None), ("Nora Quintana", 1)]
    body = article["body_text"]
    assert body.startswith("Tres países comparten") and body.rstrip().endswith("las reglas de la carretera.")
    for stranger in ("También te puede", "admin", "Read in English", "[1]", "Deja una respuesta", "Entradas recientes", "Copyright"):
        assert stranger not in body
    assert "Lea también: El precio del agua" in body and "Piscinas de evaporación al amanecer" in body
    assert [link["url"].removeprefix(site.url) for link in article["links"]] == [
        "/wp-content/uploads/2025/03/salar.png", "/2025/02/11/los-puertos-del-pacifico/", "https://example.org/informe-2024#tabla-3", "/2025/01/20/el-precio-del-agua/",
    ]  # fmt: skip
    assert 'id="fn-1"' in article["content_html"] and 'id="fn-2"' in article["content_html"] and 'href="#fn-2"' in article["body_html"]


def test_block_theme_article(migrated: tuple[str, Path, DemoSite]) -> None:
    _, out, site = migrated
    article = records(out)["the-lithium-road"]
    assert article["language"] is not None and article["language"].startswith("en")
    assert [n["text"] for n in article["footnotes"]] == ["National geological survey, 2024 edition."]
    assert [a["name"] for a in article["authors"]] == ["Dr. Elena Marín Soto"]
    assert [t["url"] for t in article["translations"]] == [f"{site.url}/2025/03/18/{SEED}/"]
    assert article["translation_group"] == records(out)[SEED]["translation_group"] is not None
    assert [c["name"] for c in article["categories"]] == ["Essays"]


def test_several_authors_and_word_notes(migrated: tuple[str, Path, DemoSite]) -> None:
    _, out, _ = migrated
    article = records(out)["el-precio-del-agua"]
    assert [a["name"] for a in article["authors"]] == ["Tomás Arrieta", "Lucía Benavides"]
    assert [n["text"] for n in article["footnotes"]] == ["Mediciones de la comunidad, cuaderno de 2024."]
    assert article["footnotes"][0]["refs"][0]["anchor"] == "fnref-1"


def test_the_check_proves_it(migrated: tuple[str, Path, DemoSite]) -> None:
    _, out, _ = migrated
    result = presslift.check(out)
    assert result.ok, result.problems


def test_unchanged_site_leaves_every_export_as_it_was(tmp_path: Path) -> None:
    for name, doors in DOORS.items():
        out = tmp_path / name
        with DemoSite(**doors) as site:
            migrate(site.url, out, config=Settings())
            before, times = snapshot(out / "export"), {p: p.stat().st_mtime_ns for p in (out / "export").iterdir()}
            summary = sync(out)
            assert not summary.exports_written
            assert snapshot(out / "export") == before
            assert {p: p.stat().st_mtime_ns for p in (out / "export").iterdir()} == times


@pytest.mark.parametrize("doors", [DOORS["open"], DOORS["no_rest"], DOORS["pages_alone"]], ids=["open", "no_rest", "pages_alone"])
def test_sync_follows_new_changed_moved_and_vanished_posts(tmp_path: Path, doors: dict[str, bool]) -> None:
    out = tmp_path / "OUT"
    with DemoSite(**doors) as site:
        migrate(site.url, out, config=Settings())
        before = records(out)
        assert events(out) == []
        change(site)
        summary = sync(out)
        after = records(out)
        told = {(e["change"], e["url"].rstrip("/").rsplit("/", 1)[-1]) for e in events(out)}
    assert told >= {
        ("created", "el-puerto-abre-el-domingo"),
        ("updated", "cronica-de-una-aduana"),
        ("moved", "lo-que-dicen-los-salares"),
        ("removed", "un-ferrocarril-para-otra-epoca"),
    }
    assert summary.removed == 1 and summary.created == 1
    assert "Corrección: los sellos son cuatro." in after["cronica-de-una-aduana"]["body_text"]
    assert "un-ferrocarril-para-otra-epoca" not in after
    assert [r["url"].rstrip("/").rsplit("/", 1)[-1] for r in events(out, "removed")] == ["un-ferrocarril-para-otra-epoca"]
    # The same article under its new address: the id is kept for life.
    assert after["lo-que-dicen-los-salares"]["id"] == before["lo-que-cuentan-los-salares"]["id"]
    redirects = (out / "export" / "redirects.csv").read_text(encoding="utf-8-sig")
    assert "/lo-que-cuentan-los-salares/" in redirects
    sequence = [e["seq"] for e in events(out)]
    assert sequence == sorted(set(sequence))
    assert presslift.check(out).ok, presslift.check(out).problems


def test_changed_fields_are_named(tmp_path: Path) -> None:
    with DemoSite() as site:
        migrate(site.url, tmp_path / "OUT", config=Settings())
        change(site)
        sync(tmp_path / "OUT")
    (updated,) = (e for e in events(tmp_path / "OUT") if e["change"] == "updated" and "aduana" in e["url"])
    assert updated["fields"] == ["body_html"]


def test_unchanged_posts_cost_no_page(tmp_path: Path) -> None:
    with DemoSite() as site:
        migrate(site.url, tmp_path / "OUT", config=Settings())
        asked = len(site.requests)
        change(site)
        sync(tmp_path / "OUT")
        pages = [r for r in site.requests[asked:] if r.startswith(("/20", "/en/"))]
    assert len(pages) <= 5, pages


def test_no_address_is_asked_twice_in_one_run(tmp_path: Path) -> None:
    for doors in DOORS.values():
        with DemoSite(**doors) as site:
            migrate(site.url, tmp_path / str(len(list(tmp_path.iterdir()))), config=Settings())
            assert sorted(site.requests) == sorted(set(site.requests))


def test_removed_post_comes_back_as_restored(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        migrate(site.url, out, config=Settings())
        posts = site.data["posts"]
        taken = next(p for p in posts if p["id"] == 105)
        posts.remove(taken)
        sync(out)
        assert "un-ferrocarril-para-otra-epoca" not in records(out)
        posts.append(taken)
        sync(out)
    assert "un-ferrocarril-para-otra-epoca" in records(out)
    assert [e["change"] for e in events(out)] == ["removed", "restored"]


def test_no_purge_after_failure(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        migrate(site.url, out, config=Settings())
        before = snapshot(out / "export")
        good = site.answer
        site.answer = lambda target: (500, "text/html", b"<h1>Error establishing a database connection</h1>", {})  # type: ignore[method-assign]
        settings = Settings()
        settings.fetch.attempts = 1
        with pytest.raises(SiteError):
            sync(out, config=settings)
        assert snapshot(out / "export") == before
        # The listings come back empty while the home page is well: no proof either.
        site.answer = lambda target: good(target) if "wp/v2/posts" not in target else (200, "application/json", b"[]", {"X-WP-Total": "0"})  # type: ignore[method-assign]
        sync(out, config=settings)
        assert set(records(out)) >= {SEED, "los-puertos-del-pacifico"}


def test_a_large_share_of_removals_asks_a_person(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        migrate(site.url, out, config=Settings())
        before = snapshot(out / "export")
        site.data["posts"][:] = [p for p in site.data["posts"] if p["id"] in (101, 102, 201)]
        with pytest.raises(DecisionNeeded, match="--accept-removals"):
            sync(out)
        assert snapshot(out / "export") == before
        sync(out, options=Options(accept_removals=True))
        assert len(events(out, "removed")) == 5


def test_what_becomes_protected_is_withdrawn_at_once(tmp_path: Path) -> None:
    for name in ("open", "no_rest", "pages_alone"):
        out = tmp_path / name
        with DemoSite(**DOORS[name]) as site:
            migrate(site.url, out, config=Settings())
            post = next(p for p in site.data["posts"] if p["id"] == 103)
            post |= {"password": True, "modified": "2025-05-01T00:00:00"}
            sync(out)
        assert "el-precio-del-agua" not in records(out), name
        assert "cuerda y un cuaderno" not in (out / "export" / "articles.jsonl").read_text(encoding="utf-8")


def test_scope_excludes_and_never_removes(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    settings = Settings()
    settings.scope.types, settings.scope.exclude, settings.scope.since = ["post"], ["/en/"], "2024-10-01"
    with DemoSite() as site:
        migrate(site.url, out, config=settings)
        assert set(records(out)) == {SEED, "los-puertos-del-pacifico", "el-precio-del-agua", "cronica-de-una-aduana"}
        # A later, narrower scope is no removal.
        settings.scope.limit = 2
        sync(out, config=settings)
    assert len(records(out)) == 2
    assert events(out, "removed") == [] and [e for e in events(out) if e["change"] == "removed"] == []
    excluded = (out / "export" / "excluded.csv").read_text(encoding="utf-8-sig")
    for rule in ("types", "exclude", "since", "limit"):
        assert f",{rule}" in excluded.replace("\r", ""), rule
    assert presslift.check(out).ok


def test_migrate_again_goes_on_where_it_stood(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        migrate(site.url, out, config=Settings())
        before = snapshot(out / "export")
        migrate(site.url, out, config=Settings())
        assert snapshot(out / "export") == before


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    with DemoSite() as site, DemoSite() as other:
        with pytest.raises(NotAnOut, match="not empty"):
            migrate(site.url, tmp_path / "full", config=Settings())
        with pytest.raises(UsageError, match="is a file"):
            migrate(site.url, tmp_path / "file", config=Settings())
        with pytest.raises(NotAnOut, match="no such folder"):
            sync(tmp_path / "nowhere")
        migrate(site.url, tmp_path / "OUT", config=Settings())
        with pytest.raises(NotAnOut, match="OUT of"):
            migrate(other.url, tmp_path / "OUT", config=Settings())
    assert (tmp_path / "full" / "letter.txt").read_text() == "mine"


def test_reparse_reads_the_archive_alone(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        migrate(site.url, out, config=Settings())
        asked = len(site.requests)
        before = records(out)
        summary = reparse(out)
        assert len(site.requests) == asked
    assert summary.exported == len(before)
    assert records(out) == before


def killed_run(site: DemoSite, out: Path, when: Callable[[], bool]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "presslift.cli", "--quiet", "migrate", site.url, "-o", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while process.poll() is None and not when() and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_resume_after_crash(tmp_path: Path) -> None:
    with DemoSite() as site:
        migrate(site.url, tmp_path / "whole", config=Settings())
        for number in (3, 12, 20, 28):
            out = tmp_path / f"killed-{number}"
            start = len(site.requests)
            killed_run(site, out, lambda start=start, number=number: len(site.requests) - start >= number)  # type: ignore[misc]
            migrate(site.url, out, config=Settings())
            keep = ("title", "body_html", "footnotes", "content_hash", "id")
            assert {s: [a[k] for k in keep] for s, a in records(out).items()} == {
                s: [a[k] for k in keep] for s, a in records(tmp_path / "whole").items()
            }
            assert events(out) == []
            assert presslift.check(out).ok


def test_two_runs_at_once(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        migrate(site.url, out, config=Settings())
        from presslift.pipeline.lock import hold

        with hold(out):
            done = subprocess.run([sys.executable, "-m", "presslift.cli", "sync", str(out)], capture_output=True, text=True)
        assert done.returncode == 4
        assert f"process {os.getpid()}" in done.stderr and len(done.stderr.strip().splitlines()) == 1
        assert sync(out).exit_code == 0
