"""Pages of sites without an SEO plugin: what visitors see tells title, day and authors."""

from __future__ import annotations

import pytest

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


def people(meta: Metadata) -> list[str]:
    return [p.name for p in meta.people]


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


@pytest.mark.parametrize(
    "name",
    [
        "byline-date",
        "x-meta-date",
        "PostDate",
        "metaDate",
        "Story_postDate__x1Y2z",
        "article__date",
        "author-date",
        "fusion-tb-published-date",
    ],
)
def test_classes_of_the_day_in_any_case(name: str) -> None:
    assert day(read(f"<main>{HEADING}{TEXT * 5}<div><p class='{name}'>6 November 2023</p></div>{TEXT}</main>")) == "2023-11-06"


@pytest.mark.parametrize("name", ["event-date", "comment-post-date", "today__date", "current-entry-date", "EventList_postDate__x1Y2z"])
def test_classes_of_other_days(name: str) -> None:
    assert day(read(f"<main>{HEADING}{TEXT * 5}<div><p class='{name}'>6 November 2023</p></div>{TEXT}</main>")) is None


@pytest.mark.parametrize(
    "name",
    [
        "authorName",
        "ByLine_authorName__LDb1E",
        "authors-block__names",
        "author-box__name",
        "author-row__name",
        "byline-name",
        "author_created",
    ],
)
def test_classes_of_authors_in_any_case(name: str) -> None:
    assert people(read(f"<main>{HEADING}{TEXT * 5}<div><p class='{name}'>By Clara Hoffmann</p></div></main>")) == ["Clara Hoffmann"]


@pytest.mark.parametrize("name", ["testimonial__author-name", "pullquote-author", "comment-authorName", "author-role", "authority"])
def test_classes_of_other_people(name: str) -> None:
    assert people(read(f"<main>{HEADING}{TEXT * 5}<div><p class='{name}'>Clara Hoffmann</p></div></main>")) == []


def test_an_element_of_authors_holds_links_and_jobs() -> None:
    line = (
        "<div class='blog-author'>By <a href='/bio/zsofi-varga-0'>Zsofi Varga</a>, Staff Attorney, Press Law Programme<br>&amp; "
        "<a href='/bio/tom-becker'>Tom Becker</a>, Director of Education, Press Foundation of the North</div>"
    )
    assert people(read(f"<main>{HEADING}{line}{TEXT}</main>")) == ["Zsofi Varga", "Tom Becker"]
    cards = (
        "<div class=authors-container><a href='/team/zsofi-varga/'><img src=z.jpg alt=''><span>Zsofi Varga</span><small>Principal, Tax</small></a>"
        "<a href='/about-me/'>More About Us</a></div>"
    )
    assert people(read(f"<main>{HEADING}{TEXT}{cards}</main>")) == ["Zsofi Varga"]


def test_the_picture_of_the_author_bears_the_name() -> None:
    for alt in ("Clara Hoffmann", "Avatar for Clara Hoffmann", "Photo of Clara Hoffmann"):
        picture = f"<p><img class='avatar avatar-96 photo' src=a.jpg alt='{alt}'></p>"
        assert people(read(f"<main>{HEADING}{TEXT}{picture}</main>")) == ["Clara Hoffmann"]
    for alt in ("Avatar photo", "Photo of author", "Author Image", ""):
        picture = f"<p><img class='avatar avatar-96 photo' src=a.jpg alt='{alt}'></p>"
        assert people(read(f"<main>{HEADING}{TEXT}{picture}</main>")) == []


def test_a_name_printed_twice_for_screen_readers() -> None:
    item = "<div class=post-author><span>Clara Hoffmann</span> <span class=screen-reader-text>Clara Hoffmann</span></div>"
    assert people(read(f"<main>{HEADING}{item}{TEXT}</main>")) == ["Clara Hoffmann"]


@pytest.mark.parametrize("line", ["Clara Hoffmann | 06.11.23", "6 November 2023 • Clara Hoffmann"])
def test_a_line_of_name_and_day(line: str) -> None:
    meta = read(f"<main>{HEADING}<p>{line}</p>{TEXT}</main>")
    assert (people(meta), day(meta)) == (["Clara Hoffmann"], "2023-11-06")


