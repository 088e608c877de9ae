from __future__ import annotations

import pytest

from presslift.records import RelatedLink
from presslift.scraper.parse.document import read_document, read_fragment, text_of
from presslift.scraper.parse.related import read_boxes, read_boxes_in, read_inline

URL = "https://example.org/a-post/"
PROSE = "<p>The first paragraph of the post, long enough to be taken for prose by anyone who reads it with care and time.</p>" * 2
REST = "Title " + " ".join(
    ["The first paragraph of the post, long enough to be taken for prose by anyone who reads it with care and time."] * 2
)


def boxes(inside: str = "", after: str = "", *, url: str | None = URL, lang: str = "en") -> tuple[list[RelatedLink], str, list[str]]:
    doc = read_document(
        f"<html lang='{lang}'><body class='single postid-7'><main><article id='post-7' class='post'><h1>Title</h1>"
        f"<div class='entry-content'>{PROSE}{inside}</div></article>{after}</main></body></html>",
        url,
    )
    found = read_boxes(doc)
    return found, text_of(doc.root), doc.warnings


def links(*names: str, item: str = "<li><a href='/{0}/'>{1}</a></li>") -> str:
    return "".join(item.format(name, name.title()) for name in names)


def told(found: list[RelatedLink]) -> list[tuple[int, str | None, str]]:
    return [(link.position, link.title, link.url) for link in found]


ALPHA_BETA = [(1, "Alpha", "https://example.org/alpha/"), (2, "Beta", "https://example.org/beta/")]


