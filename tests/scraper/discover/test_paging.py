"""Lists of posts whose next page no known pager shows: every post comes all the same, and the guesses have an end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from presslift.config import Settings
from presslift.records import SiteFacts
from presslift.scraper.discover import Event, Evidence, Listing, discover, read_archives
from presslift.scraper.probe import probe_site
from tests.scraper.discover.wordpress import PER_LIST, Post, WordPress, cached, found
from tests.servers import Behaviour, Visit, page, redirect

DOORS: dict[str, Any] = {"rest": False, "sitemap": False, "feed": False}
NOTHING = ""
BUTTON = "<div class='xq-more'><button class='xq-btn' data-offset='5'>Show me more</button></div>"
NUMBERS = "<p class='xq-nums'><b>1</b> <a href='{base}page/{next}/'>{next}</a></p>"
LAST = "<p class='xq-nums'><a href='{base}page/9/'>the oldest</a></p>"


class Themed(WordPress):
    """A theme of nobody's: ``pager`` is what it shows below a list, ``cards`` what it makes of WordPress's own."""

    pager = NOTHING
    beyond: Callable[[int], Behaviour] | None = None
    cards: tuple[str, str] | None = None

    def list_answer(self, category: str | None, number: int) -> Behaviour:
        """The list with the theme's pager."""
        total = len([p for p in self.public("post") if category in (None, p.category)])
        if self.beyond is not None and (number - 1) * PER_LIST >= total:
            return self.beyond(number)
        base = f"/category/{category}/" if category else "/"
        pager = self.pager.format(base=base, next=number + 1) if number * PER_LIST < total else ""
        real = super().list_answer(category, number)

        def answer(visit: Visit) -> None:
            sent: list[bytes] = []
            plain = Visit(visit.method, visit.target, visit.headers, visit.connection, visit.closing)
            plain.write = sent.append  # type: ignore[method-assign]
            real(plain)
            head, _, body = b"".join(sent).partition(b"\r\n\r\n")
            text = re.sub(r"<div class='nav-links'>.*?</div>", pager, body.decode())
            page(re.sub(*self.cards, text) if self.cards else text, int(head.split(b" ", 2)[1]))(visit)

        return answer


def posts(count: int, categories: int = 2, address: str = "post-{}/") -> list[Post]:
    return [Post(n, address.format(n), f"Post {n}", category=f"topic-{n % categories}") for n in range(10, 10 + count)]


def run(site: WordPress, most: int = 1000) -> tuple[SiteFacts, list[Event]]:
    settings = Settings()
    settings.fetch.max_crawl_pages = most
    get = cached(site.get())
    facts = probe_site(site.url, get, settings)
    return facts, list(discover(facts, get, settings))


def guesses(site: WordPress) -> list[str]:
    return [t for t in site.targets("") if "/page/" in t or "paged=" in t]


def all_found(site: WordPress, events: list[Event]) -> None:
    assert found(events) == {p.path for p in site.posts}
    assert all(e.complete for e in events if isinstance(e, Listing))


@pytest.mark.parametrize("pager", [NOTHING, BUTTON, NUMBERS, LAST])
def test_lists_without_a_known_pager_are_read_to_their_end(pager: str) -> None:
    with Themed(posts(23), **DOORS) as site:
        site.pager = pager
        _, events = run(site)
        all_found(site, events)
        assert len(guesses(site)) <= 4 + 1 + 2 * (2 + 1), "each list's pages, and one too far"
    members = {e.data["slug"]: set[str]() for e in events if isinstance(e, Evidence) and e.kind == "archive"}
    ends = {e.data["slug"] for e in events if isinstance(e, Evidence) and e.kind == "archive" and e.data["last"]}
    for event in events:
        if isinstance(event, Evidence) and event.kind == "archive":
            members[event.data["slug"]] |= set(event.data["members"])
    assert ends == set(members) == {"topic-0", "topic-1"}
    assert members["topic-0"] == {site.url + p.path for p in site.posts if p.category == "topic-0"}


@pytest.mark.parametrize("cards", [(r"<article[^>]*><h2[^>]*>(.*?)</h2></article>", r"<div class='xq'><p class='xq-t'>\1</p></div>"), (r"<article[^>]*>(.*?)</article>", r"<div>\1</div>")])  # fmt: skip
@pytest.mark.parametrize("pager", [NOTHING, "<a class='next page-numbers' href='{base}page/{next}/'>Older</a>"])
def test_lists_whose_cards_are_not_known_are_read_to_their_end(cards: tuple[str, str], pager: str) -> None:
    with Themed(posts(23, categories=1), **DOORS) as site:
        site.cards, site.pager = cards, pager
        _, events = run(site)
        all_found(site, events)


def test_small_lists_without_a_pager_cost_next_to_nothing() -> None:
    """Twelve topics of one to eight posts each, none of which has a second page."""
    content = [Post(n * 10 + m, f"post-{n}-{m}/", category=f"topic-{n}") for n in range(1, 13) for m in range(min(n, PER_LIST - 1))]
    with Themed(content, **DOORS) as site:
        _, events = run(site)
        all_found(site, events)
        assert len([t for t in guesses(site) if "category" in t]) <= 2


