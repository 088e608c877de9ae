"""Shortcodes told from an editor's brackets."""

from __future__ import annotations

import pytest

from presslift.records import Article, Footnote
from presslift.transforms.clean_html import clean_html
from presslift.transforms.context import Context
from presslift.transforms.shortcodes import find_shortcodes


@pytest.mark.parametrize(
    "text",
    [
        "[1] and [2]",
        "he [sic] said […] and [...] went",
        "[Editor's note] [Editor's note: x] [ed.]",
        "[emphasis added] [laughs] [the author] [do not use]",
        "[2019] [see page 3] [translated by x] [well-known]",
        "[i] a[i] = b[x] a[key=1]",
        "[[gallery]] is how it is written",
        "[note: this]",
        "[NOT ONE ids='3']",
    ],
)
def test_brackets_of_an_editor_are_none(text):
    assert not find_shortcodes(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[gallery ids="1,2"]', 1),
        ("[toc] [contact-form-7 id='1' title='C']", 2),
        ("[su_button url=”http://x.example/” color=″red″]Go[/su_button]", 2),
        ("[et_pb_section fb_built=“1”][et_pb_row]t[/et_pb_row][/et_pb_section]", 4),
        ("[ref]text[/ref]", 2),
        ('[vc_row css=".a{margin: 0 [1] !important;}"]', 1),
        ("[wpforms 5]", 1),
        ("[caption id=attachment_1 width=300]x[/caption]", 2),
        ("[foo bar='1' /]", 1),
    ],
)
def test_shortcodes_are_found(text, found):
    assert len(find_shortcodes(text)) == found


def test_shortcodes_never_leak():
    article = Article(
        title="T [gallery]",
        excerpt="Start [su_note color=red]of it[/su_note]",
        body_html='<p>[gallery ids="1,2"]</p><p>a [box]<b>b</b>[/box] [1] [sic]</p><p>[form a=”1″<br />\nb=”2″]</p>'
        '<p>[caption id="x"]<img src="/a.jpg"> Cap[/caption]</p><pre><code>[gallery ids="3"]</code></pre>',
        footnotes=[Footnote(index=1, marker="1", html="See [toc] <i>x</i>", text="See [toc] x", style="s")],
    )
    result = clean_html(article, Context())
    assert result.body_html == '<p>a <b>b</b> [1] [sic]</p>\n<p><img src="/a.jpg"> Cap</p>\n<pre><code>[gallery ids="3"]</code></pre>'
    assert (result.title, result.excerpt) == ("T", "Start of it")
    assert (result.footnotes[0].html, result.footnotes[0].text) == ("See <i>x</i>", "See x")
    assert set(result.extraction.warnings) == {
        'shortcode not rendered: [gallery ids="1,2"]',
        "shortcode not rendered: [box]",
        "shortcode not rendered: [form a=”1″ b=”2″]",
        'shortcode not rendered: [caption id="x"]',
        "shortcode not rendered: [toc]",
        "shortcode not rendered: [gallery]",
        "shortcode not rendered: [su_note color=red]",
    }


def test_kept_verbatim_when_asked():
    result = clean_html(Article(title="T [gallery]", body_html='<p>a [gallery ids="1"] b</p>'), Context(), keep_shortcodes=True)
    assert (result.title, result.body_html) == ("T [gallery]", '<p>a [gallery ids="1"] b</p>')
    assert 'shortcode not rendered: [gallery ids="1"]' in result.extraction.warnings


def test_warnings_stay_few():
    body = "".join(f'<p>[gallery ids="{n}"]</p>' for n in range(100))
    warnings = clean_html(Article(body_html=body), Context()).extraction.warnings
    assert len(warnings) == 21
    assert warnings[-1] == "80 more shortcodes not rendered"
