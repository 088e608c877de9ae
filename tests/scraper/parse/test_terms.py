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
