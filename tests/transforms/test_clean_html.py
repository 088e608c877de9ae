"""HTML reduced to structure, and safe whatever it was."""

from __future__ import annotations

import re

import lxml.html
import pytest

from presslift.config import Settings
from presslift.records import Article, Comment, CommentAuthor, Footnote
from presslift.transforms import Context, apply, build_chain
from presslift.transforms.clean_html import clean_body, clean_html, sanitise

CONTEXT = Context(base_url="https://site.example")


def tight(html: str) -> str:
    """HTML without the new lines around blocks."""
    return re.sub(r"(?<=>)\n(?=<)", "", html)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        # wrappers
        ('<div class="elementor"><div class="e-con"><p>One</p>\n\n<div>two <b>x</b></div></div></div>', "<p>One</p>\n<p>two <b>x</b></p>"),
        ("<section><article><h2>H</h2></article></section>", "<h2>H</h2>"),
        ('<div lang="fr">mot</div>', '<div lang="fr">mot</div>'),
        (
            "<ul><li><div>a</div></li><li><p>b</p></li><li><p>c</p><p>d</p></li></ul>",
            "<ul><li>a</li><li>b</li><li><p>c</p><p>d</p></li></ul>",
        ),
        ("plain <b>words</b>", "plain <b>words</b>"),
        # empty things, white space
        ("<p>a</p><p>&nbsp;</p><p><br></p><p><span> </span></p><h3></h3><p>b</p>", "<p>a</p><p>b</p>"),
        ("<p> a&nbsp;&nbsp; b <br></p>", "<p>a b</p>"),
        ("<p>mot\u00a0: suite</p>", "<p>mot\u00a0: suite</p>".replace("\u00a0", "&nbsp;")),
        ("<p>a<b> </b>c</p>", "<p>a c</p>"),
        ("<table><tr><td></td><td>x</td></tr></table>", "<table><tbody><tr><td></td><td>x</td></tr></tbody></table>"),
        # Word, Google Docs, old tags
        ('<p class="MsoNormal" style="margin:0"><span style="mso-x:y">Word<o:p></o:p></span></p>', "<p>Word</p>"),
        ('<font color="red">r</font><center>c</center>', "r<p>c</p>"),
        ('<b style="font-weight:normal" id="docs-internal-guid-1"><p>x</p></b>', "<p>x</p>"),
        (
            '<span style="font-weight:700">b</span><span style="font-style:italic">i</span><span style="vertical-align: super">2</span>',
            "<strong>b</strong><em>i</em><sup>2</sup>",
        ),
        ("<strike>s</strike><tt>t</tt><acronym title='A'>a</acronym>", '<s>s</s><code>t</code><abbr title="A">a</abbr>'),
        ("<xml><w:data>junk</w:data></xml><!--[if gte mso 9]>junk<![endif]--><p>x</p>", "<p>x</p>"),
        # machinery
        ("<p>a<script>x</script><style>y</style></p><svg><title>t</title></svg>", "<p>a</p>"),
        ("<form><p>Mail</p><input name=m><button>Send</button></form><p>x</p>", "<p>x</p>"),
        ('<p>a</p><button class="lightbox-trigger">Enlarge</button>', "<p>a</p>"),
        ('<h3><button aria-controls="p">Title<span aria-hidden="true">+</span></button></h3>', "<h3>Title</h3>"),
        # hidden
        ('<div style="display: none">spam <a href="https://s.example">s</a></div><p hidden>h</p><p>x</p>', "<p>x</p>"),
        ('<p>a <span class="screen-reader-text">opens anew</span></p>', "<p>a </p>".replace(" </p>", "</p>")),
        ('<div class="faq-panel" style="display:none"><p>answer</p></div>', "<p>answer</p>"),
        ('<details><summary>S</summary><div style="display:none">d</div></details>', "<details><summary>S</summary><p>d</p></details>"),
        ('<p class="elementor-hidden-desktop">mobile</p><p class="elementor-hidden-mobile">desktop</p>', "<p>desktop</p>"),
        # structure
        (
            '<figure class="wp-block-pullquote has-x"><blockquote><p>q</p><cite>c</cite></blockquote></figure>',
            '<figure class="wp-block-pullquote"><blockquote><p>q</p><cite>c</cite></blockquote></figure>',
        ),
        ('<div class="pull-quote">q</div>', '<blockquote class="pullquote">q</blockquote>'),
        (
            '<pre class="wp-block-code"><code class="language-php hl">a  b\n\n\n c</code></pre>',
            '<pre class="wp-block-code"><code class="language-php">a  b\n\n\n c</code></pre>',
        ),
        ('<pre class="wp-block-verse">a\n  b</pre>', '<pre class="wp-block-verse">a\n  b</pre>'),
        (
            '<div id="attachment_3" class="wp-caption alignleft" style="width:9px"><img src="/c.jpg"><p class="wp-caption-text">C</p></div>',
            '<figure class="wp-caption alignleft"><img src="/c.jpg"><figcaption class="wp-caption-text">C</figcaption></figure>',
        ),
        (
            '<dl class="gallery-item"><dt class="gallery-icon"><img src="/a.jpg"></dt><dd class="wp-caption-text gallery-caption">C</dd></dl>',
            '<figure class="gallery-item"><img src="/a.jpg"><figcaption class="wp-caption-text gallery-caption">C</figcaption></figure>',
        ),
        ('<ol start="3" type="a"><li value="5">x</li></ol>', '<ol start="3" type="a"><li value="5">x</li></ol>'),
        ("<p>H<sub>2</sub>O 10<sup>2</sup></p>", "<p>H<sub>2</sub>O 10<sup>2</sup></p>"),
        ('<p dir="rtl" lang="ar">م</p>', '<p dir="rtl" lang="ar">م</p>'),
        ('<img class="emoji" alt="😀" src="https://s.w.org/e.svg">', "😀"),
        ('<p><math alttext="x^2"><mi>x</mi></math><span class="katex-html">x2</span></p>', '<p><span class="math">x^2</span></p>'),
        (
            '<object><param name="movie" value="http://www.youtube.com/v/abc"></object>',
            '<iframe src="http://www.youtube.com/embed/abc"></iframe>',
        ),
        ('<object data="/f/a.pdf"></object>', '<a href="/f/a.pdf">a.pdf</a>'),
        (
            '<div class="wp-block-file"><a href="/a.pdf">A</a><a href="/a.pdf" class="wp-block-file__button" download>Download</a></div>',
            '<div class="wp-block-file"><a href="/a.pdf">A</a></div>',
        ),
        ('<iframe src="https://www.googletagmanager.com/ns.html"></iframe><iframe></iframe><p>x</p>', "<p>x</p>"),
        ('<iframe src="https://p.example/1">no frames here', '<iframe src="https://p.example/1"></iframe>'),
    ],
)
def test_structure(given, made):
    assert tight(clean_body(given)) == tight(made)
    assert clean_body(clean_body(made)) == clean_body(made)


