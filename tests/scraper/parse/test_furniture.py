"""What is cut from a body, and what must stay in it."""

from __future__ import annotations

import time

import pytest

from presslift.scraper.parse.blocks import block_key
from presslift.scraper.parse.document import inner_html, read_fragment, select, text_of
from presslift.scraper.parse.furniture import cut
from presslift.scraper.site import RecurringBlock, SiteProfile

LONG = "".join(
    f"<p>Paragraph {n} of the text goes on about mills and rivers at such a length that nobody takes it for a label or a button.</p>"
    for n in range(1, 9)
)


def left(html: str, *, before: str = LONG, after: str = LONG, **options: object) -> str:
    container = read_fragment(f"<div>{before}{html}{after}</div>")
    cut(container, **options)  # type: ignore[arg-type]
    text = text_of(container)
    assert text.count("Paragraph 1 ") == (before == LONG) + (after == LONG), "the text itself was cut"
    return text


@pytest.mark.parametrize(
    "box",
    [
        '<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">SHARED</h3><ul><li class="share-facebook"><a href="#">Facebook</a></li></ul></div>',
        '<div class="addtoany_share_save_container"><div class="addtoany_header">SHARED</div></div>',
        '<div class="my-theme__share-bar"><span>SHARED</span></div>',
        '<p>SHARED <a href="https://www.facebook.com/sharer/sharer.php?u=x">Facebook</a> <a href="https://twitter.com/intent/tweet?url=x">Tweet</a></p>',
        '<form id="mc4wp-form-1" class="mc4wp-form"><p>SHARED: sign up</p><input name="EMAIL"></form>',
        '<div class="newsletter-box"><h3>SHARED</h3><p>Get our letter each week.</p></div>',
        '<div class="saboxplugin-wrap"><div class="saboxplugin-desc">SHARED was born in 1970 and writes.</div></div>',
        '<div class="about-the-author"><h4>SHARED</h4><p>She has lived by the river for thirty years and writes of it.</p></div>',
        '<nav class="post-navigation"><a rel="prev" href="/a/">SHARED</a></nav>',
        '<p class="post-nav-links">SHARED: <a href="2/">2</a></p>',
        '<div class="kk-star-ratings"><div class="kksr-legend">SHARED</div></div>',
        '<div class="code-block"><ins class="adsbygoogle">SHARED</ins></div>',
        '<p class="post-tags">SHARED: <a rel="tag" href="/tag/a/">mills</a></p>',
        '<span class="screen-reader-text">SHARED</span>',
        '<noscript><img src="a.jpg" alt="SHARED">SHARED</noscript>',
        '<div style="display:none">SHARED twin for telephones</div>',
        '<div class="elementor-widget elementor-widget-button"><a class="elementor-button" href="/buy/"><span>SHARED now</span></a></div>',
        '<div class="wp-block-buttons"><div class="wp-block-button"><a class="wp-block-button__link" href="/join/">SHARED</a></div></div>',
        '<div class="elementor-tab-title elementor-tab-mobile-title">SHARED</div>',
        '<div class="wp-block-query"><ul class="wp-block-post-template"><li class="wp-block-post">SHARED</li></ul></div>',
        '<a class="wprm-recipe-jump" href="#recipe">SHARED</a>',
        "<aside><p>SHARED: a few words beside.</p></aside>",
        '<span class="span-reading-time">SHARED 3 min</span>',
        '<p><a class="more-link" href="#more-3">SHARED</a></p>',
    ],
)
def test_boxes_are_cut(box: str) -> None:
    assert "SHARED" not in left(box)