@pytest.mark.parametrize(
    ("name", "markup", "where"),
    [
        (
            "YARPP",
            f"<div class='yarpp yarpp-related yarpp-template-list'><h3>Related posts:</h3><ol>{links('alpha', 'beta')}</ol></div>",
            "inside",
        ),
        (
            "Contextual Related Posts",
            "<div class='crp_related'><h2>Weiterlesen</h2><ul>"
            + links(
                "alpha",
                "beta",
                item="<li><a href='/{0}/' class='crp_link post-3'><span class='crp_title'>{1}</span></a><span class='crp_excerpt'>Words.</span></li>",
            )
            + "</ul></div>",
            "inside",
        ),
        (
            "Related Posts for WordPress",
            "<div class='rp4wp-related-posts'><h3>Related</h3><ul>"
            + links(
                "alpha",
                "beta",
                item="<li><div class='rp4wp-related-post-image'><a href='/{0}/'><img src='/p.jpg'></a></div>"
                "<div class='rp4wp-related-post-content'><a href='/{0}/'>{1}</a><p>Excerpt.</p></div></li>",
            )
            + "</ul></div>",
            "inside",
        ),
        (
            "Jetpack",
            "<nav class='jp-relatedposts-i2'><div class='jp-related-posts-i2__row'>"
            + links(
                "alpha",
                "beta",
                item="<ul class='jp-related-posts-i2__post'><li class='jp-related-posts-i2__post-link'><a href='/{0}/?relatedposts_hit=1&amp;relatedposts_origin=7'>{1}</a></li>"
                "<li class='jp-related-posts-i2__post-date'>May 3, 2021</li></ul>",
            )
            + "</div></nav>",
            "inside",
        ),
        (
            "ColorMag",
            "<div class='related-posts-wrapper'><h3 class='related-posts-main-title'><i></i><span>You May Also Like</span></h3><div class='related-posts'>"
            + links(
                "alpha",
                "beta",
                item="<div class='single-related-posts'><a href='/{0}/'><img src='/{0}.jpg'></a><h3 class='cm-entry-title'><a href='/{0}/'>{1}</a></h3>"
                "<a href='/{0}/'><time datetime='2020-08-08T05:39:46-03:00'>Aug</time></a><a class='url fn n' href='/author/admin/'>admin</a></div>",
            )
            + "</div></div>",
            "after",
        ),
        (
            "Hueman",
            "<h4 class='heading'>You may also like...</h4><ul class='related-posts group'>"
            + links(
                "alpha",
                "beta",
                item="<li class='related post-hover'><article class='post hentry'><a href='/{0}/'><img src='/{0}.jpg'></a><a class='post-comments' href='/{0}/#respond'>0</a>"
                "<h4 class='post-title entry-title'><a href='/{0}/'>{1}</a></h4></article></li>",
            )
            + "</ul>",
            "after",
        ),
        (
            "Astra",
            "<div class='ast-single-related-posts-container'><h2 class='ast-related-posts-title'>Related Posts</h2><div class='ast-related-posts-wrapper'>"
            + links(
                "alpha",
                "beta",
                item="<article class='ast-related-post post hentry'><h3 class='ast-related-post-title entry-title'><a href='/{0}/'>{1}</a></h3>"
                "<span class='cat-links'><a href='/essays/' rel='category tag'>Essays</a></span><div class='entry-content'><p>Excerpt.</p></div></article>",
            )
            + "</div></div>",
            "after",
        ),
        (
            "OceanWP",
            "<section id='related-posts'><h3 class='related-posts-title'>You Might Also Like</h3>"
            + links(
                "alpha",
                "beta",
                item="<article class='related-post entry'><figure><a href='/{0}/' class='related-thumb'><img src='/{0}.jpg' alt='Read more about {1}'></a></figure>"
                "<h3 class='related-post-title'><a href='/{0}/'>{1}</a></h3><time class='published' datetime='2020-11-16T23:45:06-03:00'>x</time></article>",
            )
            + "</section>",
            "after",
        ),
        (
            "Newspaper",
            "<div class='td_block_wrap td_block_related_posts'><h4 class='td-related-title'><a class='td-related-left' href='#'>RELATED ARTICLES</a>"
            "<a class='td-related-right' href='#'>MORE FROM AUTHOR</a></h4>"
            + links(
                "alpha",
                "beta",
                item="<div class='td_module_related_posts'><div class='td-module-thumb'><a href='/{0}/'><img src='/{0}.jpg'></a>"
                "<a href='/news/' class='td-post-category'>News</a></div><h3 class='entry-title td-module-title'><a href='/{0}/'>{1}</a></h3></div>",
            )
            + "</div>",
            "after",
        ),
        (
            "Soledad",
            "<div class='post-related'><h4 class='post-box-title'>You may also like</h4>"
            + links(
                "alpha",
                "beta",
                item="<div class='item-related'><a class='related-thumb' href='/{0}/' title='{1}'></a><h3><a href='/{0}/'>{1}</a></h3><span class='date'>May 3, 2021</span></div>",
            )
            + "</div>",
            "inside",
        ),
        (
            "Enfold",
            "<div class='related_posts'><h5 class='related_title'>You might also like</h5>"
            + links(
                "alpha",
                "beta",
                item="<div class='relThumb'><a class='relThumWrap' href='/{0}/'><span><img src='/{0}.jpg'></span><strong class='av-related-title'>{1}</strong></a></div>",
            )
            + "</div>",
            "after",
        ),
        (
            "Jannah",
            "<div id='related-posts' class='container-wrapper'><div class='mag-box-title'><h3>Related Articles</h3></div><div class='related-posts-list'>"
            + links(
                "alpha",
                "beta",
                item="<div class='related-item'><h3 class='post-title'><a href='/{0}/'>{1}</a></h3><span class='date'>3 May 2021</span></div>",
            )
            + "</div></div>",
            "after",
        ),
    ],
)
def test_boxes_of_plugins_and_themes(name: str, markup: str, where: str) -> None:
    found, rest, _ = boxes(**{where: markup})
    assert told(found) == ALPHA_BETA
    assert {(link.place, link.source) for link in found} == {("box", name)}
    assert rest == REST


