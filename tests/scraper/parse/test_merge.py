"""REST, feed and page of one post → one record: who is believed for what."""

from __future__ import annotations

from typing import Any

import pytest

from presslift.records import Account, Article, Footnote, Term
from presslift.scraper.parse.bodies import as_printed
from presslift.scraper.parse.items import ItemReading, read_feed, read_rest
from presslift.scraper.parse.merge import Sources, merge
from presslift.scraper.parse.metadata import Metadata
from presslift.scraper.parse.page import BodyReading, PageReading, join_pages, read_content, read_page

URL = "https://press.example.org/2024/05/the-old-bridge/"
TEXT = "The old bridge over the river was closed for repairs after the flood of last spring, and nobody knows when it opens again. "


class Site:
    """A site of which nothing but a few accounts and terms is known."""

    name: str | None = "Press"
    language: str | None = "en-US"
    placeholders = frozenset({"admin"})

    def __init__(self, accounts: list[Account] | None = None):
        self._accounts = accounts or []

    def term(self, wp_id: int) -> Term | None:
        return Term(taxonomy="category", name="Roads", slug="roads", wp_id=3) if wp_id == 3 else None

    def terms_named(self, name: str) -> list[Term]:
        return []

    def parent_of(self, term: Term) -> str | None:
        return None

    def account(self, wp_id: int | None, name: str | None = None) -> Account | None:
        return next((a for a in self._accounts if a.wp_id == wp_id or a.name == name), None)

    def picture(self, wp_id: int) -> str | None:
        return f"https://press.example.org/u/{wp_id}.jpg"

    def term_by_slug(self, taxonomy: str, slug: str) -> Term | None:
        return None

    def memberships(self, url: str) -> list[Term]:
        return []


def page(body: str, head: str = "", before: str = "") -> PageReading:
    html = (
        f"<html lang='en-US'><head><title>The old bridge – Press</title>{head}</head><body class='single single-post postid-7'><main>"
        f"<article class='post-7 post type-post status-publish has-post-thumbnail hentry'><h1 class='entry-title'>The old bridge</h1>{before}"
        f"<div class='entry-content'>{body}</div></article></main></body></html>"
    )
    return read_page(html, URL)


def rest(content: str, **more: Any) -> tuple[ItemReading, BodyReading]:
    item = {"id": 7, "link": URL, "type": "post", "slug": "the-old-bridge", "title": {"rendered": "The old bridge"}, **more}
    read = read_rest(item | {"content": {"rendered": content}})
    return read, read_content(content, Metadata(), url=URL)


def merged(
    shown: PageReading | None = None, told: tuple[ItemReading, BodyReading] | None = None, feed: ItemReading | None = None
) -> Article:
    sources = Sources(url=URL, page=shown, body=shown.body if shown else None, feed=feed)
    if told:
        sources.rest, sources.rest_body = told
    return merge(sources, Site())


def test_api_body_thin() -> None:
    full = "".join(f"<p>{TEXT} Part {n}.</p><img src='/u/{n}.jpg'>" for n in range(7))
    article = merged(page(full), rest("<p>Built with a builder.</p>"))
    assert article.extraction.cues["body"] != "rest" and (article.body_html or "").count("<img") == 7
    assert article.extraction.cues["title"] == "rest"
    assert merged(page(full), rest(full)).extraction.cues["body"] == "rest"


def test_raw_shortcodes_and_lacking_notes_have_the_page_speak() -> None:
    noted = f"<p>{TEXT * 3}<sup><a href='#fn1' id='r1'>1</a></sup></p><ol class='footnotes'><li id='fn1'>Minutes of May. <a href='#r1'>back</a></li></ol>"
    bare = f"<p>{TEXT * 3}</p>"
    assert merged(page(bare), rest(f"{bare}<p>[su_box title='x']</p>")).extraction.cues["body"] != "rest"
    article = merged(page(noted), rest(bare))
    assert [n.text for n in article.footnotes] == ["Minutes of May."]


def test_the_featured_image_has_the_words_that_the_page_shows_it_with() -> None:
    figure = "<figure class='post-thumbnail'><img class='wp-post-image' src='/u/9-300x200.jpg' alt='Two banks'><figcaption>In May</figcaption></figure>"
    for told in (rest(f"<p>{TEXT * 3}</p>", featured_media=9), None):
        (featured,) = merged(page(f"<p>{TEXT * 3}</p>", before=figure), told).media
        assert (featured.role, featured.alt, featured.caption) == ("featured", "Two banks", "In May")


def notes(*markers: str) -> list[Footnote]:
    return [Footnote(index=n, marker=m, html=f"Text {n}", text=f"Text {n}", style="easy") for n, m in enumerate(markers, 1)]


@pytest.mark.parametrize(
    ("item", "shown", "expected"),
    [
        (("148", "149"), ("1", "2"), ["1", "2"]),
        (("148", "149"), (), ["1", "2"]),
        (("[7]", "[8]", "[9]"), (), ["[1]", "[2]", "[3]"]),
        (("1", "2"), (), ["1", "2"]),
        (("*", "†"), (), ["*", "†"]),
        (("3", "7"), (), ["3", "7"]),
        (("a", "b"), ("i", "ii"), ["i", "ii"]),
    ],
)
def test_markers_are_those_that_readers_see(item: tuple[str, ...], shown: tuple[str, ...], expected: list[str]) -> None:
    body = BodyReading(html="<p>x</p>", words=1, notes=notes(*shown)) if shown else None
    assert [note.marker for note in as_printed(notes(*item), body)] == expected


