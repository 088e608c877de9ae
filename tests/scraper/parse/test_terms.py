"""Terms of the article, and of nothing else on its page."""

from __future__ import annotations

import pytest

from presslift.scraper.parse.document import read_document
from presslift.scraper.parse.metadata import Metadata, read_metadata
from presslift.scraper.parse.terms import archive_of

URL = "https://press.example.org/rivers/"
TEXT = "<p>The council met in the old hall and spoke of bridges, roads and rivers.</p>" * 3


def page(classes: str, inside: str = "", outside: str = "", head: str = "", body: str = "single single-post postid-7") -> Metadata:
    html = (
        f"<html><head>{head}</head><body class='{body}'><main><article class='{classes}'>"
        f"<h1>Rivers</h1>{TEXT}{inside}</article></main>{outside}</body></html>"
    )
    return read_metadata(read_document(html, URL))


def names(meta: Metadata, taxonomy: str) -> list[str]:
    return [t.name for t in meta.terms if t.taxonomy == taxonomy]


CLASSES = "post-7 post type-post status-publish format-standard hentry category-analysis tag-rivers tag-old-roads"
LINKS = (
    "<footer class=entry-meta><a rel='category tag' href='/category/politics/analysis/'>Analysis</a>"
    "<a rel=tag href='/tag/rivers/'>rivers</a> <a rel=tag href='/tag/old-roads/'>old roads</a></footer>"
)
CLOUD = (
    "<aside class=widget><a rel=tag href='/tag/other/'>other</a></aside><nav><a rel='category tag' href='/category/news/'>News</a></nav>"
)


def test_links_confirmed_by_classes() -> None:
    meta = page(CLASSES, LINKS, CLOUD)
    assert names(meta, "category") == ["Analysis"]
    assert names(meta, "post_tag") == ["rivers", "old roads"]
    category = next(t for t in meta.terms if t.taxonomy == "category")
    assert (category.slug, category.url) == ("analysis", "https://press.example.org/category/politics/analysis/")
    assert meta.term_slugs == {} and meta.confidence["terms"] > 0.9


def test_links_of_other_posts_are_refuted_by_classes() -> None:
    card = "<div class=box><a rel='category tag' href='/category/sports/'>Sports</a></div>"
    assert names(page(CLASSES, LINKS + card), "category") == ["Analysis"]


def test_slugs_without_names_are_told_apart() -> None:
    meta = page(CLASSES)
    assert meta.terms == []
    assert meta.term_slugs == {"category": ["analysis"], "post_tag": ["rivers", "old-roads"]}
    assert any("rivers" in w for w in meta.warnings)


def test_names_from_the_head_for_slugs_of_classes() -> None:
    head = (
        '<script type=\'application/ld+json\'>{"@type": "Article", "headline": "Rivers", "articleSection": ["Analysis"],'
        ' "keywords": ["Rivers", "Old Roads"]}</script>'
    )
    meta = page(CLASSES, head=head)
    assert names(meta, "category") == ["Analysis"] and names(meta, "post_tag") == ["Rivers", "Old Roads"]


def test_no_tags_where_classes_say_none() -> None:
    meta = page("post-7 post type-post status-publish hentry category-analysis", LINKS)
    assert names(meta, "post_tag") == [] and names(meta, "category") == ["Analysis"]


def test_block_theme_without_classes() -> None:
    links = (
        "<div class='taxonomy-category wp-block-post-terms'><a href='/category/reviews/' rel=tag>Reviews</a></div>"
        "<div class='taxonomy-post_tag wp-block-post-terms'><a href='/tag/border/' rel=tag>border</a></div>"
    )
    query = (
        "<ul class=wp-block-post-template><li class='wp-block-post post-9'>"
        "<div class='taxonomy-category wp-block-post-terms'><a href='/category/news/' rel=tag>News</a></div></li></ul>"
    )
    html = (
        f"<html><body class='single postid-7'><main class=wp-block-group>"
        f"<h1 class=wp-block-post-title>Rivers</h1>{links}{TEXT}{query}</main></body></html>"
    )
    meta = read_metadata(read_document(html, URL))
    assert names(meta, "category") == ["Reviews"] and names(meta, "post_tag") == ["border"]