@pytest.mark.parametrize(
    "kept",
    [
        "<figure><img src='a.jpg'><figcaption>KEPT caption</figcaption></figure>",
        '<div class="wp-caption"><img src="a.jpg"><p class="wp-caption-text">KEPT caption</p></div>',
        "<p><em>See also:</em> <a href='/other/'>KEPT other post</a></p>",
        "<blockquote><p>Words.</p><footer>KEPT, in a letter</footer></blockquote>",
        "<figure class='wp-block-pullquote'><blockquote><p>KEPT</p><cite>Someone</cite></blockquote></figure>",
        "<table class='rating-table'><tr><th>KEPT</th><td>4</td></tr></table>",
        "<pre><code>KEPT = share('this')</code></pre>",
        "<pre class='wp-block-verse'>KEPT\nverse</pre>",
        "<details class='wp-block-details'><summary>KEPT</summary><p>Answer.</p></details>",
        "<div class='schema-faq-section'><strong class='schema-faq-question'>KEPT?</strong><p class='schema-faq-answer'>Yes.</p></div>",
        "<div class='elementor-accordion-item'><div class='elementor-tab-title'>KEPT</div><div class='elementor-tab-content' style='display:none'>KEPT panel of the accordion</div></div>",
        "<div class='et_pb_toggle et_pb_toggle_close'><h5 class='et_pb_toggle_title'>KEPT</h5><div class='et_pb_toggle_content'>Closed.</div></div>",
        "<div class='wprm-recipe-container'><ul class='wprm-recipe-ingredients'><li>KEPT flour</li></ul></div>",
        "<div class='has-shared-background wp-block-group'><p>KEPT in a coloured group</p></div>",
        "<p class='has-text-align-center tag-line-like'>KEPT line</p>",
        "<div class='so-panel widget'><div class='textwidget'><p>KEPT text of a panel</p></div></div>",
        "<div class='pf-content'><p>KEPT in the print wrapper</p></div>",
        "<h2 id='share-your-knowledge'>KEPT: share your knowledge</h2>",
        "<h2>KEPT share of the market</h2>",
        "<p>Share prices fell, which KEPT everyone at home for a while, and nobody could tell when they would rise again.</p>",
        "<p>KEPT link: <a href='https://x.com/someone/status/1'>a post</a> that says it all.</p>",
        "<ul><li><a href='https://example.org/a'>KEPT one</a></li><li><a href='https://example.org/b'>two</a></li><li><a href='https://example.org/c'>three</a></li></ul>",
        "<div class='wp-block-file'><a href='/wp-content/uploads/a.pdf'>KEPT a.pdf</a></div>",
        "<div class='wp-block-button'><a href='/wp-content/uploads/plan.pdf'>KEPT: the plan</a></div>",
        "<p>Subscribe KEPT</p>",
    ],
)
def test_content_stays(kept: str) -> None:
    assert "KEPT" in left(kept)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Share this:", "en"), ("Teilen mit:", "de"), ("Comparte esto", "es"), ("Partager :", "fr"), ("Compartilhe isso:", "pt"), ("Condividi:", "it"),
        ("Advertisement", "en"), ("Anzeige", "de"), ("Publicidad", "es"), ("Реклама", "ru"),
        ("Subscribe to our newsletter and never miss a post", "en"), ("Suscríbete a nuestro boletín", "es"), ("Inscrivez-vous à notre lettre", "fr"),
        ("This post contains affiliate links.", "en"), ("Als Amazon-Partner verdiene ich an qualifizierten Verkäufen.", "de"),
        ("Follow us on Instagram", "en"), ("Síguenos en Twitter", "es"), ("Weiterlesen", "de"), ("Table of Contents", "en"),
    ],
)  # fmt: skip
def test_standing_phrases_are_cut_in_any_language(line: str, language: str) -> None:
    assert line not in left(f"<p>{line}</p>", language=language)
    assert line not in left(f"<p>{line}</p>", language=None)


def test_phrases_hold_only_where_they_may_stand() -> None:
    middle = left("<h2>About the author</h2><p>The novel's narrator is no reliable witness.</p>")
    assert "About the author" in middle and "narrator" in middle
    end = left("<h3>About the author</h3><p>Jane has written of rivers for years.</p>", after="")
    assert "About the author" not in end and "Jane" not in end


def test_contents_lists_go_with_their_heading() -> None:
    contents = "<p><strong>Contents</strong></p><ul><li><a href='#a'>Mills</a></li><li><a href='#b'>Rivers</a><ul><li><a href='#c'>Banks</a></li></ul></li><li><a href='https://example.org/p/#d'>Bridges</a></li></ul>"
    text = left(contents, url="https://example.org/p/")
    assert "Contents" not in text and "Mills" not in text and "Bridges" not in text


def test_title_and_featured_picture_are_not_printed_twice() -> None:
    container = read_fragment(
        '<h2>Mills and Rivers</h2><p><img src="https://e.org/wp-content/uploads/mill-1024x683.jpg"></p>'
        f'{LONG}<h2>Mills and Rivers</h2><p><img src="https://e.org/wp-content/uploads/mill-300x200.jpg"></p>'
    )
    cut(container, title="Mills and rivers", featured="https://e.org/wp-content/uploads/mill.jpg")
    assert len(select(container, "h2")) == 1 and len(select(container, "img")) == 1
    assert container[0].tag == "p" and text_of(container).startswith("Paragraph 1")