def test_a_feed_of_summaries_is_told_from_editors_excerpts_by_the_page() -> None:
    shown = page(f"<p>{TEXT * 4}</p>")
    own = read_feed({"link": URL, "description": f"<p>{TEXT * 2}[&hellip;]</p>", "content": None})
    written = read_feed({"link": URL, "description": "<p>What a bridge is worth.</p>", "content": None})
    assert merged(shown, feed=own).excerpt_source == "auto"
    assert merged(shown, feed=written).excerpt_source == "manual"


def test_pictures_that_rest_lacks_have_the_page_speak() -> None:
    pictures = "".join(f"<p>{TEXT}</p><figure><img src='/u/picture-{n}-300x200.jpg'></figure>" for n in range(8))
    bare = "".join(f"<p>{TEXT}</p>" for _ in range(8)) + "<img src='/u/picture-0.jpg'>"
    assert merged(page(pictures), rest(bare)).extraction.cues["body"] != "rest"
    # The same pictures, twice in the page for those without scripts.
    lazy = pictures.replace("<img src='", "<img src='data:image/gif;base64,R0' data-src='")
    twins = "".join(f"<noscript><img src='/u/picture-{n}-300x200.jpg'></noscript>" for n in range(8))
    assert merged(page(lazy + twins), rest(pictures)).extraction.cues["body"] == "rest"


def test_every_value_says_what_spoke_for_it() -> None:
    noted = f"<p>{TEXT * 3}<sup><a href='#fn1' id='r1'>1</a></sup></p><ol class='footnotes'><li id='fn1'>Minutes of May. <a href='#r1'>back</a></li></ol>"
    head = f"<link rel='canonical' href='{URL}'><link rel='shortlink' href='https://press.example.org/?p=7'>"
    for told in (rest(noted, guid={"rendered": "https://press.example.org/?p=7"}, author=2, categories=[3]), None):
        article = merged(page(noted, head), told)
        for name in ("title", "wp_id", "type", "slug", "canonical_url", "language", "footnotes", "body"):
            assert article.extraction.cues[name] and 0 < article.extraction.confidence[name] <= 1, name
    assert article.extraction.cues.keys() == article.extraction.confidence.keys()


def test_warnings_are_about_what_is_missing_in_the_record() -> None:
    shown = page(f"<p>{TEXT * 3}</p>")
    shown.metadata.term_slugs = {"category": ["roads"]}
    shown.metadata.warnings = ["terms: the page has no name for category roads"]
    shown.comments.count = 2
    assert {"terms: the page has no name for category roads", "comments: the page counts 2, 0 were read"} <= set(
        merged(shown).extraction.warnings
    )
    told, body = rest(f"<p>{TEXT * 3}</p>", categories=[3])
    article = merge(Sources(url=URL, page=shown, body=shown.body, rest=told, rest_body=body, comments_wanted=False), Site())
    assert [t.name for t in article.categories] == ["Roads"]
    assert not [w for w in article.extraction.warnings if w.startswith(("terms", "comments"))]


@pytest.mark.parametrize(
    ("lastmod", "modified", "utc"),
    [
        ("2024-06-02T08:00:00+00:00", "2024-06-02T08:00:00+00:00", "2024-06-02T08:00:00Z"),
        ("2024-06-02", "2024-06-02", None),
        ("2024-06-02 08:00", "2024-06-02", None),
        ("2023-01-01", None, None),
        ("yesterday", None, None),
        (None, None, None),
    ],
)
def test_a_sitemap_tells_of_changes_that_nothing_else_tells(lastmod: str | None, modified: str | None, utc: str | None) -> None:
    shown = page(f"<p>{TEXT}</p>", "<meta property='article:published_time' content='2024-05-03T10:00:00+02:00'>")
    article = merge(Sources(url=URL, page=shown, body=shown.body, lastmod=lastmod), Site())
    assert (article.modified, article.modified_utc) == (modified, utc)
    told = merge(
        Sources(url=URL, rest=rest("<p>x</p>", modified="2024-05-04T10:00:00", modified_gmt="2024-05-04T08:00:00")[0], lastmod=lastmod),
        Site(),
    )
    assert told.modified == "2024-05-04T10:00:00+02:00"


def test_the_feeds_spelling_of_a_name_outranks_the_pages() -> None:
    shown = page(
        f"<p>{TEXT}</p>", before="<span class='author vcard'><a class='url fn n' href='/author/miriam/'>Miriam O’Connell</a></span>"
    )
    article = merged(shown, feed=read_feed({"link": URL, "creators": ["Miriam O'Connell"], "content": f"<p>{TEXT}</p>"}))
    assert article.wp_author is not None and (article.wp_author.name, article.wp_author.slug) == ("Miriam O'Connell", "miriam")
    assert [a.name for a in article.authors] == ["Miriam O'Connell"]


def test_terms_by_their_numbers_in_classes() -> None:
    html = (
        "<html><body class='single single-post postid-7'><main><article class='post-7 post type-post status-publish hentry category-3'>"
        f"<h1>The old bridge</h1><div class='entry-content'><p>{TEXT * 3}</p></div></article></main></body></html>"
    )
    article = merge(Sources(url=URL, page=read_page(html, URL)), Site())
    assert [(t.name, t.wp_id) for t in article.categories] == [("Roads", 3)]


def test_a_text_signed_on_its_last_page() -> None:
    first = read_page(f"<html><body><article><h1>A</h1><div class='entry-content'><p>{TEXT * 3}</p></div></article></body></html>", URL)
    last = read_page(
        f"<html><body><article><h1>A</h1><div class='entry-content'><p>{TEXT * 3}</p><p><em>By Ana Ruiz</em></p></div></article></body></html>",
        URL,
    )
    joined = join_pages(first.body, [last.body])
    assert (joined.byline, joined.authors) == ("By Ana Ruiz", ["Ana Ruiz"])
