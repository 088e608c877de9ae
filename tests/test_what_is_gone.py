"""What a site no longer lists or shows: removed with proof, withdrawn at once where it was taken back, and kept where it is only elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from presslift.errors import DecisionNeeded
from presslift.pipeline import Options, migrate, sync
from tests.faulty import DOORS, NO_REST, OPEN, FaultySite, changes, content, failures, holds, lines, quick, records
from tests.servers import page
from tests.test_changes_of_site import FULL, edit
from tests.test_hostile_listings import JSON, POSTS, XML, change

# ---- listings that shrink

EMPTY: dict[str, Any] = {
    "rest": lambda t, a: (200, JSON, b"[]", {"X-WP-Total": "0", "X-WP-TotalPages": "0"}) if POSTS(t) else a,
    "sitemap": lambda t, a: (200, XML, b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>', {}) if "posts-post" in t else a,
    "feed": lambda t, a: (200, XML, b"<rss version='2.0'><channel><title>x</title></channel></rss>", {}) if "/feed" in t else a,
    "all": lambda t, a: EMPTY["rest"](t, EMPTY["sitemap"](t, EMPTY["feed"](t, a))),
    "all_and_no_links": lambda t, a: EMPTY["all"](t, a) if t != "/" else (a[0], a[1], re.sub(rb"<article.*</article>", b"", a[2], flags=re.S), a[3]),
}  # fmt: skip


@pytest.mark.parametrize("doors", [OPEN, NO_REST], ids=["open", "no_rest"])
def test_listings_that_come_back_empty_remove_nothing(tmp_path: Path, doors: dict[str, bool]) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        before, good = content(out), site.answer
        for name, empty in EMPTY.items():
            change(site, lambda t: True, empty)
            for options in (Options(), FULL):
                sync(out, config=quick(), options=options)
                assert content(out) == before and changes(out) == [], name
            site.answer = good  # type: ignore[method-assign]
        holds(out)


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_deleted_posts_go(tmp_path: Path, doors: dict[str, bool]) -> None:
    """What is gone goes, once its own address says so."""
    out = tmp_path / "OUT"
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        # Its address first fails in other ways than being gone.
        post = site.by_id(105)
        assert post is not None
        slug, path = post["slug"], site.path(105)
        site.data["posts"].remove(post)
        site.faults[path] = page("", 503)
        for _ in range(2):
            sync(out, config=quick())
            assert slug in records(out) and changes(out) == []
        del site.faults[path]
        sync(out, config=quick())
        if slug in records(out):
            sync(out, config=quick())
        assert slug not in records(out)
        assert changes(out) == [("removed", slug)]
        (tomb,) = lines(out, "removed")
        assert "404" in tomb["proof"]
        holds(out)


def test_a_listing_that_names_what_is_gone_is_overruled_in_the_second_run(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(rest=False, feed=False) as site:
        migrate(site.url, out, config=quick())
        path = site.path(105)
        site.everywhere = lambda target: page("<title>404</title>", 404) if target == path else None
        sync(out, config=quick(), options=FULL)
        assert len(records(out)) == len(site.slugs) and path in failures(out, site)
        sync(out, config=quick(), options=FULL)
        assert changes(out) == [("removed", "un-ferrocarril-para-otra-epoca")]
        summary = sync(out, config=quick(), options=FULL)
        assert (summary.exit_code, failures(out), len(changes(out))) == (0, {}, 1)
        site.everywhere = lambda target: None
        sync(out, config=quick(), options=FULL)
        assert [kind for kind, _ in changes(out)] == ["removed", "restored"]
        holds(out)


def test_permalinks_that_break_everywhere_remove_nothing(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        for number in range(30):
            site.add(f"nota-{number}", content="<p>Breve.</p>")
        migrate(site.url, out, config=quick())
        before = content(out)
        # A lost .htaccess: the home page stands, everything else is 404.
        site.everywhere = lambda target: (
            page("<title>Not Found</title><h1>Not Found</h1>", 404)
            if target not in ("/", "/robots.txt") and "?rest_route" not in target
            else None
        )
        site.data["posts"][:] = site.data["posts"][:-2]
        for _ in range(2):
            try:
                sync(out, config=quick(), options=FULL)
            except DecisionNeeded:
                pytest.fail("nothing is to be decided")
            except Exception as error:
                assert type(error).__name__ == "SiteError", error
            assert content(out) == before


# ---- pages that are not there


def test_a_site_whose_pages_are_elsewhere_is_taken_from_rest(tmp_path: Path) -> None:
    """Without a front of its own, or with permalinks that the server does not know: REST shows all, and every page is 404."""
    out = tmp_path / "OUT"
    with FaultySite() as site:
        migrate(site.url, tmp_path / "WHOLE", config=quick())
        site.everywhere = lambda target: None if target == "/" or target.startswith(("/wp-", "/robots", "/feed")) else page("", 404)
        summary = migrate(site.url, out, config=quick())
        whole, found = records(tmp_path / "WHOLE"), records(out)
        assert set(found) == set(whole)
        assert {slug: a["body_text"] for slug, a in found.items()} == {slug: a["body_text"] for slug, a in whole.items()}
        assert all(any(w.startswith("page: could not be read (HTTP 404)") for w in a["extraction"]["warnings"]) for a in found.values())
        assert (summary.exit_code, summary.failed, summary.stale) == (1, 0, len(found))
        holds(out)
        before = content(out)
        for options in (Options(), FULL, Options()):
            sync(out, config=quick(), options=options)
            assert content(out) == before and changes(out) == []
        # An edit in REST, and what is really gone.
        edited = edit(site)
        gone = str(site.by_id(105)["slug"])  # type: ignore[index]
        site.data["posts"].remove(site.by_id(105))
        for _ in range(2):
            sync(out, config=quick())
        assert sorted(changes(out)) == [("removed", gone), ("updated", edited)]
        assert "Añadido hoy." in records(out)[edited]["body_text"]
        holds(out)
        # The front is mended.
        site.everywhere = lambda target: None
        sync(out, config=quick(), options=FULL)
        assert failures(out) == {} and gone not in records(out)
        assert not [w for a in lines(out, "articles") for w in a["extraction"]["warnings"] if w.startswith("page:")]
        holds(out)


@pytest.mark.parametrize("status", [404, 410])
def test_one_page_that_is_not_there_while_rest_shows_it(tmp_path: Path, status: int) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        site.faults = {site.path(103): page("", status)}
        summary = migrate(site.url, out, config=quick())
        assert site.slugs == set(records(out)) and (summary.failed, summary.stale) == (0, 1)
        assert failures(out, site) == {site.path(103): "http_status"}
        holds(out)
        # Without REST nothing holds it any more, but that takes two runs.
        site.rest = site.feed = False
        site.sitemap = True
        sync(out, config=quick())
        assert lines(out, "removed") == []
        sync(out, config=quick(), options=FULL)
        (gone,) = lines(out, "removed")
        assert gone["url"] == site.url + site.path(103) and str(status) in gone["proof"]
        holds(out)


def test_a_page_that_is_not_there_and_whose_text_rest_keeps_to_itself_fails(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        post = site.by_id(103)
        assert post is not None
        post["content"], site.faults = "", {site.path(103): page("", 404)}
        summary = migrate(site.url, out, config=quick())
        assert site.slugs - set(records(out)) == {post["slug"]} and summary.failed == 1
        holds(out)


# ---- what is taken back


@pytest.mark.parametrize("how", ["protected", "private"])
@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_what_is_taken_back_is_withdrawn_at_first_sight(tmp_path: Path, doors: dict[str, bool], how: str) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        post = site.by_id(103)
        assert post is not None
        if how == "private":
            site.data["posts"].remove(post)
        else:
            post |= {"password": "secret", "modified": "2025-06-06T10:00:00"}
        sync(out, config=quick())
        assert changes(out) == [("removed", post["slug"])] and post["slug"] not in records(out)
        (gone,) = lines(out, "removed")
        assert gone["proof"] == (
            "became password-protected" if how == "protected" else "HTTP 404 on its own address, and absent from a complete listing"
        )
        sync(out, config=quick(), options=FULL)
        assert changes(out) == [("removed", post["slug"])]
        holds(out)


@pytest.mark.parametrize("shut", [False, True])
def test_what_became_private_while_a_cache_goes_on_to_show_its_page(tmp_path: Path, shut: bool) -> None:
    """REST's word on the one is believed while it shows another; a REST that refuses all is shut."""
    out = tmp_path / "OUT"
    with FaultySite() as site:
        migrate(site.url, out, config=quick())
        post, path = site.by_id(103), site.path(103)
        assert post is not None
        status, kind, body, _ = site.answer(path)
        site.data["posts"].remove(post)
        refusal = page(
            '{"code": "rest_forbidden", "message": "Sorry, you are not allowed to do that.", "data": {"status": 401}}', 401, JSON
        )

        def answer(target: str) -> Any:
            if target == path:
                return page(body, status, kind)
            found = re.match(r"/wp-json/wp/v2/posts/(\d+)", target)
            if found:
                return refusal if shut or found[1] == "103" else page('{"id": 101}', 200, JSON)
            return None

        site.everywhere = answer
        for _ in range(2):
            sync(out, config=quick())
        assert changes(out) == ([] if shut else [("removed", post["slug"])])
        assert [row["proof"] for row in lines(out, "removed")] == ([] if shut else ["became private: REST shows it to no visitor any more"])
        holds(out)