def test_boxes_that_repeat_a_sentence_go_and_others_stay() -> None:
    said = '<a class="swp_CTT" href="https://twitter.com/intent/tweet?text=x">{}<span class="sw-ctt-btn">Click to tweet</span></a>'
    assert left(said.format("goes on about mills and rivers")).count("goes on about mills and rivers") == 16
    alone = left(said.format("Nothing else says this"))
    assert "Nothing else says this" in alone and "Click to tweet" not in alone


def test_copies_for_telephones_go_with_what_they_repeat() -> None:
    copy = '<div class="elementor-section {}"><p>A line that both copies say.</p></div>'
    assert left(copy.format("elementor-hidden-mobile") + copy.format("elementor-hidden-desktop")).count("both copies") == 1
    assert "both copies" in left(copy.format("elementor-hidden-desktop"))


def test_a_picture_that_an_editor_put_first_stays() -> None:
    container = read_fragment(f'<p><img class="wp-image-5" src="https://e.org/wp-content/uploads/mill-300x200.jpg"></p>{LONG}')
    cut(container, featured="https://e.org/wp-content/uploads/mill.jpg")
    assert len(select(container, "img")) == 1


def test_pictures_in_boxes_of_telling_names_stay() -> None:
    assert "<img" in inner_html_of('<div class="banner"><img src="plan.png"></div>')


def inner_html_of(html: str) -> str:
    container = read_fragment(LONG + html + LONG)
    cut(container)
    return inner_html(container)


def test_cards_of_other_posts_are_told_by_their_shape() -> None:
    cards = "".join(f'<div class="zz"><a href="/p{n}/"><h3>Other post {n}</h3></a><p>Its teaser.</p></div>' for n in range(3))
    assert "Other post" not in left(f"<section>{cards}</section>", url="https://example.org/p/")
    listed = "".join(
        f'<div class="zz"><h3><a href="https://shop.example.com/{n}">Thing {n}</a></h3><p>Why we like it.</p></div>' for n in range(3)
    )
    assert "Thing 2" in left(f"<section>{listed}</section>", url="https://example.org/p/")


def test_marks_of_notes_survive_whatever_they_stand_in() -> None:
    mark = '<sup class="presslift-note" data-note="1" data-ref="1"></sup>'
    container = read_fragment(
        f'<div>{LONG}<div class="author-box"><p>Share this{mark}</p></div><p style="display:none">x{mark}</p>{LONG}</div>'
    )
    cut(container)
    assert len(select(container, "sup.presslift-note")) == 2


def test_a_body_that_is_all_in_one_named_box_stays() -> None:
    container = read_fragment(f'<div><div class="share-content"><div class="related-topics">{LONG}</div></div></div>')
    cut(container)
    assert "Paragraph 8" in text_of(container)


def test_what_recurs_on_the_site_is_cut() -> None:
    line = "Our shop is open on Mondays from 9 to 5."
    profile = SiteProfile(
        furniture=[RecurringBlock(key=block_key("Our shop is open on Mondays from 10 to 6."), sample="", pages=9)],
        furniture_selectors=[".promo-x"],
    )
    text = left(f"<p>{line}</p><div class='promo-x'>Buy</div>", profile=profile)
    assert line not in text and "Buy" not in text
    assert line in left(f"<p>{line}</p>")


def test_nothing_empty_is_left_and_text_after_a_box_stays() -> None:
    container = read_fragment(
        f'<div>{LONG}<div class="wrap"><p><span class="sharedaddy">x</span></p></div><p>Before <span class="screen-reader-text">hidden</span> and after.</p></div>'
    )
    cut(container)
    assert "wrap" not in inner_html(container)
    assert "Before and after." in text_of(container)


def test_hostile_bodies_take_no_time() -> None:
    started = time.process_time()
    for html in (
        '<div class="share">' * 150 + "x " * 200_000 + "</div>" * 150,
        "<p>Share</p>" * 20_000,
        "<ul>" * 100 + "<li><a href='#x'>x</a></li>" * 3_000 + "</ul>" * 100,
        "<h2><a href='/x/'>x</a></h2>" * 10_000,
        f'<p class="{"a_b-" * 50_000}">x</p>',
    ):
        cut(read_fragment(html), title="x")
    assert time.process_time() - started < 20