def test_where_a_pager_is_known_next_to_nothing_is_guessed() -> None:
    """Five topics with just one full page each, so that none of them shows the pager that the blog shows."""
    with WordPress(posts(25, categories=5), **DOORS) as site:
        _, events = run(site)
        all_found(site, events)
        assert len([t for t in guesses(site) if t.startswith("/page/")]) == 4
        assert len([t for t in guesses(site) if "category" in t]) <= 2


def test_plain_permalinks_are_paged_by_query() -> None:
    content = [Post(n, f"?p={n}", category="topic-0") for n in range(10, 27)]

    class Plain(Themed):
        def page_answer(self, visit: Visit, path: str) -> Behaviour:
            query = {k: v[-1] for k, v in parse_qs(urlsplit(visit.target).query).items()}
            if "p" in query:
                return super().page_answer(visit, path)
            if "cat" in query:
                return self.list_answer("topic-0", int(query.get("paged", 1)))
            # Without permalinks every path is the front page.
            return self.list_answer(None, int(query.get("paged", 1)))

    with Plain(content, **DOORS) as site:
        real = site.html
        site.html = lambda *a: real(*a).replace("/category/topic-0/", "/?cat=7")  # type: ignore[method-assign]
        _, events = run(site)
        all_found(site, events)
        assert not [t for t in guesses(site) if "/page/" in t]
        assert "/?paged=4" in guesses(site) and "/?cat=7&paged=4" in guesses(site)


FIRST_AGAIN: dict[str, Callable[[Themed, int], Behaviour]] = {
    "redirect": lambda site, n: redirect("/"),
    "repeat": lambda site, n: site.list_answer(None, 1),
    "empty": lambda site, n: page(site.html("home blog paged", "Test", "<main><p>Nothing here.</p></main>")),
    "gone": lambda site, n: page("gone", 410),
}


@pytest.mark.parametrize("how", FIRST_AGAIN)
@pytest.mark.parametrize("count", [5, 15])
def test_a_list_ends_where_no_page_brings_more(how: str, count: int) -> None:
    with Themed(posts(count, categories=1), **DOORS) as site:
        site.beyond = lambda number: FIRST_AGAIN[how](site, number)
        _, events = run(site)
        all_found(site, events)
        assert len(guesses(site)) <= 2 * count / PER_LIST


@pytest.mark.parametrize("pager", [NOTHING, "<a class='next page-numbers' href='{base}page/{next}/'>Older</a>"])
def test_numbers_without_end_have_one(pager: str) -> None:
    """Pages past the last show earlier ones again, in turn, and link on."""
    with Themed(posts(40, categories=1), **DOORS) as site:
        site.pager = pager
        site.beyond = lambda number: site.list_answer(None, (number - 1) % 8 + 1)
        _, events = run(site)
        all_found(site, events)
        assert len(guesses(site)) <= 2 * (8 + 1)


def test_a_list_of_anything_has_an_end() -> None:
    """Past the last page some posts are shown, others each time."""

    def some(number: int) -> Behaviour:
        rows = "".join(
            f"<article class=hentry><h2><a href='/post-{10 + (number * 7 + n * 11) % 60}/?from={number}'>x</a></h2></article>"
            for n in range(5)
        )
        return page(site.html("home blog paged", "Test", rows))  # fmt: skip

    with Themed(posts(60, categories=1), **DOORS) as site:
        site.beyond = some
        _, events = run(site, most=3000)
        assert found(events) >= {p.path for p in site.posts}
        assert len(guesses(site)) < 120


def test_a_page_made_to_list_posts_goes_on() -> None:
    """A builder's blog page: WordPress takes it for a page, and a script loads the rest."""
    content = [*posts(17, categories=1), Post(5, "journal/", "Journal", "page")]

    class Built(Themed):
        def page_answer(self, visit: Visit, path: str) -> Behaviour:
            match = re.fullmatch(r"/journal/(?:page/(\d+)/)?", path)
            if match is None:
                return super().page_answer(visit, path)
            shown = self.public("post")[(int(match[1] or 1) - 1) * PER_LIST :][:PER_LIST]
            cards = "".join(f"<article class='elementor-post'><h3><a href='/{p.path}'>x</a></h3></article>" for p in shown)
            return page(self.html("page page-id-5", "Journal", f"<h1>Journal</h1>{cards}"))

        def list_answer(self, category: str | None, number: int) -> Behaviour:
            return page(self.html("home page page-id-2", "Hello", "<h1>Hello</h1>")) if not category else page("no", 404)

    with Built(content, **DOORS) as site:
        _, events = run(site)
    assert found(events) == {p.path for p in content} | {""}


def test_the_address_a_button_names_is_asked() -> None:
    with Themed(posts(17, categories=1), **DOORS) as site:
        site.pager = "<div class='load-more' data-next-page='{base}page/{next}/'></div>"
        _, events = run(site)
        all_found(site, events)


def test_archives_read_alone_go_on_without_a_pager() -> None:
    with Themed(posts(23), **DOORS) as site:
        facts, _ = run(site)
        urls = [f"{site.url}category/topic-{n}/" for n in (0, 1)]
        evidence = list(read_archives(facts, site.get().get, Settings(), urls))
        before = len(site.server.visits)
        list(read_archives(facts, site.get().get, Settings(), urls, whole=False))
        assert len(site.server.visits) - before == 3, "robots.txt and two pages"
    members = {m for e in evidence for m in e.data["members"]}
    assert members == {site.url + p.path for p in site.posts}