def test_embedded_post_stands_once():
    html = clean_body(
        '<blockquote class="wp-embedded-content" data-secret="x"><a href="https://o.example/p/">P</a></blockquote>'
        '<iframe class="wp-embedded-content" style="position: absolute; visibility: hidden;" src="https://o.example/p/embed/#?secret=x"></iframe>'
    )
    assert html == '<blockquote class="wp-embedded-content"><a href="https://o.example/p/">P</a></blockquote>'


def test_fragments_kept():
    html = clean_body(
        '<h2 id="part">H</h2><p id="target">T</p><p id="noise">N</p><a name="old"></a><div id="wrap"><p>x</p></div>'
        '<a href="#target">t</a><a href="/other/#section">o</a><a href="#wrap">w</a>'
    )
    assert '<h2 id="part">' in html and '<p id="target">' in html and '<a id="old"></a>' in html and 'id="wrap"' in html
    assert "noise" not in html
    assert 'href="#target"' in html and 'href="/other/#section"' in html


def test_placeholder_of_a_note_survives():
    mark = '<sup class="presslift-note" data-note="1" data-ref="2" data-marker="*"></sup>'
    assert clean_body(f"<p>a{mark}</p>") == f"<p>a{mark}</p>"
    assert clean_body(f'<table><tr><td><span style="x">{mark}</span></td></tr></table>').count(mark) == 1


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    '<math><annotation encoding="application/x-tex"><script>alert(1)</script></annotation></math>',
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a><a href='vbscript:x'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='da&#9;ta:text/html;base64,PHNjcmlwdD4='>x</a><img src='data:image/png;base64,AAAA'>",
    "<iframe src='javascript:alert(1)'></iframe><iframe srcdoc='<script>alert(1)</script>' src='https://a.example'></iframe>",
    "<iframe src='data:text/html,<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<form action='javascript:alert(1)'><button formaction='javascript:alert(1)'>x</button></form>",
    "<p style='background:url(javascript:alert(1))'>x</p><style>@import 'javascript:alert(1)'</style>",
    "<div onclick=alert(1) onmouseover=alert(1)>x</div>",
    "<video poster='javascript:alert(1)' onloadstart=alert(1)><source onerror=alert(1) src=x></video>",
    "<video src='javascript:alert(1)'></video><audio src='javascript:alert(1)' autoplay onplay=alert(1)></audio>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<base href='javascript:alert(1)//'><meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href='javascript:alert(1)'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<noscript><img src='x' onerror='alert(1)'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<textarea><script>alert(1)</script></textarea><title><img src=x onerror=alert(1)></title>",
    "<xmp><script>alert(1)</script></xmp><plaintext><script>alert(1)</script>",
    "<p id='x' name='y'><a name='javascript:alert(1)' href='#x'>x</a>",
    "<blockquote cite='javascript:alert(1)'>q</blockquote>",
    "<div class='rll-youtube-player' data-src='javascript:alert(1)'></div>",
    "<div class='rll-youtube-player' data-id='\"><script>alert(1)</script>'></div>",
    '<div class=\'elementor-widget-video\' data-settings=\'{"youtube_url":"http\\"><script>alert(1)</script>"}\'></div>',
    "<img data-src='javascript:alert(1)'><img srcset='javascript:alert(1) 2x' src='\" onerror=\"alert(1)'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<amp-img src='x' onerror='alert(1)'></amp-img>",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "<<script>script>alert(1)<</script>/script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<a href='https://x.example/\" onclick=\"alert(1)'>x</a>",
    "[caption id='\"><script>alert(1)</script>']x[/caption]",
    "<sup data-note='1\" onclick=\"alert(1)' data-marker='<script>alert(1)</script>'></sup>",
]

