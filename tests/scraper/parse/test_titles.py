"""Titles: the article's, without the site's name, whatever the theme's headings are."""

from __future__ import annotations

import pytest

from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.metadata import read_metadata
from presslift.scraper.parse.titles import SiteNames, cut_site, letters

URL = "https://press.example.org/2024/05/rivers-of-the-north/"
TEXT = "<p>The council met in the old hall and spoke of bridges, roads and rivers.</p>" * 5


def title_of(head: str, body: str, url: str = URL) -> str | None:
    return read_metadata(
        read_document(f"<html lang=en><head>{head}</head><body class='single single-post postid-7'>{body}</body></html>", url)
    ).title


def names(*known: str) -> SiteNames:
    folded = frozenset(letters(n) for n in known)
    return SiteNames(known[0], folded, folded)


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Rivers of the North – The Open Press", "Rivers of the North"),
        ("Rivers of the North | The Open Press", "Rivers of the North"),
        ("The Open Press » Rivers of the North", "Rivers of the North"),
        ("Rivers of the North - The Open Press - All the news", "Rivers of the North"),
        ("Rivers – A history – The Open Press", "Rivers – A history"),
        ("Rivers: a history", "Rivers: a history"),
        ("Rivers &amp; roads – The Open Press", "Rivers & roads"),
        ("The Open Press", "The Open Press"),
        ("Rivers of the North – Page 2 – The Open Press", "Rivers of the North"),
        ("«Rivers» – Open Press", "«Rivers»"),
    ],
)
def test_site_name_is_cut_with_evidence(printed: str, title: str) -> None:
    assert cut_site(printed, names("The Open Press")) == title


def test_nothing_is_cut_without_evidence() -> None:
    assert cut_site("Rivers – A history", names("The Open Press")) == "Rivers – A history"


def test_heading_of_the_site_is_no_title() -> None:
    head = "<title>Rivers of the North – Our Blog</title>"
    body = (
        f"<header><h1 class=logo><a href='/'>Our Blog</a></h1></header><article class='post-7 post type-post'>"
        f"<h2 class=entry-title>Rivers of the North</h2>{TEXT}</article>"
    )
    assert title_of(head, body) == "Rivers of the North"


def test_page_header_that_says_blog() -> None:
    head = (
        "<title>Rivers of the North – Our Press</title><link rel=alternate type='application/rss+xml' title='Our Press » Feed' href='/feed/'>"
        "<link rel=alternate type='application/rss+xml' title='Our Press » Comments Feed' href='/comments/feed/'>"
        "<link rel=alternate type='application/rss+xml' title='Our Press » Rivers of the North Comments Feed' href='/2024/05/rivers-of-the-north/feed/'>"
    )
    body = (
        f"<header><h1 class=page-header-title>Blog</h1></header><article id=post-7>"
        f"<h2 class='single-post-title entry-title'>Rivers of the North</h2>{TEXT}</article>"
    )
    assert title_of(head, body) == "Rivers of the North"


def test_heading_outranks_the_title_for_search_engines() -> None:
    head = "<title>Best Rivers 2024: Ten Ideas</title><meta property='og:title' content='Best Rivers 2024: Ten Ideas'>"
    assert title_of(head, f"<article class=post-7><h1 class=entry-title>Rivers of the North</h1>{TEXT}</article>") == "Rivers of the North"


def test_several_h1() -> None:
    head = "<title>Rivers of the North – Our Press</title>"
    body = (
        f"<nav><h1>Menu</h1></nav><main><article class='post-7'>"
        f"<h1 class=entry-title>Rivers of the North</h1>{TEXT}<h1>Sources</h1></article></main><aside><h1>Archive</h1></aside>"
    )
    assert title_of(head, body) == "Rivers of the North"


def test_title_in_a_hero_outside_the_article() -> None:
    head = "<title>Rivers of the North – Our Press</title>"
    body = f"<section class=hero><h1 class=page-title>Rivers of the North</h1></section><article class='post-7'>{TEXT}</article>"
    assert title_of(head, body) == "Rivers of the North"


def test_category_and_date_in_the_heading() -> None:
    head = "<title>Rivers of the North are rising</title>"
    assert title_of(head, f"<main><h1>Politics | Rivers of the North are rising</h1>{TEXT}</main>") == "Rivers of the North are rising"
    assert (
        title_of(head, f"<main><h1>Rivers of the North are rising <small>Posted on July 1, 2024</small></h1>{TEXT}</main>")
        == "Rivers of the North are rising"
    )


def test_builder_heading_that_is_no_h1() -> None:
    head = "<title>Rivers of the North – Our Press</title>"
    body = f"<div class='elementor-widget-theme-post-title'><div class=elementor-heading-title>Rivers of the North</div></div><div>{TEXT}</div>"
    assert title_of(head, body) == "Rivers of the North"


def test_only_the_head_tells() -> None:
    assert title_of("<title>Rivers of the North</title>", TEXT) == "Rivers of the North"
    assert title_of("", TEXT) is None


def test_title_of_a_related_card_does_not_vote() -> None:
    head = "<title>Rivers of the North – Our Press</title>"
    cards = "".join(f"<article class='post-{n}'><h2 class=entry-title>Other {n}</h2></article>" for n in range(20, 24))
    body = f"<article class='post-7 post type-post'><h1>Rivers of the North</h1>{TEXT}</article><div class=related-posts>{cards}</div>"
    assert title_of(head, body) == "Rivers of the North"


def test_what_the_visitor_sees_outranks_the_title_for_search_engines() -> None:
    search = "Best Rivers of the North in 2026"
    head = f"<title>{search}</title><meta property='og:title' content='{search}'><meta name='twitter:title' content='{search}'>"
    body = f"<main><article class='post-7'><h1>Ten Rivers of the North to Walk Along</h1>{TEXT}</article></main>"
    assert title_of(head, body) == "Ten Rivers of the North to Walk Along"


def test_subtitle_within_the_heading() -> None:
    heading = "<h1><span class=main>Rivers of the North.</span> <span class=entry-subtitle>How they rose</span></h1>"
    assert title_of("<title>Rivers of the North. – Our Press</title>", f"<article>{heading}{TEXT}</article>") == "Rivers of the North."


def test_article_inside_a_menu_that_was_never_closed() -> None:
    head = "<title>Ten Rivers of the North | Our Press</title><meta property='og:title' content='Best Rivers 2026'>"
    body = f"<nav class=menu><div class=menu-item>Home<article class='post-7 post'><h1>Ten Rivers of the North</h1>{TEXT}</article></div></nav>"
    assert title_of(head, body) == "Ten Rivers of the North"


def test_soft_hyphens_are_no_part_of_a_title() -> None:
    assert title_of("<title>River bank – Our Press</title>", f"<h1>Ri\u00adver bank</h1>{TEXT}") == "River bank"
