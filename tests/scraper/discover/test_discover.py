"""Finding every article, whichever doors are open: what broke for users of other tools must not break here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from presslift.config import Settings
from presslift.records import SiteFacts
from presslift.scraper.discover import Event, Evidence, Found, Left, Listing, discover, read_archives
from presslift.scraper.probe import probe_site
from tests.scraper.discover.wordpress import Post, WordPress, cached, found, left, listing
from tests.servers import Visit, as_json, page, redirect


def posts(count: int, first: int = 10) -> list[Post]:
    return [Post(first + n, f"2024/01/post-{first + n}/", f"Post {first + n}", category=("news", "essays")[n % 2]) for n in range(count)]


def run(site: WordPress, **scope: Any) -> tuple[SiteFacts, list[Event]]:
    settings = Settings()
    for name, value in scope.items():
        setattr(settings.scope, name, value)
    get = cached(site.get())
    facts = probe_site(site.url, get, settings)
    return facts, list(discover(facts, get, settings))


@pytest.mark.parametrize(
    "doors",
    [
        {},
        {"rest": False},
        {"rest": False, "feed": False},
        {"rest": False, "sitemap": False},
        {"rest": False, "sitemap": False, "feed": False},
        {"sitemap": False, "feed": False},
        {"headers": False},
        {"largest": 10, "sitemap": False, "feed": False},
    ],
)
def test_each_source_suffices_alone(doors: dict[str, Any]) -> None:
    content = [*posts(23), Post(2, "about/", "About", "page"), Post(90, "secret/", protected=True), Post(91, "draft/", status="draft")]
    with WordPress(content, **doors) as site:
        _, events = run(site)
    wanted = {p.path for p in content if p.status == "publish"}
    assert found(events) | {"secret/"} == wanted
    assert "draft/" not in {*found(events), *left(events)}
    if doors.get("rest", True) or not doors.get("sitemap", True):
        assert left(events)["secret/"] == "protected"
    assert all(e.complete for e in events if isinstance(e, Listing)), [e for e in events if isinstance(e, Listing)]


def test_rest_alone_is_asked_when_it_suffices() -> None:
    with WordPress(posts(120)) as site:
        facts, events = run(site)
        assert len(found(events, "rest")) == 120
        assert not site.targets("/post-")
        assert len(site.targets("/wp/v2/posts")) == 4
        assert facts.counts["post"] == 120


def test_source_rest_asks_nothing_else_and_html_never_asks_rest() -> None:
    with WordPress(posts(3)) as site:
        _, events = run(site, source="rest")
        assert found(events) == found(events, "rest") and not site.targets("sitemap") and not site.targets("feed")
    with WordPress(posts(3)) as site:
        _, events = run(site, source="html")
        assert len(found(events)) == 3 and not site.targets("wp-json") and not site.targets("rest_route")


def test_custom_types_found() -> None:
    content = [
        *posts(4),
        Post(50, "reviews/a/", type="review"),
        Post(51, "reviews/b/", type="review"),
        Post(60, "hidden/c/", type="secretive"),
    ]
    with WordPress(content, types={"review": "reviews"}) as site:
        _, events = run(site)
    by_type = {e.url.split("/", 3)[3]: e.type for e in events if isinstance(e, Found) and e.type}
    assert by_type["reviews/a/"] == by_type["reviews/b/"] == "review"
    assert by_type["hidden/c/"] == "secretive", "a type that REST doesn't know stands in the sitemap"


def test_custom_type_that_cannot_be_read_is_named() -> None:
    refused = as_json({"code": "rest_forbidden", "message": "No."}, 403)
    with WordPress(posts(2), types={"course": "courses"}, sitemap=False, feed=False, overrides={"/wp-json/wp/v2/courses": refused}) as site:
        settings = Settings()
        settings.scope.source = "rest"
        facts = probe_site(site.url, site.get().get, settings)
        events = list(discover(facts, site.get().get, settings))
    told = listing(events, "course")
    assert not told.complete and "rest_forbidden" in (told.detail or "")


def failing_at(site: WordPress, broken: int, *, light: bool) -> Any:
    """A collection that answers 500 whenever it should show one item; ``light`` lets it through without its content."""

    def answer(visit: Visit) -> None:
        reply: list[bytes] = []
        probe = Visit(visit.method, visit.target, visit.headers, visit.connection, visit.closing)
        probe.write = reply.append  # type: ignore[method-assign]
        site.answer(probe)
        if f'"id": {broken},'.encode() in b"".join(reply) and not (light and "_fields=id%2Clink" in visit.target):
            page("<h1>critical error</h1>", 500)(visit)
        else:
            visit.write(b"".join(reply))

    return answer


@pytest.mark.parametrize(("sitemap", "light"), [(False, True), (False, False), (True, False)])
def test_partial_rest_kept(sitemap: bool, light: bool) -> None:
    content = posts(230)
    broken = content[147]
    with WordPress(content, sitemap=sitemap, feed=False) as site:
        site.overrides["/wp-json/wp/v2/posts"] = failing_at(site, broken.id, light=light)
        settings = Settings()
        settings.scope.source = "auto" if sitemap else "rest"
        get = cached(site.get())
        facts = probe_site(site.url, get, settings)
        events = list(discover(facts, get, settings))
        asked = len(site.targets("/wp/v2/posts"))
    items = {e.wp_id for e in events if isinstance(e, Found) and e.source == "rest" and e.item}
    assert len(items) == 229, "what came is kept"
    assert asked < 40
    told = listing(events, "post")
    if light or sitemap:
        assert broken.path in found(events)
        assert told.complete
    else:
        assert not told.complete and "item 148" in (told.detail or "")


def test_a_server_that_dies_midway_keeps_what_came() -> None:
    content = posts(300)
    with WordPress(content, feed=False, sitemap=False) as site:

        def dying(visit: Visit) -> None:
            late = "page=1&" not in visit.target and "per_page=1&" not in visit.target and "per_page=10&" not in visit.target
            (page("down", 500) if late else site.answer)(visit)

        site.overrides["/wp-json/wp/v2/posts"] = dying
        _, events = run(site)
        assert len(site.targets("/wp/v2/posts")) < 20
    assert len(found(events, "rest")) == 100
    assert len(found(events)) == 300, "the links lead to the rest"


def test_sitemap_reconciled() -> None:
    content = posts(12)
    with WordPress(content, home_extra="<a href='/orphan/'>An orphan</a>") as site:
        site.posts.append(Post(77, "only-in-sitemap/", type="note"))
        site.posts.append(Post(78, "orphan/", type="fly"))
        real = site.sitemap_answer
        site.sitemap_answer = lambda path: page("no", 404) if "-fly-" in path else real(path)  # type: ignore[method-assign]
        _, events = run(site)
    assert "only-in-sitemap/" in found(events, "sitemap") - found(events, "rest")
    assert "orphan/" in found(events, "crawl"), "what the front page links to and no listing has is looked at"
    assert listing(events, "post").total == 12


def test_rest_route_only() -> None:
    with WordPress(posts(3), rest="route", sitemap=False, feed=False) as site:
        facts, events = run(site)
    assert "rest_route" in (facts.rest_root or "") and "/wp-json/" in (facts.rest_detail or "")
    assert len(found(events, "rest")) == 3


def test_old_wordpress() -> None:
    index = as_json({"name": "Old", "namespaces": ["oembed/1.0"]})
    with WordPress(posts(14), rest=False, sitemap=False, overrides={"/wp-json/": index}) as site:
        facts, events = run(site)
    assert facts.rest_root is None and "4.7" in (facts.rest_detail or "")
    assert len(found(events)) == 14


def test_same_slug_two_languages() -> None:
    content = [Post(1, "hello/", "Hello"), Post(2, "es/hello/", "Hola", lang="es-ES"), Post(3, "sub/hello/", "Hello")]
    for doors in ({}, {"rest": False}, {"rest": False, "sitemap": False, "feed": False}):
        with WordPress(content, **doors) as site:  # type: ignore[arg-type]
            _, events = run(site)
        assert found(events) == {"hello/", "es/hello/", "sub/hello/"}


def test_one_post_in_two_languages_at_two_addresses_stays_two() -> None:
    content = [Post(1, "hello/", "Hello"), Post(1, "es/hello/", "Hola", lang="es-ES")]
    with WordPress(content, rest=False, sitemap=False, feed=False) as site:
        _, events = run(site)
    assert found(events) == {"hello/", "es/hello/"}


def test_equal_titles() -> None:
    content = [Post(n, f"post-{n}/", "The same title") for n in range(1, 9)]
    for doors in ({}, {"rest": False}, {"rest": False, "sitemap": False, "feed": False}):
        with WordPress(content, **doors) as site:  # type: ignore[arg-type]
            _, events = run(site)
        assert found(events) == {p.path for p in content}


def test_listing_shifts() -> None:
    content = posts(250)
    with WordPress(content, sitemap=False, feed=False) as site:
        state = {"asked": 0}

        def shifting(visit: Visit) -> None:
            if "page=2" in visit.target and "per_page=100" in visit.target and not state["asked"]:
                # One is taken away and one comes: whatever stood at the border is in neither page.
                state["asked"] = 1
                site.posts = [*content[1:], Post(999, "newest/")]
                site.posts.append(Post(1000, "newer-still/"))
            site.answer(visit)

        site.overrides["/wp-json/wp/v2/posts"] = shifting
        _, events = run(site)
    assert {p.path for p in content[1:]} | {"newest/", "newer-still/"} <= found(events, "rest")
    addresses = [e.url for e in events if isinstance(e, Found) and e.source == "rest"]
    assert len(addresses) == len(set(addresses))


def test_crawl_reaches_the_deepest_archive_page_and_follows_no_trap() -> None:
    extra = "".join(
        f"<a href='{href}'>x</a>"
        for href in (
            "/2024/01/post-10/?replytocom=3#respond", "/2024/01/post-10/feed/", "/2024/01/post-10/comment-page-2/", "/wp-content/uploads/a.pdf",
            "/2024/01/post-10/?utm_source=x", "/?s=word", "/events/2024-05/", "/2024/01/post-10/amp/", "/2024/01/post-10/print/", "/wp-admin/", "/wp-login.php",
            "/?attachment_id=5", "https://elsewhere.example/", "mailto:a@example.org", *(f"/2024/01/post-10/?view={n}" for n in range(30)), "/a/a/a/a/a/a/",
        )
    )  # fmt: skip
    with WordPress(posts(42), rest=False, sitemap=False, feed=False, home_extra=extra) as site:
        _, events = run(site)
        targets = [v.target for v in site.server.visits]
    assert len(found(events)) == 42
    never = ("replytocom", "post-10/feed", "comment-page", "uploads", "utm_", "s=word", "2024-05", "/amp", "/print", "wp-admin")
    assert not [t for t in targets if any(part in t for part in never)]
    assert len([t for t in targets if "view=" in t]) <= 5
    assert "2024/01/post-10/comment-page-2/" in left(events)
    news = [e.data for e in events if isinstance(e, Evidence) and e.kind == "archive" and e.data["slug"] == "news"]
    assert {m for d in news for m in d["members"]} == {site.url + p.path for p in site.posts if p.category == "news"}


@pytest.mark.parametrize("printed", [False, True])
def test_tags_that_no_page_prints_are_named_by_their_archives(printed: bool) -> None:
    link = "<a rel='tag' href='/tag/deep-sea/'>Deep Sea</a>" if printed else ""
    with WordPress([Post(1, "one/", body=f"<p>Text.</p>{link}"), Post(2, "two/")], rest=False, sitemap=False, feed=False) as site:
        real = site.html
        site.html = lambda *a: real(*a).replace("class='post-1 ", "class='post-1 tag-deep-sea tag-gone ")  # type: ignore[method-assign]
        archive = "<h1>Tag: Deep Sea</h1><article class=hentry><h2><a rel=bookmark href='/one/'>x</a></h2></article>"
        site.overrides |= {"/?tag=deep-sea": redirect("/tag/deep-sea/"), "/?tag=gone": page("no", 501)}
        site.overrides["/tag/deep-sea/"] = page(real("archive tag tag-deep-sea tag-7", "Deep Sea", archive))
        _, events = run(site)
        asked = [t for t in site.targets("tag")]
    tags = [e.data for e in events if isinstance(e, Evidence) and e.data.get("taxonomy") == "post_tag" and e.data["members"]]
    if printed:
        assert not asked and not tags
    else:
        assert [(t["name"], t["slug"], t["members"]) for t in tags] == [("Deep Sea", "deep-sea", [f"{site.url}one/"])]
    assert found(events) == {"one/", "two/"} and listing(events, "crawl").complete


def test_crawl_asks_several_pages_at_once_where_it_can() -> None:
    with WordPress(posts(42), rest=False, sitemap=False, feed=False) as site:
        client, sizes = site.get(), []

        class Wide:
            def __call__(self, url: str, *, kind: str, accept: str | None = None) -> Any:
                return client.get(url, kind=kind, accept=accept)

            def gather(self, urls: Sequence[str], *, kind: str) -> dict[str, Any]:
                sizes.append(len(urls))
                return dict(client.map(urls, kind=kind))

        facts = probe_site(site.url, Wide(), Settings())
        events = list(discover(facts, Wide(), Settings()))
    assert found(events) == {p.path for p in site.posts}
    assert max(sizes) > 3


def test_crawl_stops_at_its_bound_and_says_so() -> None:
    with WordPress(posts(40), rest=False, sitemap=False, feed=False) as site:
        settings = Settings()
        settings.fetch.max_crawl_pages = 10
        get = cached(site.get())
        events = list(discover(probe_site(site.url, get, settings), get, settings))
    told = listing(events, "crawl")
    assert not told.complete and "max_crawl_pages" in (told.detail or "")


def test_endless_pagination_ends() -> None:
    def endless(visit: Visit) -> None:
        number = int(visit.path.strip("/").split("/")[-1])
        page(
            f"<body class='home blog paged'><article class=hentry><h2><a href='/one/'>One</a></h2></article><a class=next href='/page/{number + 1}/'>Older</a>"
        )(visit)

    with WordPress([Post(1, "one/")], rest=False, sitemap=False, feed=False, home_extra="<a href='/page/2/'>Older</a>") as site:
        site.overrides |= {f"/page/{n}/": endless for n in range(2, 60)}
        run(site)
        assert len(site.targets("/page/")) < 6


def test_archives_loaded_by_script_are_paged_by_address() -> None:
    with WordPress(posts(17), rest=False, sitemap=False, feed=False, home_extra="<div id='infinite-handle'></div>") as site:
        real = site.html
        site.html = lambda *a: real(*a).replace("class='next page-numbers' href", "data-x")  # type: ignore[method-assign]
        _, events = run(site)
    assert len(found(events)) == 17


def test_further_pages_of_an_article_are_not_articles() -> None:
    content = [Post(1, "long/", body="<p>One.</p><div class='page-links'><a href='/long/2/'>2</a></div>"), Post(2, "short/")]
    with WordPress(content, rest=False, sitemap=False, feed=False) as site:
        site.overrides["/long/2/"] = page(site.html("single single-post postid-1 paged-2", "Long", "<article><h1>Long</h1>Two.</article>"))
        _, events = run(site)
    assert found(events) == {"long/", "short/"}


def test_plain_permalinks() -> None:
    content = [Post(7, "?p=7"), Post(8, "?p=8"), Post(9, "?page_id=9", type="page")]
    for doors in ({"rest": "route"}, {"rest": False, "sitemap": False, "feed": False}):
        with WordPress(content, **doors) as site:  # type: ignore[arg-type]
            _, events = run(site)
        assert found(events) == {"?p=7", "?p=8", "?page_id=9"}


def test_redirects_are_one_article_and_elsewhere_is_none() -> None:
    extra = "<a href='/old-name/'>a</a><a href='/gone-away/'>b</a>"
    with WordPress(posts(3), rest=False, sitemap=False, feed=False, home_extra=extra) as site:
        site.overrides |= {"/old-name/": redirect("/2024/01/post-10/"), "/gone-away/": page("gone", 410)}
        _, events = run(site)
    assert found(events) == {p.path for p in site.posts}


def test_odd_rest_items_do_no_harm() -> None:
    with WordPress(posts(2), sitemap=False, feed=False) as site:
        odd: list[Any] = [
            {"id": "31", "link": None, "type": "post", "title": None, "content": None, "guid": {"rendered": f"{site.url}?p=31"}},
            {"id": 32, "link": "https://elsewhere.example/x/", "type": "post"},
            {"id": 33, "link": f"{site.url}x/", "status": "private"},
            {"id": 34, "link": f"{site.url}y/", "content": {"rendered": "", "protected": True}},
            {"id": 35, "link": f"{site.url}?post_type=form&p=35", "type": "form"},
            "no object", None, {"id": 36, "link": f"{site.url}z/", "excerpt": []},
        ]  # fmt: skip
        body = "\ufeff<br />\n<b>Warning</b>: Undefined array key [0] in /x.php on line 1<br />\n" + json.dumps(odd)
        site.overrides["/wp-json/wp/v2/posts"] = page(body, content_type="text/html")
        _, events = run(site, source="rest")
    assert found(events) == {"?p=31", "z/"}
    reasons = {e.url.rsplit("/", 1)[-1] or e.url.split("/")[-2]: e.reason for e in events if isinstance(e, Left)}
    assert (
        reasons["x"] in ("on another site", "not published")
        and reasons["y"] == "protected"
        and reasons["?post_type=form&p=35"] == "no page of its own"
    )


def test_archives_can_be_read_alone() -> None:
    with WordPress(posts(13)) as site:
        facts, _ = run(site)
        before = len(site.server.visits)
        evidence = list(read_archives(facts, site.get().get, Settings(), [f"{site.url}category/news/"]))
        assert len(site.server.visits) - before == 3, "robots.txt and two pages"
    assert [e.data["taxonomy"] for e in evidence] == ["category", "category"]
    assert sum(len(e.data["members"]) for e in evidence) == 7


def test_a_source_that_raises_what_nobody_expected_is_named_and_the_others_go_on() -> None:
    with WordPress(posts(5), rest=False) as site:
        way = cached(site.get())

        def get(url: str, *, kind: str, accept: str | None = None) -> Any:
            answer = way(url, kind=kind, accept=accept)
            # An answer that lacks what every answer has.
            return answer if kind != "sitemap" else object()

        facts = probe_site(site.url, way, Settings())
        events = list(discover(facts, get, Settings()))
        assert len(found(events)) == 5
        (broken,) = [e for e in events if isinstance(e, Listing) and not e.complete]
        assert broken.reason == "parse_error" and "AttributeError" in (broken.detail or "") and "scraper/discover/" in (broken.detail or "")
