"""The container: tables of themes and builders, prose where they say nothing, and pages that try to break it."""

from __future__ import annotations

import time

import pytest

from presslift.scraper.parse.body import find_body
from presslift.scraper.parse.document import read_document, text_of
from presslift.scraper.parse.names import Names
from presslift.scraper.site import SiteProfile

SENTENCES = [
    f"Paragraph {word} tells of the old harbour, of the ships that lay there, and of the people who loaded them by hand."
    for word in ("one", "two", "three", "four", "five")
]
TEXT = "".join(f"<p>{s}</p>" for s in SENTENCES)
TEASER = '<div class="{0}"><h3><a href="/other-{1}/">Another post {1}</a></h3><p>A teaser of some length that tells what the other post is about, and more.</p></div>'
TEASERS = "".join(TEASER.format("card", n) for n in range(4))


def page(inside: str, body_class: str = "single single-post postid-7", before: str = "", after: str = "") -> str:
    return (
        f'<html><head><title>Harbour</title></head><body class="{body_class}"><header class="site-header"><nav><ul><li><a href="/">Home</a></li></ul></nav></header>'
        f'{before}<main>{inside}</main>{after}<footer class="site-footer"><p>Imprint and some words on who runs this site, and since when.</p></footer></body></html>'
    )


def found(html: str, **options: object) -> str:
    return text_of(find_body(read_document(html, "https://example.org/harbour/"), **options).element)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "container",
    [
        '<article class="post-7 post"><header><h1>Harbour</h1></header><div class="entry-content">{}</div></article>',
        '<div class="page-header"><h1>Harbour</h1></div><div class="page-content">{}</div>',
        '<article><div class="cm-post-content"><header><h1>Harbour</h1></header><div class="cm-entry-summary">{}</div></div></article>',
        '<div class="entry-content wp-block-post-content">{}</div>',
        '<article class="post"><div class="td-post-content">{}</div></article>',
        '<article><div class="post-single-content box entry-content"><div class="shareit">x</div><div class="thecontent" itemprop="articleBody">{}</div></div></article>',
        '<div class="elementor elementor-3" data-elementor-type="single-post"><div class="elementor-widget-theme-post-title"><h1>Harbour</h1></div>'
        '<div class="elementor-widget elementor-widget-theme-post-content"><div class="elementor-widget-container">{}</div></div></div>',
        '<article class="et_pb_post"><div class="et_pb_section"><div class="et_pb_module et_pb_post_content">{}</div></div></article>',
        '<div class="unheard-of"><div class="zz9">{}</div></div>',
        "<table><tr><td>{}</td></tr></table>",
    ],
)
def test_container_of_many_themes(container: str) -> None:
    text = found(page(container.replace("{}", TEXT)), title="Harbour")
    assert all(s in text for s in SENTENCES)
    assert "Imprint" not in text and "Home" not in text


def test_bodies_of_related_cards_and_comments_are_not_the_body() -> None:
    cards = "".join(
        f'<article class="ast-related-post"><h3><a href="/{n}/">Other {n}</a></h3><div class="entry-content">{TEXT * 3}</div></article>'
        for n in range(3)
    )
    html = page(
        f'<article id="post-7" class="post-7 post"><h1>Harbour</h1><div class="entry-content">{TEXT}</div></article>',
        after=f'<div class="ast-single-related-posts-container">{cards}</div><div id="comments"><div class="comment-content entry-content">{TEXT * 4}</div></div>',
    )
    assert found(html).count("Paragraph one") == 1


def test_text_of_a_builder_in_several_modules_is_one_body() -> None:
    modules = "".join(
        f'<section class="elementor-section"><div class="elementor-element elementor-widget elementor-widget-text-editor"><div class="elementor-widget-container"><p>{s}</p></div></div></section>'
        for s in SENTENCES
    )
    text = found(page(f'<div class="elementor elementor-7" data-elementor-type="wp-page">{modules}</div>'))
    assert all(s in text for s in SENTENCES)


def test_pieces_of_a_body_are_joined() -> None:
    piece = '<div class="entry-content">{}</div>'
    html = page(
        f'<article class="post-7 post">{piece.format(TEXT)}<div class="banner">Ad</div>{piece.format("<p>The last part says how it all ended, years after, in the rain.</p>" * 3)}</article>'
    )
    text = found(html)
    assert "Paragraph one" in text and "how it all ended" in text


def test_a_text_that_bears_the_class_widget_stays() -> None:
    html = page(
        f'<div class="panel-grid"><div class="so-panel widget widget_sow-editor"><div class="siteorigin-widget-tinymce textwidget">{TEXT}</div></div></div>'
    )
    assert "Paragraph three" in found(html)


def test_a_layout_called_sidebar_is_no_sidebar() -> None:
    html = page(
        f'<article id="post-7" class="post-7"><div class="with-sidebar"><div class="sidebar-content">{TEXT}</div><div class="sidebar"><p>About us, in a few words that fill a line.</p></div></div></article>'
    )
    text = found(html)
    assert "Paragraph five" in text


