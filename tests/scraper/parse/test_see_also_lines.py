"""“See also” lines between paragraphs: those an editor wrote stay, those a plugin put there go."""

from __future__ import annotations

import pytest

from presslift.records import RelatedLink
from presslift.scraper.parse.document import read_fragment, text_of
from presslift.scraper.parse.related import read_inline
from tests.scraper.parse.test_related import ALPHA_BETA, PROSE, URL, links, told

# --- lines ---


def lines(markup: str) -> tuple[list[RelatedLink], str]:
    body = read_fragment(f"{PROSE}{markup}{PROSE}")
    return read_inline(body, None, URL), text_of(body)


@pytest.mark.parametrize(
    "phrase",
    [
        "See also:",
        "READ MORE:",
        "Lea también:",
        "Véase también:",
        "Leia também:",
        "Lire aussi :",
        "À lire aussi\u00a0:",
        "Lesen Sie auch:",
        "Siehe auch",
        "Leggi anche:",
        "Lees ook:",
        "Vegeu també:",
        "Ver tamén:",
        "Ikus gainera:",
        "Читайте также:",
        "Zobacz też:",
        "Ayrıca bakınız:",
        "اقرأ أيضًا:",
        "関連記事:",
        "延伸閱讀：",
        "👉 Also read:",
    ],
)
def test_a_line_that_an_editor_wrote_is_read_and_stays(phrase: str) -> None:
    found, rest = lines(f"<p><strong>{phrase}</strong> <a href='/alpha/'>Alpha</a></p>")
    assert told(found) == ALPHA_BETA[:1]
    assert found[0].place == "inline"
    assert "Alpha" in rest


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Some text.<br><em>See also:</em> <a href='/alpha/'>Alpha</a> and <a href='/beta/'>Beta</a>.</p>",
        "<ul><li>See also: <a href='/alpha/'>Alpha</a></li><li>See also: <a href='/beta/'>Beta</a></li></ul>",
        "<p><a href='/alpha/'><strong>See also: Alpha</strong></a></p><blockquote>Read also: <a href='/beta/'>Beta</a></blockquote>",
        f"<p><strong>See also:</strong></p><ul>{links('alpha', 'beta')}</ul>",
    ],
)
def test_forms_of_a_line(markup: str) -> None:
    found, rest = lines(markup)
    assert told(found) == ALPHA_BETA
    assert "Alpha" in rest and "Beta" in rest


@pytest.mark.parametrize(
    "markup",
    [
        "<p>See also the chapter on <a href='/alpha/'>Alpha</a>, which tells how it came to be and what followed from it.</p>",
        "<p>See also our <a href='/alpha/'>terms of use</a>.</p>",
        "<p>It is long known (see also <a href='/alpha/'>Alpha</a>).</p>",
        "<p>Read more <a href='/alpha/'>here</a></p>",
        "<p>More: <a href='https://other.example/x/'>Another site</a></p>",
        "<p>Related: <a href='#fn-1'>1</a></p>",
        "<p>Related: <a href='/doc.pdf'>The paper</a></p>",
        f"<h2>See also:</h2><ul>{links('alpha', 'beta')}</ul>",
        "<p>Related work was done by <a href='/alpha/'>Alpha</a>.</p>",
    ],
)
def test_what_is_no_line(markup: str) -> None:
    assert lines(markup)[0] == []


def test_what_a_plugin_put_between_paragraphs_is_read_and_taken_out() -> None:
    irp = (
        "<div style='clear:both'><style>.u1{color:red}</style><a href='/alpha/' target='_blank' rel='dofollow' class='u0123'><!-- INLINE RELATED POSTS 1/1 -->"
        "<style>.u0123{padding:0}</style><div><span class='ctaText'>See also</span>&nbsp; <span class='postTitle'>Alpha</span></div></a></div>"
    )
    found, rest = lines(irp + "<p>See also: <a href='/beta/'>Beta</a></p>")
    assert told(found) == ALPHA_BETA
    assert [link.source for link in found] == ["Inline Related Posts", "see also"]
    assert "Alpha" not in rest and "Beta" in rest