def test_slugs_that_are_not_ascii() -> None:
    links = (
        "<footer class=entry-meta><a rel='category tag' href='/category/%d1%82%d0%b5%d1%85%d0%bd%d0%b8%d0%ba%d0%b0/'>Техника</a></footer>"
    )
    meta = page("post-7 post type-post status-publish hentry category-12", links)
    assert [(t.name, t.slug) for t in meta.terms] == [("Техника", "техника")]


def test_rel_tag_on_categories() -> None:
    meta = page("post-7 et_pb_post", "<p class=post-meta><a rel='category tag' href='/category/analysis/'>Analysis</a></p>")
    assert names(meta, "category") == ["Analysis"]


def test_links_in_the_text_are_no_terms() -> None:
    assert page("post-7", "<p>All of our <a href='/tag/rivers/'>rivers</a> and <a href='/category/news/'>news</a>.</p>").terms == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://x.org/category/a/b/", ("category", "b")),
        ("https://x.org/es/etiqueta/rios/page/2/", ("post_tag", "rios")),
        ("https://x.org/?cat=4", ("category", None)),
        ("https://x.org/?tag=rios", ("post_tag", "rios")),
        ("https://x.org/some/post/", (None, "post")),
    ],
)
def test_archives_by_address(url: str, told: tuple[str | None, str | None]) -> None:
    assert archive_of(url) == told


# ---- themes whose places for terms nobody knows

LINE = "<div class=zz-3><span>{}</span> <a href='/category/analysis/'>Analysis</a></div>"
LABELS = "<div class=zz-7>Topics: <a href='/tag/rivers/'>rivers</a>, <a href='/tag/old-roads/'>old roads</a></div>"


def unknown(above: str = "", below: str = "", *, before: str = "", text: str = TEXT) -> Metadata:
    html = f"<html><body>{before}<div class=zz-1>{above}<h1>Rivers</h1><div class=zz-2>{text}</div>{below}</div></body></html>"
    return read_metadata(read_document(html, URL))


def test_links_near_title_and_text_are_told_by_their_addresses() -> None:
    meta = unknown(LINE.format("2 May 2024"), LABELS)
    assert [(t.taxonomy, t.name, t.slug) for t in meta.terms] == [
        ("category", "Analysis", "analysis"),
        ("post_tag", "rivers", "rivers"),
        ("post_tag", "old roads", "old-roads"),
    ]
    assert meta.cues["terms"] == "links to archives" and meta.confidence["terms"] < 0.9


@pytest.mark.parametrize(
    "elsewhere",
    [
        "<div class=zz-9><a href='/rivers-of-old/'><img src='/a.jpg'></a><a href='/category/sports/'>Sports</a></div>",
        "<div class=zz-9><h3><a href='/rivers-of-old/'>Old rivers</a></h3><a href='/category/sports/'>Sports</a></div>",
        "<ul class=zz-9>" + "".join(f"<li><a href='/category/c{n}/'>C{n}</a></li>" for n in range(9)) + "</ul>",
        "<p>In this series we have <a href='/category/sports/'>more on sports</a>.</p>",
        "<p>More: <a href='/category/sports/'>click here</a></p>",
        "<div class=zz-9><a href='https://shop.example.net/category/boots/'>Boots</a></div>",
        "<aside><a href='/category/sports/'>Sports</a></aside>",
    ],
    ids=["card with picture", "card with title", "menu", "running text", "editor's link", "other host", "aside"],
)
def test_links_of_cards_menus_and_texts_are_none(elsewhere: str) -> None:
    assert unknown(below=elsewhere).terms == []
    assert names(unknown(LINE.format("2 May 2024"), elsewhere), "category") == ["Analysis"]


def test_breadcrumbs_tell_the_category_when_nothing_else_does() -> None:
    trail = "<div class=breadcrumbs><a href='/'>Home</a> / <a href='/category/world/'>World</a> / <a href='/category/world/asia/'>Asia</a></div>"
    meta = unknown(before=trail)
    assert [(t.name, t.slug) for t in meta.terms] == [("Asia", "asia")]
    assert meta.cues["terms"] == "breadcrumbs" and meta.confidence["terms"] < 0.7
    assert names(unknown(LINE.format(""), before=trail), "category") == ["Analysis"]