_RUNS = {"script", "style", "svg", "math", "object", "embed", "form", "base", "meta", "link", "template", "noscript", "textarea", "title"}


def _dangers(html: str) -> list[str]:
    """What a browser would run, read as a browser reads attributes."""
    found = []
    for element in lxml.html.fromstring(f"<div>{html}</div>").iter():
        if element.tag in _RUNS:
            found.append(str(element.tag))
        for name, value in element.attrib.items():
            address = re.sub(r"[\x00-\x20]", "", value).lower()
            inline = address.startswith("data:") and not (element.tag == "img" and address.startswith("data:image/png"))
            if (
                name.startswith("on")
                or name in ("style", "srcdoc", "formaction")
                or inline
                or address.startswith(("javascript:", "vbscript:"))
            ):
                found.append(f"{element.tag} {name}={value}")
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_runs(payload):
    article = Article(
        url="https://site.example/a/",
        body_html=f"<p>Before</p>{payload}<p>after</p>",
        footnotes=[Footnote(index=1, marker="1", html=payload, text="x", style="s")],
        comments=[Comment(id=1, author=CommentAuthor(name="x"), html=payload)],
    )
    result = apply(build_chain(Settings().transforms), article, CONTEXT)
    assert not [w for w in result.extraction.warnings if "failed" in w]
    for html in (
        result.body_html,
        result.content_html,
        result.footnotes[0].html,
        result.comments[0].html,
        *(e.html for e in result.embeds),
    ):
        assert not _dangers(html or ""), html
    assert not re.search(r"\]\(\s*<?\s*(?:javascript|vbscript|data:text):", result.body_markdown or "", re.I)
    assert not re.search(
        r"(?<!\\)<(?:script|img|svg|iframe)\b", re.sub(r"`[^`]*`|```.*?```", "", result.body_markdown or "", flags=re.S), re.I
    )


def test_inline_pictures_are_kept_and_nothing_else_inline():
    html = clean_body("<img src='data:image/png;base64,iVBORw0KGgo='><a href='data:image/png;base64,iVBORw0KGgo='>x</a>")
    assert html == '<img src="data:image/png;base64,iVBORw0KGgo="><a>x</a>'


def test_odd_tree_is_still_made_safe(monkeypatch):
    def fail(self):
        raise RuntimeError

    monkeypatch.setattr("presslift.transforms.structure.Cleaning.run", fail)
    assert clean_body("<p onclick=x>a<script>b</script></p>") == "<p>a</p>"


def test_body_as_it_came_is_not_touched():
    article = Article(body_html="<div>x</div>")
    clean_html(article, CONTEXT)
    assert article.body_html == "<div>x</div>"


def test_the_same_body_reads_the_same_however_it_was_spaced() -> None:
    wide = "\n\n<h2>H</h2>\n\n  <p>a</p> <iframe src='https://p.example/1'></iframe>\n<ul>\n <li>x</li>\n </ul><pre>1\n\n2</pre> \n"
    narrow = re.sub(r"\s*\n\s*|> <", lambda m: "><" if m[0] == "> <" else "", wide).replace("<pre>12</pre>", "<pre>1\n\n2</pre>")
    assert clean_body(wide) == clean_body(narrow)
    assert clean_body(wide) == '<h2>H</h2>\n<p>a</p>\n<iframe src="https://p.example/1"></iframe>\n<ul><li>x</li></ul>\n<pre>1\n\n2</pre>'


def test_rules_at_the_edges_are_no_part_of_the_body() -> None:
    assert (
        clean_body("<div><hr></div><p>a</p><hr><p>b</p><div><div><hr class='wp-block-separator'></div></div><hr>")
        == "<p>a</p>\n<hr>\n<p>b</p>"
    )
    # How a picture or a frame is loaded is the page's affair.
    assert "loading" not in clean_body("<p>a</p><iframe loading=lazy src='https://p.example/1'></iframe><img loading=lazy src=/a.jpg>")


def test_many_characters_that_the_sanitiser_is_slow_at_come_as_they_are():
    signs = "".join(map(chr, range(0xA1, 0xC0)))
    text = signs * 1000 + "\u00a0<abbr title='«x»'>·</abbr>"
    few, many = sanitise(f"<p>{signs} <abbr title='«x»'>·</abbr></p>"), sanitise(f"<p>{text}</p>")
    assert few == f'<p>{signs} <abbr title="«x»">·</abbr></p>'
    assert many == f'<p>{signs * 1000}&nbsp;<abbr title="«x»">·</abbr></p>'
