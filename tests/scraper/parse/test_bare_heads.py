"""Pages of sites without an SEO plugin: what visitors see tells title, day and authors."""

from __future__ import annotations

from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.metadata import Metadata, read_metadata

URL = "https://press.example.org/rivers-of-the-north/"
TEXT = "<p>The council met in the old hall and spoke of bridges, roads and rivers.</p>" * 5
HEADING = "<h1>Rivers of the North</h1>"
CARD = "<article class=card><h2><a href='/other/'>Another place</a></h2><span class=post-date>1 June 2019</span></article>"


def read(body: str, title: str = "Rivers of the North – Our Press", url: str = URL) -> Metadata:
    html = f"<html lang=en><head><title>{title}</title></head><body class='single single-post postid-7'>{body}</body></html>"
    return read_metadata(read_document(html, url))


def day(meta: Metadata) -> str | None:
    return meta.published[:10] if meta.published else None


def test_an_article_in_an_article_is_the_posts_own_where_its_heading_repeats_the_head() -> None:
    own = f"<article><span class=post-date>14.11.2024</span>{HEADING}{TEXT}</article>"
    meta = read(f"<main><article>{own}{CARD * 3}</article></main>")
    assert (meta.title, day(meta)) == ("Rivers of the North", "2024-11-14")
    other = own.replace("Rivers of the North", "Roads of the South")
    assert day(read(f"<main><article>{other}{CARD * 3}</article></main>", url="https://press.example.org/rivers/")) is None


def test_an_article_in_an_article_whose_heading_made_the_address() -> None:
    own = f"<article><span class=post-date>14.11.2024</span>{HEADING}{TEXT}</article>"
    assert day(read(f"<main><article>{own}{CARD * 3}</article></main>", title="")) == "2024-11-14"


def test_a_sidebar_that_was_never_closed_holds_the_post() -> None:
    body = f"<aside class=sidebar><div id=nav_menu-8><h3>Topics</h3><div><article>{HEADING}<div class=when>6 November 2023</div>{TEXT}</article>"
    assert day(read(body)) == "2023-11-06"


def test_the_sites_name_in_a_menu_is_not_the_posts_heading() -> None:
    body = f"<nav><h1>The Open Press</h1><p class=post-date>1 June 2019</p></nav><main><h2 class=post-title>Rivers</h2>{TEXT}</main>"
    assert day(read(body, title="Rivers of the old North – The Open Press")) is None


def test_a_heading_that_made_the_address_is_not_strange_to_the_post() -> None:
    url = "https://press.example.org/places/rivers-in-nimb/"
    assert read(f"<div><h1>Rivers in Nimb</h1>{TEXT}</div>", title="Travel advice from Our Press", url=url).title == "Rivers in Nimb"