def test_prose_without_any_telling_class_leaves_menus_and_teasers_out() -> None:
    html = page(f'<div class="q1"><div class="q2"><h1>Harbour</h1>{TEXT}</div><div class="q3">{TEASERS}</div></div>')
    text = found(html, title="Harbour")
    assert "Paragraph two" in text and "teaser" not in text


@pytest.mark.parametrize("wrapped", ["main", "div"])
def test_a_long_aside_beside_a_short_article_is_no_body(wrapped: str) -> None:
    aside = f"<aside class=w-1><div><p>{' '.join(SENTENCES * 2)} ASIDE</p></div></aside>"
    article = f"<{wrapped}><div class=q-1><h1>Harbour</h1><div class=q-2>{TEXT}</div></div></{wrapped}>"
    text = found(f"<html><body><div class=q-0>{article}{aside}</div></body></html>")
    assert "Paragraph five" in text and "ASIDE" not in text


def test_an_aside_that_holds_nearly_all_is_the_body() -> None:
    assert "Paragraph five" in found(f"<html><body><div><h1>Harbour</h1><aside>{TEXT}</aside></div></body></html>")


def test_the_post_itself_wins_over_longer_neighbours() -> None:
    html = page(
        f'<article id="post-7" class="post-7 post type-post"><h1>Harbour</h1><div class="x">{TEXT}</div></article>'
        f'<section class="y">{"<p>Neighbouring matter that has nothing to do with it, at some length, again and again.</p>" * 12}</section>'
    )
    text = found(html)
    assert "Paragraph one" in text and "Neighbouring" not in text


@pytest.mark.parametrize(
    "short",
    [
        "<p>Gone fishing.</p>",
        '<figure><img src="a.jpg"><figcaption>At sea</figcaption></figure>',
        '<iframe src="https://video.example/1"></iframe>',
    ],
)
def test_short_posts_are_found_beside_longer_matters(short: str) -> None:
    html = page(
        f'<article id="post-7" class="post-7 post"><header class="entry-header"><h1>Harbour</h1></header><div class="entry-content">{short}</div></article>',
        after=f'<div class="below"><p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p></div>',
    )
    element = find_body(read_document(html), title="Harbour").element
    assert element.get("class") == "entry-content"


def test_a_learned_selector_comes_first() -> None:
    html = page(f'<div class="entry-content"><div class="bio-of-author">About the man.</div><div class="real-text">{TEXT}</div></div>')
    choice = find_body(read_document(html), SiteProfile(containers=[".real-text"]))
    assert choice.cue == "site: .real-text"
    assert "About the man" not in text_of(choice.element)


def test_a_learned_selector_that_is_gone_does_no_harm() -> None:
    assert "Paragraph one" in found(page(f'<div class="entry-content">{TEXT}</div>'), profile=SiteProfile(containers=[".gone"]))


@pytest.mark.parametrize(
    "html",
    [
        "<p>x",
        "<html><head></head></html>",
        "<html><frameset></frameset></html>",
        "<body></body>",
        "plain text",
        "<html><body><img src=x></body></html>",
    ],
)
def test_odd_pages_raise_nothing(html: str) -> None:
    find_body(read_document(html))


def test_a_page_of_deep_nesting_keeps_its_text_and_takes_no_time() -> None:
    started = time.process_time()
    depth = 10_000
    html = f"<html><body><main>{'<div>' * depth}{TEXT}{'</div>' * depth}<p>The end of the page, told in one more line.</p></main></body></html>"
    document = read_document(html)
    assert "Paragraph one" in text_of(document.root) and "The end of the page" in text_of(document.root)
    assert "Paragraph one" in text_of(find_body(document).element)
    assert time.process_time() - started < 5


def test_phrases_of_names_are_whole_words() -> None:
    names = Names(["related", "^ads?$", "(?:post|entry)-nav", "sign-?up"])
    for plain in ("related", "post-related-box", "ad", "ads", "single-post-nav", "entry-nav", "signup-form", "sign-up"):
        assert names.within(plain), plain
    for plain in ("unrelated", "ads-box", "has-ad", "post-navel", "assign-upper"):
        assert not names.within(plain), plain


def test_a_page_that_scrolls_on_gives_its_own_post() -> None:
    post = '<article class="post-part"><header><h1>{0}</h1></header><div>{1}</div></article>'
    pages = post.format("Harbour", TEXT) + post.format("Lighthouse", TEXT.replace("harbour", "light"))
    text = found(page(f'<div class="entry-content">{pages}</div>'), title="Harbour")
    assert "the old harbour" in text and "the old light" not in text


def test_the_site_s_footer_is_no_body_where_prose_alone_tells() -> None:
    html = f'<html><body><div class="zz1">{TEXT}</div><div class="zz2">{TEXT}</div><footer class="footer">{TEXT.replace("harbour", "imprint")}</footer></body></html>'
    text = found(html)
    assert "the old harbour" in text and "the old imprint" not in text
