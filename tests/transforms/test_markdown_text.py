"""The body as Markdown and as plain text."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from presslift.records import Article
from presslift.transforms.context import Context
from presslift.transforms.markdown import from_html, markdown
from presslift.transforms.text import count_words, plain, text
from presslift.transforms.tree import parse

MARK = '<sup id="fnref-1"><a href="#fn-1">1</a></sup>'


def plain_of(html: str) -> str:
    return plain(parse(html))


@pytest.mark.parametrize(
    ("html", "made"),
    [
        ("<h2>H</h2>\n\n<p> a <b>b</b>c\n d </p><p>e</p>", "H\n\na bc d\n\ne"),
        ("<p>a<br>b</p><p>c<br><br>d</p>", "a\nb\n\nc\n\nd"),
        ("<ul><li>x</li><li><p>y</p><ul><li>z</li></ul></li></ul><p>t</p>", "x\ny\nz\n\nt"),
        (
            "<table><caption>C</caption><tr><th>A</th><th>B</th></tr><tr><td></td><td><p>1</p><p>2</p></td></tr></table>n",
            "C\nA\tB\n\t1 2\n\nn",
        ),
        ("<pre>a\n  b\n\n\nc</pre><p>x</p>", "a\n  b\n\n\nc\n\nx"),
        ('<figure><img alt="no" src="x"><figcaption>Cap</figcaption></figure><p>t</p>', "Cap\n\nt"),
        ("<p>a<iframe>no</iframe>b <video>no</video></p><script>no</script>", "a b"),
        ("<blockquote><p>q</p><cite>c</cite></blockquote><dl><dt>t</dt><dd>d</dd></dl>", "q\n\nc\n\nt\nd"),
        ("<details><summary>S</summary><p>D</p></details>", "S\n\nD"),
        ("<p>a\u200bb\u00a0c\u00add</p>", "ab cd"),
        (f"<p>w{MARK}, x{MARK}</p>", "w [1], x [1]"),
        ("", ""),
    ],
)
def test_plain_text(html, made):
    assert plain_of(html) == made


@pytest.mark.parametrize(
    ("html", "made"),
    [
        ("100<sup>2</sup>", "100²"),
        ("10<sup>−3</sup> m<sup>2</sup>/s", "10⁻³ m²/s"),
        ("H<sub>2</sub>O, x<sub>max</sub>", "H₂O, xₘₐₓ"),
        ("2<sup>n</sup> + e<sup>x</sup>", "2ⁿ + eˣ"),
        ("10<sup>x/2</sup>", "10^(x/2)"),
        ("v<sub>0,1</sub>", "v_(0,1)"),
        ("1<sup>er</sup> 2<sup>nd</sup> M<sup>me</sup> XX<sup>e</sup>", "1er 2nd Mme XXe"),
        ("Name<sup>TM</sup>", "Nameᵀᴹ"),
        ("word<sup>[3]</sup> word<sup>*</sup>.", "word [3] word *."),
        ("word<sup>see the note below</sup>then", "word see the note below then"),
        (f"word{MARK}then", "word [1]then".replace("]then", "]then")),
        ("<sup>2</sup>H", "2H"),
        ("a <sup>2</sup>", "a 2"),
    ],
)
def test_superscript_apart(html, made):
    assert plain_of(f"<p>{html}</p>") == made


def test_superscript_apart_in_markdown():
    assert from_html(f"<p>100<sup>2</sup> <b>x</b><sub>2</sub> w{MARK}</p>") == "100² **x**₂ w[^1]"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("One two, three.", 3),
        ("it's well-known 3.14", 3),
        ("日本語 abc", 4),
        ("word [1] and [12]", 2),
        ("—  … !", 0),
        ("", 0),
        ("Привет мир", 2),
    ],
)
def test_words(body, words):
    assert count_words(body) == words


@pytest.mark.parametrize(
    ("html", "made"),
    [
        ("<h2>H <em>x</em></h2><p>a<br>b</p><hr>", "## H *x*\n\na\\\nb\n\n---"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol start=3><li>x</li></ol>", "- a\n  - b\n- c\n\n3. x"),
        ('<p><a href="https://e.example/a_b(c)?x=1&amp;y=2" title="T">l</a></p>', '[l](https://e.example/a_b(c)?x=1&y=2 "T")'),
        ('<pre><code class="language-php">a*b_c &lt;x&gt;\n\n  [y]</code></pre>', "```php\na*b_c <x>\n\n  [y]\n```"),
        ('<p><a href="/a/" title="one&#10;&lt;p&gt; two">a</a></p>', '[a](/a/ "one <p> two")'),
        ('<p><a href="/a/">a]b [c</a></p>', "[a\\]b \\[c](/a/)"),
        ('<pre>\none <a href="/a/">two</a>\n  three\n</pre>', "one [two](/a/)\\\n\u00a0\u00a0three"),
        ('<pre><code>one <a href="/a/">two</a></code></pre>', "one [two](/a/)"),
        ('<pre><div><p>one</p><ul><li><a href="/a/">two</a></li></ul></div></pre>', "one\n\n- [two](/a/)"),
        ('<pre class="wp-block-verse">one\n  two\n\nthree</pre>', "one\\\n\u00a0\u00a0two\\\n\\\nthree"),
        ('<figure><img src="/a.jpg" alt="a [b]"><figcaption>Cap</figcaption></figure>', "![a \\[b\\]](/a.jpg)\n\n*Cap*"),
        ('<figure><img src="/a.jpg" alt=""><figcaption>Cap <em>x</em></figcaption></figure>', "![](/a.jpg)\n\nCap *x*"),
        ('<figure><iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe></figure>', "<https://www.youtube.com/watch?v=dQw4w9WgXcQ>"),
        ("<blockquote><p>q</p></blockquote><p>x</p>", "> q\n\nx"),
        (
            f"<table><thead><tr><th>A|B</th><th>C</th></tr></thead><tbody><tr><td>1<br>2</td><td>x{MARK}</td></tr></tbody></table>",
            "| A\\|B | C |\n| --- | --- |\n| 1<br>2 | x[^1] |",
        ),
        ("<p><del>x</del> <code>a*b</code></p>", "~~x~~ `a*b`"),
        ('<p>w<sup><a href="https://e.example">[3]</a></sup></p>', "w[\\[3\\]](https://e.example)"),
        (' <p> </p>', ""),
    ],
)  # fmt: skip
def test_markdown(html, made):
    assert from_html(html) == made


@pytest.mark.parametrize(
    "words",
    ["a *b* _c_ **d**", "x_y_z __w__", "[x](y) ![i](j) [^1]", "<b> <!-- x --> </i>", "&amp; &copy; AT&T", "`q` ``", "~~s~~ ~t", "C:\\dir\\_x \\* \\\\",
     "1 < 2 > 1", "# no heading", "- no list", "1. no list", "2024. was", "+ x", "> q", "---", "===", "***", "| a | b |", "https://e.example/a_b_c", "a\\"],
)  # fmt: skip
def test_text_that_looks_like_markdown_stays_text(words):
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for html in (f"<p>{escaped}</p>", f"<p>x<br>{escaped}</p>"):
        rendered = MarkdownIt("gfm-like", {"linkify": False}).render(from_html(html))
        assert plain_of(rendered) == plain_of(html)
        assert not parse(rendered).xpath(".//em|.//strong|.//a|.//img|.//code|.//h1|.//h2|.//ul|.//ol|.//blockquote|.//hr|.//s|.//table")


def test_fields_of_the_record():
    article = Article(body_html=f"<p>One two{MARK}</p>")
    assert text(article, Context()).body_text == "One two [1]"
    assert text(article, Context()).word_count == 2
    assert markdown(article, Context()).body_markdown == "One two[^1]"
    assert article.body_text is None


def test_first_pull_quote_leads():
    figure = '<figure class="wp-block-pullquote"><blockquote><p>One</p><p>two</p><cite>C</cite></blockquote></figure>'
    html = f'<p>a</p>{figure}<blockquote class="pullquote">x</blockquote>'
    assert text(Article(body_html=html), Context()).lead_quote == "One two"
    assert text(Article(body_html=html, lead_quote="Told"), Context()).lead_quote == "Told"
    assert text(Article(body_html="<blockquote>x</blockquote>"), Context()).lead_quote is None
