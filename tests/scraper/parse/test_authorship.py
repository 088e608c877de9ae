"""Who a page names: visible bylines against heads, logins, contributors, sites that bear a person's name."""

from __future__ import annotations

import pytest

from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.metadata import Metadata, read_metadata
from presslift.scraper.parse.page import read_page
from presslift.scraper.parse.people import clean_name, is_full_name, is_placeholder, names_role, split_names

URL = "https://press.example.org/rivers/"
TEXT = "<p>The council met in the old hall and spoke of bridges, roads and rivers.</p>" * 4


def page(head: str = "", article: str = "", after: str = "", site: str = "Our Press") -> str:
    return (
        f"<html lang=en><head><title>Rivers – {site}</title><meta property='og:site_name' content='{site}'>{head}</head>"
        f"<body class='single single-post postid-7'><main><article id=post-7 class='post-7 post'>"
        f"<h1 class=entry-title>Rivers</h1>{article}<div class=entry-content>{TEXT}</div></article>{after}</main></body></html>"
    )


def read(head: str = "", article: str = "", site: str = "Our Press", poster: str | None = None) -> Metadata:
    return read_metadata(read_document(page(head, article, site=site), URL), poster=poster)


def names(meta: Metadata) -> list[str]:
    return [p.name for p in meta.people]


def test_a_site_may_bear_its_authors_name() -> None:
    byline = "<span class='author vcard'><a rel=author href='/author/clara/'>Clara Hoffmann</a></span>"
    assert names(read("", byline, site="Clara Hoffmann")) == ["Clara Hoffmann"]
    byline = byline.replace("Clara Hoffmann", "Harbour Dental")
    assert names(read("", byline, site="Harbour Dental")) == []


@pytest.mark.parametrize("name", ["Clara Hoffmann", "Iñaki Etxeberria", "João da Silva", "Сергей Иванов"])
def test_full_names(name: str) -> None:
    assert is_full_name(name) and not is_placeholder(name, site_name=name)


@pytest.mark.parametrize("name", ["Harbour Dental", "Scott Photography", "Berlin Press", "Clara", "The Daily Anna", "Lisa Miller Yoga"])
def test_names_that_are_no_persons(name: str) -> None:
    assert not is_full_name(name) and is_placeholder(name, site_name=name)


def test_a_login_is_spelled_by_the_link_to_its_archive() -> None:
    head = "<meta name='twitter:label1' content='Written by'><meta name='twitter:data1' content='choffmann'>"
    meta = read(head, "<div class=meta>by <a href='/author/choffmann/'>Clara Hoffmann</a></div>")
    assert names(meta) == ["Clara Hoffmann"]


def test_who_translated_or_reviewed_is_no_author() -> None:
    credits = (
        "<div class=credits><div><span>Written by</span> <a href='/author/clara/'>Clara Hoffmann</a></div>"
        "<div><span>Translated by</span> <a href='/author/tom/'>Tom Becker</a></div>"
        "<div><span>Fact checked by</span> <a href='/author/eva/'>Eva Kern</a></div></div>"
    )
    assert names(read("", credits)) == ["Clara Hoffmann"]
    assert names_role("Medically reviewed by:") and not names_role("Written and reviewed by")


def test_authors_linked_side_by_side_outrank_the_one_that_the_head_knows() -> None:
    head = "<meta name='author' content='Clara Hoffmann'>"
    links = "<a href='/author/clara/'>Clara Hoffmann</a><span>, </span><a href='/author/tom/'>Tom Becker</a>"
    assert names(read(head, f"<div class=text-2>{links}</div>")) == ["Clara Hoffmann", "Tom Becker"]


def test_what_analytics_are_told() -> None:
    head = '<script>var dataLayer_content = {"pagePostType":"post","pagePostAuthor":"Clara Hoffm\\u00e4nn"};</script>'
    assert names(read(head)) == ["Clara Hoffmänn"]


def test_the_author_answers_comments() -> None:
    after = (
        "<div id=comments><ol class=comment-list><li id=comment-3 class='comment byuser comment-author-clara bypostauthor'>"
        "<article><footer><b class=fn>Clara Hoffmann</b></footer><div class=comment-content><p>Thank you!</p></div></article></li></ol></div>"
    )
    assert names(read_page(page(after=after), URL).metadata) == ["Clara Hoffmann"]


def test_the_sites_own_card_comes_first() -> None:
    html = page(article="<h4 class='vcard author'>by <span class=fn>Clara Hoffmann</span></h4>").replace(
        "<main>", "<main><h2 class='vcard author'><a class=fn href='/'>Our Press</a></h2>"
    )
    assert names(read_metadata(read_document(html, URL))) == ["Clara Hoffmann"]


def test_a_job_right_behind_the_name() -> None:
    assert names(read("", "<div class=author-name>Clara Hoffmann Founder &amp; Editor</div>")) == ["Clara Hoffmann"]


def test_names_with_soft_hyphens() -> None:
    assert clean_name("Von Mat\u00adthi\u00adas Kern") == "Matthias Kern"


def test_a_notes_mark_at_the_name_near_the_title() -> None:
    assert names(read("", "<p>By Clara Hoffmann Kern[1]</p>")) == ["Clara Hoffmann Kern"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Clara Hoffmann, Tom Becker, and Eva Kern", ["Clara Hoffmann", "Tom Becker", "Eva Kern"]),
        ("Clara Hoffmann, staff writer, and Tom Becker, editor", ["Clara Hoffmann", "Tom Becker"]),
        ("Clara Hoffmann, contributor, Reuters", ["Clara Hoffmann"]),
        ("Clara Hoffmann, CEPF®", ["Clara Hoffmann, CEPF®"]),
        ("Ana Ruiz, y Leo Paz", ["Ana Ruiz", "Leo Paz"]),
    ],
)
def test_several_names(text: str, found: list[str]) -> None:
    assert split_names(text) == found


def test_a_round_ups_bylines_are_its_pieces() -> None:
    pieces = "".join(f"<h2>A piece</h2>{TEXT}<div class=byline>By {name}</div>" for name in ("Tom Becker", "Eva Kern", "Leo Paz"))
    html = page(article="<div class=byline>By <a rel=author href='/author/clara/'>Clara Hoffmann</a></div>").replace(
        f"{TEXT}</div>", f"{TEXT}{pieces}</div>"
    )
    reading = read_page(html, URL)
    assert reading.body.authors == []
    assert names(reading.metadata) == ["Clara Hoffmann"]
