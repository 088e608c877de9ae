"""Kinds of pages, and what archives tell."""

from __future__ import annotations

import pytest

from presslift.scraper.parse.document import Document, read_document
from presslift.scraper.parse.identity import page_kind, read_archive, slug_of

SITE = "https://press.example.org"


def doc(body_class: str, body: str = "<p>Text.</p>", head: str = "", url: str = f"{SITE}/x/") -> Document:
    return read_document(f"<html><head>{head}</head><body class='{body_class}'>{body}</body></html>", url)


@pytest.mark.parametrize(
    ("classes", "kind"),
    [
        ("single single-post postid-7", "single"),
        ("wp-singular single single-project postid-9", "single"),
        ("page page-id-3 page-template-default", "page"),
        ("home page page-id-3", "page"),
        ("home blog", "home"),
        ("blog paged paged-2", "home"),
        ("archive category category-news category-4", "archive"),
        ("archive author author-ana author-2", "archive"),
        ("archive date", "archive"),
        ("archive tax-region term-north term-9", "archive"),
        ("post-type-archive-project archive post-type-archive", "archive"),
        ("search search-results", "search"),
        ("error404", "404"),
        ("attachment attachmentid-5 single", "attachment"),
    ],
)
def test_kinds_by_body_classes(classes: str, kind: str) -> None:
    assert page_kind(doc(classes)) == kind


def test_protected_post() -> None:
    form = "<form class=post-password-form action='/wp-login.php?action=postpass'><input name=post_password></form>"
    assert page_kind(doc("single postid-4", form)) == "protected"


def test_kinds_without_body_classes() -> None:
    assert page_kind(doc("", head="<link rel=shortlink href='/?p=4'>")) == "single"
    assert page_kind(doc("", head="<link rel=alternate type='application/json' href='/wp-json/wp/v2/pages/4'>")) == "page"
    assert page_kind(doc("", "<article>a</article>" * 6)) == "archive"
    assert page_kind(doc("", "<p>nothing</p>")) == "unknown"


CARD = "<article><h2><a href='/a/'>A</a></h2><p>Some words of another one.</p></article>"
OWN = f"<article><h1>Title</h1><p>{'The text of the entry. ' * 40}</p></article>"
COMMENTED = (
    "<ol class='comment-list'>" + "<li class='comment'><article class='comment-body' id='div-comment-{0}'>Yes.</article></li>" * 5 + "</ol>"
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (OWN + f"<section id='comments'>{COMMENTED}</section>", "single"),
        (OWN + "<div>" + "<article class='comment even' id='comment-7'>Yes.</article>" * 5 + "</div>", "single"),
        (OWN + f"<div class='xq-more'>{CARD * 6}</div>", "single"),
        (OWN + f"<aside>{CARD * 6}</aside>", "single"),
        ("<div><h1>Title</h1><p>Text.</p></div>" + CARD * 4 + "<form><input type=hidden name=comment_post_ID value=5></form>", "single"),
        ("<h1>Topic</h1>" + CARD * 6, "archive"),
        (f"<article><h1>Title</h1><p>Words.</p></article>{CARD * 6}", "archive"),
        ("<main class='comments-open'><h1>Topic</h1>" + CARD.replace("<article>", "<article class='post comments-closed'>") * 6 + "</main>", "archive"),
    ],
)  # fmt: skip
def test_comments_and_related_entries_make_no_archive(body: str, kind: str) -> None:
    assert page_kind(doc("", body)) == kind


@pytest.mark.parametrize(
    ("url", "wp_id", "slug"),
    [
        (f"{SITE}/2024/05/rivers/", 7, "rivers"),
        (f"{SITE}/%d1%82%d0%b5%d1%85/", 7, "тех"),
        (f"{SITE}/archives/7", 7, None),
        (f"{SITE}/?p=7", 7, None),
        (f"{SITE}/a/1984/", 7, "1984"),
        (f"{SITE}/a/rivers.html", 7, "rivers"),
    ],
)
def test_slugs(url: str, wp_id: int, slug: str | None) -> None:
    assert slug_of(url, wp_id) == slug


