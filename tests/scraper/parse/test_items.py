"""What REST and feeds say of a post: excerpts of people and of WordPress told apart, and nothing of what plugins hang on them."""

from __future__ import annotations

from typing import Any

import pytest

from presslift.scraper.parse.items import ItemReading, read_feed, read_rest

URL = "https://press.example.org/2024/05/the-old-bridge/"
WORDS = (
    "The old bridge over the river was closed for repairs after the flood of last spring, and the council has not yet said when it "
    "will open again. Shopkeepers on the far bank count their losses, farmers drive an hour longer to the mill, and the ferry that "
    "was hired for the summer carries no lorries at all, so that prices rise on one side and fall on the other."
)
CONTENT = f"<p>By Ada Lund<sup>[1]</sup></p><p>{WORDS}</p><p>More follows here, for as long as anyone cares to read it.</p>"
OWN = WORDS[:250].rsplit(" ", 1)[0]


def rest(excerpt: str, content: str = CONTENT, **more: Any) -> ItemReading:
    return read_rest({"id": 7, "link": URL, "excerpt": {"rendered": excerpt}, "content": {"rendered": content}, **more})


def feed(description: str, content: str | None = CONTENT) -> ItemReading:
    return read_feed({"link": URL, "description": description, "content": content})


@pytest.mark.parametrize(
    "more",
    [
        " [&hellip;]",
        " [...]",
        "&#8230;",
        f'&#8230; <a class="read-more" href="{URL}" aria-label="Read more about The old bridge">Read more</a>',
        f'&hellip; <a href="{URL}#more-7" class="more-link">Continue reading <span>The old bridge</span> <span>&rarr;</span></a>',
        f'</p><p class="link-more"><a href="{URL}">Weiterlesen</a>',
        "... (weiter)",
    ],
)
def test_the_first_words_of_the_content_are_no_editors_excerpt(more: str) -> None:
    for read in (rest(f"<p>By Ada Lund[1] {OWN}{more}</p>"), feed(f"<p>{OWN}{more}</p>")):
        assert read.excerpt is not None and read.excerpt_manual is False
        for word in ("Read more", "Continue", "Weiterlesen"):
            assert word not in read.excerpt


@pytest.mark.parametrize(("words", "manual"), [(22, False), (20, False), (41, False), (6, True)])
def test_first_words_without_an_ellipsis(words: int, manual: bool) -> None:
    assert rest(f"<p>{' '.join(WORDS.split()[:words])}</p>", f"<p>{WORDS}</p><p>More.</p>").excerpt_manual is manual


def test_a_first_sentence_taken_for_an_excerpt_is_an_editors() -> None:
    assert rest(
        "<p>The ferry is slow and it costs more than most can pay.</p>",
        f"<p>The ferry is slow and it costs more than most can pay. {WORDS}</p>",
    ).excerpt_manual


def test_slugs_of_other_scripts_are_decoded() -> None:
    assert rest("", slug="%d1%82%d0%b5%d1%85").slug == "тех"


def test_a_short_content_whole_is_no_editors_excerpt() -> None:
    assert rest("<p>One line, no more.</p>", "<p>One line, <em>no more</em>.</p>").excerpt_manual is False


@pytest.mark.parametrize(
    "written",
    [
        "What a closed bridge does to two banks of one river.",
        "The old bridge over the river was closed.",
        "The old bridge is closed, and nobody knows for how long&hellip;",
    ],
)
def test_what_an_editor_wrote_is_manual_also_with_a_link_behind_it(written: str) -> None:
    for excerpt in (f"<p>{written}</p>", f'<p>{written} <a href="{URL}" class="more-link">Continue reading</a></p>'):
        read = rest(excerpt)
        assert read.excerpt_manual is True
        assert read.excerpt == written.replace("&hellip;", "…")


def test_links_of_an_excerpt_that_lead_elsewhere_stay() -> None:
    assert rest('<p>See <a href="https://press.example.org/mill/">the mill</a> first.</p>').excerpt == "See the mill first."


def test_without_a_content_nothing_is_said_of_who_wrote_it() -> None:
    assert feed("<p>Some words.</p>", None).excerpt_manual is None


def test_the_line_that_plugins_put_under_a_feed_is_no_text_of_the_post() -> None:
    line = f'<p>The post <a rel="nofollow" href="{URL}">The old bridge</a> appeared first on <a href="https://press.example.org">Press</a>.</p>'
    read = feed(f"<p>Two banks.</p>\n{line}", f"{CONTENT}\n{line}\n")
    assert read.content_html is not None and "appeared first" not in read.content_html and "cares to read it" in read.content_html
    assert read.excerpt == "Two banks."
    # A paragraph of the author's own that links to both is longer than such a line.
    own = f'<p>As told in <a href="{URL}">The old bridge</a>, and again in the spring issue of the magazine, which you find <a href="https://press.example.org/">here</a> for free.</p>'
    kept = feed("", CONTENT + own).content_html
    assert kept is not None and "spring issue" in kept


def test_pictures_of_characters_are_characters_again() -> None:
    picture = '<img src="https://s.w.org/images/core/emoji/15.0.3/72x72/2122.png" alt="™" class="wp-smiley" style="height: 1em;" />'
    read = feed(f"<p>On OS X{picture} only.</p>", f"<p>On OS X{picture} only, and <img src='/u/a.jpg' alt='a'> there.</p>")
    assert read.content_html == "<p>On OS X™ only, and <img src='/u/a.jpg' alt='a'> there.</p>" and read.excerpt == "On OS X™ only."
