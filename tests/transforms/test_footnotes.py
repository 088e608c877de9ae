"""The markers' normal form, and body and notes as one piece."""

from __future__ import annotations

import re

from presslift.records import Article, Footnote, Ref
from presslift.transforms.context import Context
from presslift.transforms.footnotes import compose_content, footnotes

CONTEXT = Context(base_url="https://site.example/")


def mark(note: int, mention: int = 1, printed: str = "*") -> str:
    return f'<sup class="presslift-note" data-note="{note}" data-ref="{mention}" data-marker="{printed}"></sup>'


def note(index: int, html: str = "Census.", refs: int = 1, place: str = "body") -> Footnote:
    return Footnote(index=index, marker="*", html=html, text="Census.", style="symbol", refs=[Ref(place=place)] * refs)  # type: ignore[arg-type]


def run(body: str | None, *notes: Footnote) -> Article:
    return footnotes(Article(url="https://site.example/mill/", body_html=body, footnotes=list(notes)), CONTEXT)


def test_placeholders_take_the_normal_form() -> None:
    article = run(f"<p>It burned{mark(1)}, and fell{mark(2)}, and burned{mark(1, 2)}.</p>", note(1, refs=2), note(2))
    assert article.body_html == (
        '<p>It burned<sup id="fnref-1"><a href="#fn-1">[1]</a></sup>, and fell<sup id="fnref-2"><a href="#fn-2">[2]</a></sup>, '
        'and burned<sup id="fnref-1-2"><a href="#fn-1">[1]</a></sup>.</p>'
    )
    assert [[ref.anchor for ref in n.refs] for n in article.footnotes] == [["fnref-1", "fnref-1-2"], ["fnref-2"]]


def test_content_is_one_piece_in_which_every_link_leads_somewhere() -> None:
    article = run(f"<p>It burned{mark(1)}.</p>", note(1, "<p>One.</p><p>Two.</p>"), note(2, refs=0))
    content = article.content_html or ""
    assert content == (
        '<p>It burned<sup id="fnref-1"><a href="#fn-1">[1]</a></sup>.</p>\n<section class="footnotes" role="doc-endnotes">\n<ol>\n'
        '<li id="fn-1"><p>One.</p><p>Two. <a href="#fnref-1" role="doc-backlink">↩</a></p></li>\n<li id="fn-2">Census.</li>\n</ol>\n</section>'
    )
    assert set(re.findall(r'href="#([^"]+)"', content)) <= set(re.findall(r'id="([^"]+)"', content))


def test_a_note_of_the_byline_stays_visible_and_leads_nowhere_back() -> None:
    article = run("<p>It burned.</p>", note(1, place="byline"))
    assert '<li id="fn-1">Census.</li>' in (article.content_html or "")
    assert article.footnotes[0].refs[0].anchor is None


def test_a_second_mention_is_linked_back_to_when_the_first_stands_in_the_byline() -> None:
    article = run(f"<p>It burned{mark(1, 2)}.</p>", note(1, refs=2))
    assert [ref.anchor for ref in article.footnotes[0].refs] == [None, "fnref-1-2"]
    assert 'href="#fnref-1-2" role="doc-backlink"' in (article.content_html or "")


def test_a_note_that_mentions_another() -> None:
    article = run(f"<p>It{mark(1)}.</p>", note(1, f"See {mark(2)}."), note(2))
    assert article.footnotes[0].html == 'See <sup id="fnref-2"><a href="#fn-2">[2]</a></sup>.'
    assert article.footnotes[1].refs[0].anchor == "fnref-2"


def test_an_unknown_placeholder_shows_what_was_printed() -> None:
    article = run(f"<p>It burned{mark(7, printed='[7]')}.</p>")
    assert article.body_html == "<p>It burned<sup>[7]</sup>.</p>"


def test_content_runs_nothing_and_links_are_absolute() -> None:
    article = run("<p>Text<script>alert(1)</script></p>", note(1, '<a href="/register" onclick="x()">R</a><img src=x onerror=alert(1)>'))
    content = article.content_html or ""
    assert "script" not in content and "onclick" not in content and "onerror" not in content
    assert article.footnotes[0].html.startswith('<a href="https://site.example/register"')


def test_running_twice_changes_nothing() -> None:
    once = run(f"<p>It burned{mark(1)}.</p>", note(1))
    assert footnotes(once, CONTEXT) == once
    assert compose_content(once) == once.content_html


def test_without_body_and_notes_there_is_no_content() -> None:
    assert run(None).content_html is None
    assert run("<p>Text.</p>").content_html == "<p>Text.</p>"


def test_the_record_given_stays_as_it_was() -> None:
    given = Article(body_html=f"<p>It{mark(1)}.</p>", footnotes=[note(1)])
    footnotes(given, CONTEXT)
    assert given.body_html == f"<p>It{mark(1)}.</p>" and given.content_html is None and given.footnotes[0].refs[0].anchor is None


def test_markers_of_the_page_that_look_like_the_normal_form_lead_to_no_note_of_the_record():
    body = (
        '<p id="fn-7">One<sup id="fnref-412-1"><a href="#fn-412-1">1</a></sup>, two<sup class="presslift-note" data-note="1" data-ref="1"></sup>, '
        'three<sup id="fnref-1"><a href="#fn-1" rel="footnote">[3]</a></sup>, <a href="#fn-part">part</a>.</p>'
    )
    article = Article(
        body_html=body,
        footnotes=[
            Footnote(index=1, marker="2", html='Its <a href="#fnref-9">back</a>', text="Its back", style="x", refs=[Ref(place="body")])
        ],
    )
    result = footnotes(article, CONTEXT)
    marker = '<sup id="fnref-1"><a href="#fn-1">[1]</a></sup>'
    assert result.body_html == f'<p>One<sup>1</sup>, two{marker}, three<sup>[3]</sup>, <a href="#fn-part">part</a>.</p>'
    assert result.footnotes[0].html == "Its back"
    assert footnotes(result, CONTEXT) == result


def test_a_link_ends_before_a_marker_and_goes_on_behind_it() -> None:
    mark = '<sup class="presslift-note" data-note="1" data-ref="1" data-marker="1"></sup>'
    note = Footnote(index=1, marker="1", html="n", text="n", style="x", refs=[])
    for within, expected in (
        (f"one{mark}", '<p><a href="/x/">one</a><sup id="fnref-1"><a href="#fn-1">[1]</a></sup> end</p>'),
        (
            f"one<em>two{mark} three</em> four",
            '<p><a href="/x/">one<em>two</em></a><sup id="fnref-1"><a href="#fn-1">[1]</a></sup><a href="/x/"><em> three</em> four</a> end</p>',
        ),
    ):
        article = footnotes(
            Article(url="https://site.example/a/", body_html=f'<p><a href="/x/">{within}</a> end</p>', footnotes=[note]), Context()
        )
        assert article.body_html == expected
        assert article.content_html is not None and article.content_html.startswith(expected)