@pytest.mark.parametrize("line", ["Climate Change | 06.11.23", "Clara Hoffmann | Brücken | 06.11.23", "Clara Hoffmann | Brücken"])
def test_a_line_of_other_things_names_nobody(line: str) -> None:
    assert people(read(f"<main>{HEADING}<p>{line}</p>{TEXT}</main>")) == []


def test_the_weekday_behind_a_name() -> None:
    line = "<p>Written by Clara Hoffmann Friday, August 15, 2025</p>"
    assert people(read(f"<main>{HEADING}{line}{TEXT}</main>")) == ["Clara Hoffmann"]


def test_a_label_parted_from_its_colon_still_tells_who_translated() -> None:
    line = (
        "<div><span class=name><span>By</span>: <b class=author>Clara Hoffmann</b></span>"
        "<span class=name><span>Translated by</span>: <b class=author>Tom Becker</b></span></div>"
    )
    assert people(read(f"<main>{HEADING}{line}{TEXT}</main>")) == ["Clara Hoffmann"]


@pytest.mark.parametrize("name", ["x-article-meta", "entry-details", "post-info", "author-meta"])
def test_an_aside_that_tells_of_the_post(name: str) -> None:
    aside = f"<aside class='{name}'><span class=author-name>Clara Hoffmann</span><time datetime='2023-11-06'>6 November 2023</time></aside>"
    meta = read(f"<main>{HEADING}{aside}{TEXT}</main>")
    assert (people(meta), day(meta)) == (["Clara Hoffmann"], "2023-11-06")
    for other in (f"{name} widget", f"related-{name}"):
        assert people(read(f"<main>{HEADING}{TEXT}{aside.replace(name, other)}</main>")) == []


@pytest.mark.parametrize(
    "line",
    [
        "109 Comments | Clara Hoffmann | Last Updated: March 11, 2019",
        "Clara Hoffmann · Updated 11 March 2019",
        "Clara Hoffmann | Aktualisiert am 11.03.2019",
        "Clara Hoffmann | 更新日 2019年3月11日",
    ],
)
def test_a_line_that_tells_the_last_change_alone(line: str) -> None:
    for body in (f"<p class=entry-meta>{line}</p>{HEADING}{TEXT * 5}", f"{HEADING}<p>{line}</p>{TEXT}"):
        meta = read(f"<main>{body}</main>")
        assert (day(meta), (meta.modified or "")[:10]) == ("2019-03-11", "2019-03-11")
        assert meta.confidence["published"] < 0.5 and any("last change" in w for w in meta.warnings)


@pytest.mark.parametrize("line", ["Updated: March 11, 2019 | Published 2 May 2016", "2 May 2016 (last updated on March 11, 2019)"])
def test_a_line_of_both_days(line: str) -> None:
    for body in (f"<p class=entry-meta>{line}</p>{HEADING}{TEXT * 5}", f"{HEADING}<p>{line}</p>{TEXT}"):
        meta = read(f"<main>{body}</main>")
        assert day(meta) == "2016-05-02" and not meta.warnings


def test_a_word_of_change_far_from_the_day_says_nothing_of_it() -> None:
    meta = read(f"<main>{HEADING}<p class=entry-meta>Updates, Modified cars | 2 May 2016</p>{TEXT}</main>")
    assert day(meta) == "2016-05-02" and meta.modified is None


@pytest.mark.parametrize(
    "kicker", ["<small>Places of the week</small><br>", "<span class=topic>Politics</span> | ", "<a href='/topic/'>Topic:</a> "]
)
def test_a_kicker_in_the_heading_is_no_part_of_what_made_the_address(kicker: str) -> None:
    body = f"<h1 class=single-title><span class=post-title>{kicker}Rivers of the North</span></h1>{TEXT}"
    assert read(body, title="").title == "Rivers of the North"
    assert read(body, title="Our Press").title == "Rivers of the North"
    assert read(body, title="", url="https://press.example.org/?p=7").title != "Rivers of the North"
