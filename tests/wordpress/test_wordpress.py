"""A real WordPress migrated with REST open, REST shut, and neither REST, feed nor sitemap; records against its database."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import presslift
from presslift.config import Settings
from presslift.pipeline import migrate, sync
from tests.conftest import require
from tests.wordpress.server import RealWordPress

SITES = [("es_ES", "twentytwentyone"), ("en_US", "twentytwentythree")]
DOORS: dict[str, tuple[str, ...]] = {"open": (), "no_rest": ("rest",), "pages_alone": ("rest", "feed", "sitemap")}


@pytest.fixture(scope="module", params=SITES, ids=[theme for _, theme in SITES])
def wordpress(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealWordPress]:
    require("php", "mariadb-install-db", "/usr/share/wordpress/wp-load.php", f"/usr/share/wordpress/wp-content/themes/{request.param[1]}")
    with RealWordPress(tmp_path_factory.mktemp("wordpress"), *request.param) as site:
        yield site


@pytest.fixture(scope="module", params=DOORS)
def migrated(
    request: pytest.FixtureRequest, wordpress: RealWordPress, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, RealWordPress]:
    wordpress.close_doors(*DOORS[request.param])
    out = tmp_path_factory.mktemp("out") / "OUT"
    migrate(wordpress.url, out, config=Settings())
    return request.param, out, wordpress


def records(out: Path) -> dict[int, dict[str, Any]]:
    return {a["wp_id"]: a for a in map(json.loads, (out / "export" / "articles.jsonl").open(encoding="utf-8"))}


def folded(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def test_every_published_record_and_nothing_else(migrated: tuple[str, Path, RealWordPress]) -> None:
    _, out, site = migrated
    assert {i: (a["type"], unquote(a["url"])) for i, a in records(out).items()} == {
        t["id"]: (t["type"], unquote(t["url"])) for t in site.truth
    }


def test_nothing_hidden_appears(migrated: tuple[str, Path, RealWordPress]) -> None:
    _, out, _ = migrated
    for path in (out / "export").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "SECRETO" not in text, path.name
        if path.name not in ("excluded.csv", "excluded.jsonl", "failures.jsonl"):
            assert "OCULTO" not in text, path.name


def test_fields_are_the_database_s(migrated: tuple[str, Path, RealWordPress]) -> None:
    mode, out, site = migrated
    got = records(out)
    wrong = []
    for true in site.truth:
        record = got[true["id"]]
        pairs = {
            "title": (folded(record["title"]), folded(true["title"])),
            "slug": (record["slug"], true["slug"]),
            "terms": (
                {(t["taxonomy"], t["name"], t["parent"]) for t in record["terms"]},
                # No page of these themes prints or links the terms of custom taxonomies.
                {(taxonomy, name, parent) for taxonomy, name, _, parent in true["terms"] if mode != "pages_alone" or taxonomy != "genre"},
            ),
            "featured": (record["featured_image"], true["thumbnail"]),
        }
        # Themes print neither date nor account of a page.
        if true["type"] != "page" or mode == "open":
            pairs["published"] = (record["published"][:19], true["date"])
            pairs["published_utc"] = (record["published_utc"], true["date_gmt"] + "Z")
        if true["type"] == "post" and true["author"] != "admin" and not record["byline"]:
            # Pages print names with typographer's quotes.
            pairs["authors"] = ([a["name"].replace("’", "'") for a in record["authors"]], [true["author"]])
        if true["excerpt"] and mode == "open":
            pairs["excerpt"] = (record["excerpt"], true["excerpt"])
        wrong += [(true["title"], name, mine, theirs) for name, (mine, theirs) in pairs.items() if mine != theirs]
    assert wrong == []


def test_bodies_are_whole_and_clean(migrated: tuple[str, Path, RealWordPress]) -> None:
    _, out, site = migrated
    got = records(out)
    for true in site.truth:
        if true["title"].startswith("Con todo"):
            continue
        assert folded(got[true["id"]]["body_text"]) == folded(true["text"]), true["title"]


def test_the_rich_article(migrated: tuple[str, Path, RealWordPress]) -> None:
    _, out, site = migrated
    true = next(t for t in site.truth if t["title"].startswith("Con todo"))
    record = records(out)[true["id"]]
    assert record["byline"] == "Por Dr. Elías Montaño[1]"
    assert [a["name"] for a in record["authors"]] == ["Dr. Elías Montaño"]
    assert [n["text"] for n in record["footnotes"]] == ["El autor enseña historia del ferrocarril."]
    assert record["footnotes"][0]["refs"][0]["place"] == "byline"
    assert record["lead_quote"] == "Una cita que flota."
    inline = [m for m in record["media"] if m["role"] == "inline"]
    assert [m["caption"] for m in inline] == ["Pie de foto en el texto"]
    assert inline[0]["url"].endswith("/foto-grande.png")
    assert [link["url"] for link in record["links"]][-2:] == [site.truth[0]["url"], "https://example.org/informe?a=1&b=2#tabla"]
    assert "[sic]" in record["body_text"] and "(2019)" in record["body_text"]


def test_comments_are_threaded_and_whole(migrated: tuple[str, Path, RealWordPress]) -> None:
    _, out, site = migrated
    true = next(t for t in site.truth if t["comments"])
    record = records(out)[true["id"]]
    mine = {(c["id"], c["parent"], c["author"]["name"]) for c in record["comments"] if c["type"] == "comment"}
    assert mine == {(c["id"], c["parent"], c["author"]) for c in true["comments"] if c["type"] == "comment"}
    pingback = next(c for c in record["comments"] if c["type"] == "pingback")
    assert pingback["author"] == {"name": "Otro blog", "url": "https://example.org/eco"}
    assert (pingback["text"], pingback["date"][:19]) == ("[…] lo dice el cuaderno […]", "2024-02-09T09:00:00")


def test_hierarchy_of_pages(migrated: tuple[str, Path, RealWordPress]) -> None:
    mode, out, site = migrated
    got = records(out)
    child = next(t for t in site.truth if t["title"] == "Equipo")
    if mode == "open":
        assert got[child["id"]]["parent_id"] == got[child["parent"]]["id"]
        assert got[child["id"]]["menu_order"] == 3


def test_the_check_proves_it(migrated: tuple[str, Path, RealWordPress]) -> None:
    _, out, _ = migrated
    result = presslift.check(out)
    assert result.ok, result.problems


def test_syncs_follow_a_day_s_work(wordpress: RealWordPress, tmp_path: Path) -> None:
    modes = {name: tmp_path / name for name in DOORS}
    for name, out in modes.items():
        wordpress.close_doors(*DOORS[name])
        migrate(wordpress.url, out, config=Settings())
    wordpress.close_doors()
    done = json.loads(wordpress.php("edit.php"))
    urllib.request.urlopen(wordpress.url + "/").read()
    for name, out in modes.items():
        wordpress.close_doors(*DOORS[name])
        before = records(out)
        sync(out)
        after = records(out)
        assert done["new"] in after, name
        assert "Añadido después" in after[done["edited"]]["body_text"], name
        assert done["trashed"] not in after and done["locked"] not in after, name
        assert after[done["renamed"]]["url"].endswith("/nombre-nuevo/") and after[done["renamed"]]["id"] == before[done["renamed"]]["id"], (
            name
        )
        untouched = set(before) - set(done.values())
        assert {i: before[i]["content_hash"] for i in untouched} == {i: after[i]["content_hash"] for i in untouched}, name
        changed = [(e["change"], e["wp_id"]) for e in map(json.loads, (out / "export" / "changes.jsonl").open(encoding="utf-8"))]
        assert sorted(changed) == sorted(
            [
                ("created", done["new"]),
                ("updated", done["edited"]),
                ("moved", done["renamed"]),
                ("removed", done["trashed"]),
                ("removed", done["locked"]),
            ]
        ), name
