"""Links listed, settled and resolved."""

from __future__ import annotations

from presslift.records import Article, RelatedLink, Translation
from presslift.transforms.context import Context
from presslift.transforms.links import links

RECORDS = {"https://site.example/b/": "b" * 16, "https://site.example/?p=7": "b" * 16, "https://en.site.example/b/": "e" * 16}
CONTEXT = Context(
    base_url="https://site.example",
    site_hosts=frozenset({"site.example", "en.site.example"}),
    article_id=RECORDS.get,
)
HERE = "https://site.example/2024/a/"


def made(html: str, **fields) -> Article:
    return links(Article(url=HERE, body_html=html, **fields), CONTEXT)


def test_links_counted():
    article = made(
        '<p><a href="/b/">B</a> <a href="/b/">B again</a></p><table><tr><td><a href="https://o.example/x?utm_source=s">o <b>x</b></a></td></tr></table>'
        '<p>w<sup id="fnref-1"><a href="#fn-1">1</a></sup><a>none</a></p><ul><li><a href="mailto:a@b.example">m</a></li></ul>'
    )
    assert [(link.position, link.url, link.text, link.kind) for link in article.links] == [
        (1, "https://site.example/b/", "B", "internal"),
        (2, "https://site.example/b/", "B again", "internal"),
        (3, "https://o.example/x?utm_source=s", "o x", "external"),
        (4, "mailto:a@b.example", "m", "mail"),
    ]
    assert article.body_html.count("href=") == 5  # the note's marker too


def test_kinds_fragments_and_records():
    article = made(
        '<a href="../b/?replytocom=3#comments">r</a><a href="//www.site.example/?p=7">p</a><a href="/b/#part%20two" rel="nofollow  noopener">f</a>'
        '<a href="#here">h</a><a href="https://site.example/2024/a/#there">t</a><a href="/files/a.PDF?x=1">d</a><a href="tel:+34">t</a>'
        '<a href="https://pic.example/a.jpg">j</a><a href="">self</a><a href="https://en.site.example/b/">e</a>'
    )
    got = [(link.url, link.kind, link.fragment, link.article_id) for link in article.links]
    assert got == [
        ("https://site.example/2024/b/?replytocom=3#comments", "internal", "comments", None),
        ("https://www.site.example/?p=7", "internal", None, None),
        ("https://site.example/b/#part%20two", "internal", "part two", "b" * 16),
        ("https://site.example/2024/a/#here", "anchor", "here", None),
        ("https://site.example/2024/a/#there", "anchor", "there", None),
        ("https://site.example/files/a.PDF?x=1", "file", None, None),
        ("tel:+34", "mail", None, None),
        ("https://pic.example/a.jpg", "file", None, None),
        ("https://site.example/2024/a/", "internal", None, None),
        ("https://en.site.example/b/", "internal", None, "e" * 16),
    ]
    assert article.links[2].rel == "nofollow noopener"


def test_fragments_kept():
    html = made('<a href="/b/#section">x</a><a href="#here">y</a><a href="https://site.example/2024/a/#there">z</a>').body_html
    assert html == '<a href="https://site.example/b/#section">x</a><a href="#here">y</a><a href="#there">z</a>'


def test_whole_tag_rewritten():
    html = made(
        '<a href="/u/a.jpg"><img src="/u/a-300x200.jpg" srcset="/u/a-300x200.jpg 300w, ../a.jpg 900w" data-full-url="/u/a.jpg"></a>'
    ).body_html
    assert html == (
        '<a href="https://site.example/u/a.jpg"><img src="https://site.example/u/a-300x200.jpg" '
        'srcset="https://site.example/u/a-300x200.jpg 300w, https://site.example/2024/a.jpg 900w" data-full-url="https://site.example/u/a.jpg"></a>'
    )


def test_record_and_body_write_an_address_the_same_way():
    article = made('<a href="/año/un lugar/?q=é">x</a>')
    assert article.links[0].url == "https://site.example/a%C3%B1o/un%20lugar/?q=%C3%A9"
    assert f'href="{article.links[0].url}"' in article.body_html


def test_related_and_translations_are_resolved():
    article = made(
        "<p>x</p>",
        related=[
            RelatedLink(position=1, place="box", url="/b/", image="/i.jpg"),
            RelatedLink(position=2, place="box", url="https://o.example/"),
        ],
        translations=[Translation(language="en", url="https://en.site.example/b/")],
    )
    assert [(r.url, r.image, r.article_id) for r in article.related] == [
        ("https://site.example/b/", "https://site.example/i.jpg", "b" * 16),
        ("https://o.example/", None, None),
    ]
    assert article.translations[0].article_id == "e" * 16


def test_odd_addresses_are_left_as_written():
    article = made('<a href="http://[bad">x</a><a href="http://:80:90/">y</a><img src="http://[bad/a.jpg">')
    assert [link.url for link in article.links] == ["http://[bad", "http://:80:90/"]
    assert {link.kind for link in article.links} == {"external"}


def test_stale_links_go_with_the_body():
    article = made("<p><a href='/b/'>x</a></p>")
    assert links(Article(url=HERE, links=article.links), CONTEXT).links == []


def test_a_link_that_shows_nothing_is_taken_out() -> None:
    article = made('<p>a<a href="/b/"></a> b <a href="#c" id="d"> </a>c <a href="/e/"><img src="f.png"></a></p>')
    assert [link.url for link in article.links] == ["https://site.example/e/"]
    assert (
        article.body_html
        == '<p>a b <a id="d"> </a>c <a href="https://site.example/e/"><img src="https://site.example/2024/a/f.png"></a></p>'
    )


def test_a_link_within_the_article_is_recorded_as_the_body_has_it() -> None:
    article = made('<p><a href="https://old.example/a/#part">part</a></p>', canonical_url="https://old.example/a/")
    assert [(link.url, link.kind, link.fragment) for link in article.links] == [(f"{HERE}#part", "anchor", "part")]
    assert article.body_html == '<p><a href="#part">part</a></p>'