CARDS = "".join(
    f"<article class='post-{n} post type-post hentry'><a href='/p{n}/'>"
    f"<img class=wp-post-image src='/u/p{n}-300x200.jpg' srcset='/u/p{n}-300x200.jpg 300w, /u/p{n}.jpg 900w'></a>"
    f"<h2 class=entry-title><a rel=bookmark href='/p{n}/'>Post {n}</a></h2><a rel='category tag' href='/category/news/'>News</a></article>"
    for n in (1, 2, 3)
)
PAGER = "<nav class=nav-links><a class='next page-numbers' href='/category/news/page/2/'>Next</a></nav>"


@pytest.mark.parametrize(
    "heading",
    [
        "Category: <span>North News</span>",
        "Categoría: North News",
        "Kategorie: <span>North News</span>",
        "North News",
        "Рубрика: North News",
        "カテゴリー: North News",
    ],
)
def test_term_archive(heading: str) -> None:
    body = f"<header class=page-header><h1 class=page-title>{heading}</h1><div class=archive-description><p>About it.</p></div></header>{CARDS}{PAGER}"
    facts = read_archive(doc("archive category category-north-news category-4", body, url=f"{SITE}/category/north-news/"))
    assert (facts.kind, facts.taxonomy, facts.name, facts.slug, facts.wp_id) == ("term", "category", "North News", "north-news", 4)
    assert facts.description == "About it."
    assert facts.members == [f"{SITE}/p{n}/" for n in (1, 2, 3)]
    assert facts.pictures[f"{SITE}/p1/"] == f"{SITE}/u/p1.jpg"
    assert facts.next_url == f"{SITE}/category/news/page/2/"


def test_paged_archive_and_custom_taxonomy() -> None:
    facts = read_archive(
        doc("archive tax-region term-north term-9 paged-2", f"<h1>Region: North</h1>{CARDS}", url=f"{SITE}/region/north/page/2/")
    )
    assert (facts.kind, facts.taxonomy, facts.slug, facts.wp_id, facts.page) == ("term", "region", "north", 9, 2)


def test_slug_that_classes_cannot_hold() -> None:
    facts = read_archive(doc("archive tag tag-12", f"<h1>Тег: Реки</h1>{CARDS}", url=f"{SITE}/tag/%d1%80%d0%b5%d0%ba%d0%b8/"))
    assert (facts.taxonomy, facts.name, facts.slug, facts.wp_id) == ("post_tag", "Реки", "реки", 12)


def test_author_archive() -> None:
    body = f"<header class=page-header><h1 class=page-title>Author: <span>Ana Ruiz</span></h1><div class=author-bio>Writes of rivers.</div></header>{CARDS}"
    facts = read_archive(doc("archive author author-ana-ruiz author-5", body, url=f"{SITE}/author/ana-ruiz/"))
    assert (facts.kind, facts.name, facts.slug, facts.wp_id, facts.description) == (
        "author",
        "Ana Ruiz",
        "ana-ruiz",
        5,
        "Writes of rivers.",
    )


def test_author_archive_headed_by_another_name() -> None:
    head = "<title>Ana Ruiz – Our Press</title><meta property='og:site_name' content='Our Press'>"
    facts = read_archive(doc("archive author author-ana-ruiz author-5", f"<h1>Author: Bo Li</h1>{CARDS}", head, f"{SITE}/author/ana-ruiz/"))
    assert facts.name == "Ana Ruiz"


def test_menus_and_widgets_are_no_members() -> None:
    body = (
        f"<nav><article class=post><h2><a href='/menu/'>M</a></h2></article></nav>{CARDS}<aside class=widget>"
        f"<article class=post><h2><a href='/w/'>W</a></h2></article></aside>"
    )
    assert read_archive(doc("archive category", body, url=f"{SITE}/category/news/")).members == [f"{SITE}/p{n}/" for n in (1, 2, 3)]
