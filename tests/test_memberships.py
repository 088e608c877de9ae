"""What archives alone tell, over the runs: REST is shut, and the theme prints no terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import presslift
from presslift.pipeline import sync
from presslift.pipeline.memberships import merged, moved_members
from presslift.store import Store
from tests.test_cases import TEXT, Entry, Paper, job, lines, records

DOORS: dict[str, dict[str, Any]] = {
    "sitemaps": {"rest": False, "feed": False},
    "pages_alone": {"rest": False, "feed": False, "sitemap": False},
}


def entries(most: int = 12) -> list[Entry]:
    return [Entry(n, f"p-{n}/", f"P {n}", body=f"<p>{TEXT} {n}.</p>", category="news" if n % 2 else "arts") for n in range(1, most + 1)]


def terms(out: Path) -> dict[str, list[str]]:
    return {path: [t["slug"] for t in a["categories"]] for path, a in records(out).items()}


def found_anew(out: Path) -> None:
    """A run on a day on which everything is found anew."""
    with Store(out) as store:
        store.set_meta("seen", store.get_meta("seen") | {"discovered_at": "2024-01-01T00:00:00Z", "listed_at": "2024-01-01T00:00:00Z"})
    sync(out)


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_new_posts_have_their_terms(tmp_path: Path, doors: dict[str, Any]) -> None:
    out = tmp_path / "OUT"
    with Paper(list(entries()), **doors) as site:
        before = job(site, out)
        assert terms(out) == {f"p-{n}": ["news" if n % 2 else "arts"] for n in range(1, 13)}
        site.posts.append(Entry(20, "p-20/", "P 20", body=f"<p>{TEXT} 20.</p>", category="arts"))
        sync(out)
        assert terms(out)["p-20"] == ["arts"]
        assert [(c["change"], c["url"].removeprefix(site.url)) for c in lines(out, "changes")] == [("created", "p-20/")]
        after = records(out)
    assert {path: after[path] for path in before} == before
    assert presslift.check(out).ok


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_a_post_that_changes_its_category(tmp_path: Path, doors: dict[str, Any]) -> None:
    """Nothing on its own page tells; it joins one archive at once, and leaves the other once that was seen twice."""
    out = tmp_path / "OUT"
    with Paper(list(entries()), **doors) as site:
        job(site, out)
        site.posts[3].category = "news"
        told = []
        for _ in range(3):
            found_anew(out)
            told.append(terms(out)["p-4"])
        assert told[-1] == ["news"] and sorted(told[0]) in (["arts", "news"], ["news"])
        assert {c["url"].removeprefix(site.url) for c in lines(out, "changes")} == {"p-4/"}
        assert {field for c in lines(out, "changes") for field in c["fields"]} == {"terms"}
        seq = len(lines(out, "changes"))
        for _ in range(2):
            found_anew(out)
        assert len(lines(out, "changes")) == seq
    assert presslift.check(out).ok


def test_a_renamed_category_is_renamed_in_the_records(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with Paper(list(entries()), **DOORS["sitemaps"]) as site:
        job(site, out)
        plain = site.html
        site.html = lambda classes, title, body, lang="en-US": plain(  # type: ignore[method-assign]
            classes, "Fine Arts" if classes.endswith("category-arts") else title, body, lang
        )
        found_anew(out)
        names = {path: [t["name"] for t in a["categories"]] for path, a in records(out).items()}
        assert names == {f"p-{n}": ["news" if n % 2 else "Fine Arts"] for n in range(1, 13)}
        assert {c["url"].removeprefix(site.url) for c in lines(out, "changes")} == {f"p-{n}/" for n in range(2, 13, 2)}


def test_archives_that_come_back_empty_take_nothing_away(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with Paper(list(entries()), **DOORS["sitemaps"]) as site:
        job(site, out)
        before = terms(out)
        listed = site.list_answer
        site.list_answer = lambda category, number: listed("none" if category else None, number)  # type: ignore[method-assign]
        for _ in range(3):
            found_anew(out)
        assert terms(out) == before and lines(out, "changes") == []


def test_a_theme_that_prints_its_terms_costs_no_archives(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    printed = "<footer class='entry-meta'><a rel='category tag' href='/category/news/'>News</a> by <a rel='author' class='author' href='/author/ann/'>Ann</a></footer>"
    posts = [Entry(n, f"p-{n}/", f"P {n}", body=f"<p>{TEXT} {n}.</p>{printed}", category="news") for n in range(1, 7)]
    with Paper(list(posts), **DOORS["sitemaps"]) as site:
        job(site, out)
        seen = len(site.server.visits)
        found_anew(out)
        assert not [v.target for v in site.server.visits[seen:] if "/category/" in v.target]


# ---- one archive, page by page


def told(page: int, members: list[str], *, last: bool = False) -> dict[str, Any]:
    return {"taxonomy": "category", "name": "News", "slug": "news", "members": members, "page": page, "last": last}


def test_an_archive_over_the_runs() -> None:
    data = merged({}, told(1, ["a", "b"]), 1)
    data = merged(data, told(2, ["c"], last=True), 1)
    assert data["members"] == ["a", "b", "c"]
    # A sitemap names it and knows nothing of it.
    assert merged(data, {"taxonomy": "category", "slug": "news", "members": []}, 2)["members"] == ["a", "b", "c"]
    # Its first page alone: what is new joins, nothing leaves, ever so often.
    for run in (2, 3, 4):
        data = merged(data, told(1, ["d", "a"]), run)
        assert set(data["members"]) == {"a", "b", "c", "d"}
    # Whole, without b and c: they are missed once, then gone.
    data = merged(data, told(2, [], last=True), 5)
    assert set(data["members"]) == {"a", "b", "c", "d"}
    data = merged(data, told(1, ["d", "a"]), 5)
    assert set(data["members"]) == {"a", "b", "c", "d"} and set(data["missing"]) == {"b", "c"}
    again = merged(data, told(1, ["d", "a", "c"], last=True), 6)
    assert set(again["members"]) == {"a", "c", "d"} and again["missing"] == {}
    # With nothing on it, it is ill.
    assert merged(again, told(1, [], last=True), 7)["members"] == again["members"]


def test_what_moved_is_told_for_one_run(tmp_path: Path) -> None:
    data = merged(merged({}, told(1, ["a", "b"], last=True), 1), told(1, ["a", "b", "c"], last=True), 2)
    with Store(tmp_path, create=True) as store:
        store.put_evidence("archive", "news", json.loads(json.dumps(data)), 2)
        assert list(moved_members(store, 2)) == ["c"]
        assert list(moved_members(store, 3)) == []
        named = merged(data, told(1, ["a", "b", "c"], last=True) | {"name": "Noticias"}, 3)
        store.put_evidence("archive", "news", named, 3)
        assert list(moved_members(store, 3)) == ["a", "b", "c"]