def test_date_and_picture_of_an_item() -> None:
    card = "<article class='card'><a href='/{0}/'><img src='data:x' data-src='/up/{0}.jpg'></a><h3><a href='/{0}/'>{1}</a></h3><span class='post-date'>{2}</span></article>"
    cards = card.format("alpha", "Alpha", "3 de mayo de 2021") + card.format("beta", "Beta", "hace mucho")
    found, _, _ = boxes(after=f"<section><h3>Artículos relacionados</h3><div class='grid'>{cards}</div></section>", lang="es")
    assert [(link.date, link.date_precision, link.image) for link in found] == [
        ("2021-05-03", "day", "https://example.org/up/alpha.jpg"),
        (None, None, "https://example.org/up/beta.jpg"),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "👍 También te puede gustar",
        "RELATED POSTS",
        "Related Stories:",
        "You may also like…",
        "Das könnte Dich auch interessieren",
        "Vous aimerez aussi :",
        "Potrebbe interessarti anche",
        "Gerelateerde berichten",
        "Artigos relacionados",
        "També et pot interessar",
        "Tamén che pode interesar",
        "Hau ere interesatuko zaizu",
        "Вам также может понравиться",
        "Może Cię zainteresować",
        "Benzer Yazılar",
        "قد يعجبك أيضًا",
        "関連記事",
        "相关文章",
    ],
)
def test_an_unknown_box_is_told_by_its_heading(heading: str) -> None:
    markup = f"<div class='x'><div class='x-head'><h3><span>{heading}</span></h3></div><div class='x-row'>{links('alpha', 'beta', item='<div><a href=/{0}/>{1}</a></div>')}</div></div>"
    found, rest, _ = boxes(after=markup)
    assert told(found) == ALPHA_BETA
    assert rest == REST


def test_an_unknown_box_is_told_by_its_class() -> None:
    found, rest, _ = boxes(after=f"<div class='mytheme-related-posts'><h3>Fresh from the oven</h3><ul>{links('alpha', 'beta')}</ul></div>")
    assert told(found) == ALPHA_BETA
    assert rest == REST


@pytest.mark.parametrize(
    "markup",
    [
        f"<aside class='widget-area'><section class='widget'><h2>Related</h2><ul>{links('alpha', 'beta')}</ul></section></aside>",
        f"<div class='widget'><h2>Recent Posts</h2><ul>{links('alpha', 'beta')}</ul></div>",
        f"<div class='popular-posts'><h2>Popular Posts</h2><ul class='wpp-list'>{links('alpha', 'beta')}</ul></div>",
        f"<div class='related-posts'><h2>Popular Posts</h2><ul>{links('alpha', 'beta')}</ul></div>",
        "<nav class='navigation post-navigation'><h2>Read next</h2><div class='nav-links'><div class='nav-next'><a href='/alpha/' rel='next'>Alpha</a></div></div></nav>",
        "<div class='tags'><h4>Related Topics</h4><a href='/tag/x/' rel='tag'>X</a><a href='/tag/y/' rel='tag'>Y</a></div>",
        "<div class='OUTBRAIN' data-widget-id='AR_1'><h3>You may also like</h3><a href='https://ad.example/1'>Ad</a><a href='/alpha/'>Alpha</a></div>",
        "<div id='taboola-below'><h3>Recommended</h3><a href='/alpha/'>Alpha</a><a href='/beta/'>Beta</a></div>",
        "<h2 class='wp-block-heading'>More posts</h2><div class='wp-block-query'><ul class='wp-block-post-template'>"
        + links("alpha", "beta", item="<li class='wp-block-post'><h3><a href='/{0}/'>{1}</a></h3></li>")
        + "</ul></div>",
        "<blockquote class='wp-embedded-content'><a href='/alpha/'>Alpha</a></blockquote>",
    ],
)
def test_what_is_not_related(markup: str) -> None:
    found, rest, _ = boxes(after=markup)
    assert found == []
    assert rest.startswith(REST) and len(rest) > len(REST)


def test_a_list_that_an_editor_wrote_stays_in_the_body() -> None:
    found, rest, _ = boxes(inside=f"<h3>Further reading</h3><ul>{links('alpha', 'beta')}</ul>{PROSE}")
    assert found == []
    assert "Further reading Alpha Beta" in rest


@pytest.mark.parametrize("name", ["related-posts", "yarpp-related", "related_posts"])
def test_what_holds_the_body_is_never_taken_out(name: str) -> None:
    doc = read_document(
        f"<html><body><div class='{name}'><h1>Title</h1><div class='entry-content'>{PROSE}<h3>Related posts</h3><p>Words about <a href='/alpha/'>Alpha</a> go on.</p></div></div></body></html>",
        URL,
    )
    assert read_boxes(doc) == []
    assert text_of(doc.root).startswith(REST)


def test_a_box_filled_by_script_is_told() -> None:
    found, rest, warnings = boxes(
        inside="<div id='jp-relatedposts' class='jp-relatedposts'><h3 class='jp-relatedposts-headline'><em>Related</em></h3></div>"
    )
    assert (found, rest) == ([], REST)
    assert warnings == ["related: the box of Jetpack is filled by script"]