def test_headings_with_nothing_below_them_go_from_the_end_only() -> None:
    assert "More for you" not in left("<h3>More for you</h3><div class='widget'><script>show()</script></div>", after="")
    assert "The miller" in left("<h3>The miller</h3>")
    assert "The miller" in left("<h3>The miller</h3><figure><img src='/miller.jpg'></figure>", after="")
    assert "To be continued" in left("<h3>To be continued</h3>", after="", goes_on=True)


@pytest.mark.parametrize(
    "line",
    [
        "<p>Tags: mills, rivers, bread</p>",
        "<p>© 2022, The Mill Post.</p>",
        "<footer class='entry-meta'>This entry was posted in <a href='/c/'>Mills</a> and tagged <a href='/t/'>rivers</a> by Ana.</footer>",
        "<div>Most Popular</div>",
    ],
)
def test_what_sums_up_a_post_goes_from_its_end(line: str) -> None:
    assert text_of(read_fragment(line)) not in left(line, after="")


def test_a_link_to_a_shop_may_hold_its_block() -> None:
    assert "price" not in left("<a href='https://shop.example/x'><div><span>See price at Mill &amp; Co</span></div></a>")


def test_teasers_are_cards_and_ranked_entries_are_none() -> None:
    excerpt = "A long excerpt of another post which goes on about a mill, its wheel and whoever it was that sold the bread to town. " * 3
    teaser = "<div class='item'><img src='/{0}.jpg'><h3><a href='/{0}/'>Post {0}</a></h3><p>{1}</p></div>"
    assert "another post" not in left("".join(teaser.format(n, excerpt) for n in range(3)))
    entry = "<div class='item'><h3><a href='/{0}/'>Mill {0}</a></h3><p>{1}</p><ul><li>Wheels: two</li></ul></div>"
    assert "another post" in left("".join(entry.format(n, excerpt) for n in range(3)))


def test_a_link_said_again_and_again_is_a_button_unless_it_names_a_source() -> None:
    mill = (
        "<h3>Mill {0}</h3><p>The mill by the bend of the river, number {0}, grinds rye and little else.</p><p><a href='/{0}/'>{1}</a></p>"
    )
    assert "See the rating" not in left("".join(mill.format(n, "See the rating") for n in range(3)))
    assert "See the rating" in left("".join(mill.format(n, "See the rating") for n in range(2)))
    assert left("".join(mill.format(n, "Quelle") for n in range(3))).count("Quelle") == 3
    assert left("".join(mill.format(n, "mills.example") for n in range(3))).count("mills.example") == 3


def test_what_is_cut_at_the_end_brings_the_next_line_there() -> None:
    wordy = "who has kept the mill going with their letters and their bread for more than a hundred years now, and may do so again" * 3
    tail = f"<p>Contact reporter Ana Mill at the post.</p><p>Thank you for reading, {wordy}.</p><p>Thanks for visiting, {wordy}.</p>"
    assert "Contact reporter" not in left(tail, after="")
    assert "Contact reporter" in left(tail)


def test_a_section_of_authors_goes_with_its_lower_headings() -> None:
    people = "<h2>The authors</h2><h3>Ana Mill</h3><p>Hi, I am Ana and keep bees.</p><h3>Bo Weir</h3><p>Hello, I row.</p>"
    text = left(f"{people}<h2>Afterword</h2><p>And so it ends.</p>", after="")
    assert "bees" not in text and "Bo Weir" not in text and "so it ends" in text


def test_a_theme_s_featured_picture_goes_with_its_caption() -> None:
    figure = "<figure class='thumb'><div><img class='{}' src='/mill.jpg'></div><figcaption>CAPTION</figcaption></figure>"
    assert "CAPTION" not in left(figure.format("attachment-large wp-post-image"))
    assert "CAPTION" in left(figure.format("wp-post-image wp-image-7"))
    assert "CAPTION" in left(figure.format("attachment-large"))
    assert "CAPTION" not in left(figure.format("attachment-large"), before="", featured="https://a.example/mill.jpg")


def test_a_recipe_card_keeps_its_times_apart() -> None:
    times = (
        "<div class='wprm-recipe'><div class='wprm-recipe-meta-container wprm-recipe-times-container'>"
        "<span class='wprm-recipe-details-label'>Prep</span><span class='wprm-recipe-time'>2 hrs</span></div></div>"
    )
    assert "Prep 2 hrs" in left(times)


@pytest.mark.parametrize("name", ["newsletter2", "sidebar_share1", "tocBox3"])
def test_numbered_classes_say_the_same(name: str) -> None:
    assert "NUMBERED" not in left(f"<div class='{name} toc1'>NUMBERED</div>")