def test_sections_buttons_and_cut_titles() -> None:
    card = "<div class='item'><h4><a href='/news/'>News</a></h4><h3><a href='/news/{0}/' title='{1} and all that followed'>{1} and…</a></h3><a href='/news/{0}/'>Read more</a></div>"
    markup = f"<section><h2>Related stories</h2><div>{card.format('alpha', 'Alpha')}{card.format('beta', 'Beta')}</div><a href='/news/'>View all</a></section>"
    found, _, _ = boxes(after=markup)
    assert told(found) == [
        (1, "Alpha and all that followed", "https://example.org/news/alpha/"),
        (2, "Beta and all that followed", "https://example.org/news/beta/"),
    ]


def test_a_post_shown_twice_is_told_once() -> None:
    yarpp = f"<div class='yarpp-related'><h3>Related</h3><ol>{links('alpha')}</ol></div>"
    found, _, _ = boxes(inside=yarpp, after=f"<div class='entry-related'><h2>Similar Posts</h2><ul>{links('alpha', 'beta')}</ul></div>")
    assert told(found) == ALPHA_BETA
    assert [link.source for link in found] == ["YARPP", "Kadence"]


def test_a_body_from_rest_may_hold_a_box() -> None:
    body = read_fragment(f"{PROSE}<div class='yarpp-related'><h3>Related</h3><ol>{links('alpha', 'beta')}</ol></div>")
    assert told(read_boxes_in(body, URL)) == ALPHA_BETA
    assert "Alpha" not in text_of(body)


@pytest.mark.parametrize(
    "markup",
    ["<div class='related-posts'>", "<div><h3>Related posts</h3><a href='/x/'>X</a>", "<ul class='related-posts'><li><a href='/x/'>"],
)
def test_deep_nesting_is_read_in_bounded_time(markup: str) -> None:
    doc = read_document("<html><body>" + markup * 400, URL)
    read_boxes(doc)
    read_inline(doc.root, "en", URL)


def test_a_list_that_ends_the_text_is_a_box_and_one_within_it_is_none() -> None:
    listed = f"<p><strong>You might also like:</strong></p><ul>{links('alpha', 'beta')}</ul>"
    found, text, _ = boxes(f"{listed}<p>Thanks for reading!</p><div class='author-box'><p>{PROSE}</p></div>")
    assert told(found) == ALPHA_BETA
    assert "Alpha" not in text
    found, text, _ = boxes(f"{listed}{PROSE}")
    assert found == []
    assert "Alpha" in text


def test_titles_and_excerpts_may_alternate_in_a_frame() -> None:
    excerpt = "<p>An excerpt of the other post that goes on for a while. <a href='/{0}/'>Read more</a></p>"
    frame = links("alpha", "beta", item="<a href='/{0}/'>{1}</a>" + excerpt)
    found, text, _ = boxes(f"<div class='ymae'><h4>You may also enjoy</h4>{frame}</div>")
    assert told(found) == ALPHA_BETA
    assert "excerpt" not in text


def test_cards_of_which_one_has_a_picture_are_as_many_posts() -> None:
    cards = "<div><h3><a href='/alpha/' rel='bookmark'>Alpha</a></h3></div><div><h3><a href='/beta/' rel='bookmark'>Beta</a></h3></div>"
    pictured = "<div><a href='/gamma/'><img src='/g.jpg'></a><h3><a href='/gamma/' rel='bookmark'>Gamma</a></h3></div>"
    found, _, _ = boxes(after=f"<div class='x7'><h3>You may also like</h3><div class='x9'>{cards}{pictured}</div></div>")
    assert told(found) == [*ALPHA_BETA, (3, "Gamma", "https://example.org/gamma/")]
    assert [link.image for link in found] == [None, None, "https://example.org/g.jpg"]


def test_further_pages_of_the_post_are_no_related_posts() -> None:
    found, left, _ = boxes(
        f"<h3>Related posts</h3><ul>{links('alpha', 'beta')}</ul><p class='post-nav-links'>Pages: 1 <a href='/a-post/2/'>2</a></p>"
    )
    assert told(found) == ALPHA_BETA
    assert "Pages: 1 2" in left
