"""Addresses that are none: whoever wrote them, in whatever place, the article comes whole."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html

from presslift import extract
from presslift.scraper.parse.cards import find_cards
from presslift.scraper.parse.page import read_page

# What splitting refuses, whole or when the port or the host is asked for, and what it takes for a host with a slash in it.
NONE_AT_ALL = ["http://[", "//[::1", "http://[::1", "http://a:port/", "https://a\u2100.example/", "http://a]b/"]
URL = "https://sitio.example/nota/"
TITLE = "El faro que no se apaga"
TEXT = "El faro de la bahía se encendió en 1911, y desde entonces nadie lo ha visto apagado del todo."
CARD = '<div class="card"><h3><a href="{address}">La sopa del guarda, y otras {n}</a></h3><p>Dos frases.</p></div>'


def page(address: str) -> str:
    """A page that names the address wherever a page can name one."""
    head = f"""<base href="{address}"><link rel="canonical" href="{address}"><link rel="shortlink" href="{address}">
<link rel="alternate" hreflang="en" href="{address}"><link rel="next" href="{address}">
<meta property="og:url" content="{address}"><meta property="og:image" content="{address}">
<script type="application/ld+json">{{"@type": "Article", "url": "{address}", "image": "{address}",
"author": {{"@type": "Person", "name": "Ana Núñez", "url": "{address}"}}}}</script>"""
    body = f"""<p>{TEXT}<sup><a href="{address}#fn1" id="r1">1</a></sup> <a href="{address}">Aquí</a>.</p>
<figure><img src="{address}" srcset="{address} 2x" alt=""></figure><iframe src="{address}"></iframe>
<p>Ver también: <a href="{address}">La niebla</a></p>
<ol><li id="fn1">Según el libro del puerto. <a href="{address}#r1">↩</a></li></ol>"""
    after = f"""<div class="jp-relatedposts"><div class="jp-relatedposts-post"><a href="{address}">Mevas y pan</a></div></div>
<a rel="category tag" href="{address}">Faros</a><a rel="author" href="{address}">Ana Núñez</a>
{"".join(CARD.format(address=address, n=n) for n in range(4))}
<ol class="comment-list"><li class="comment" id="comment-5"><b class="fn"><a class="url" href="{address}">Luis</a></b>
<a href="{address}#comment-5">hoy</a><div class="comment-content"><p>Hola.</p></div></li></ol>"""
    return (
        f'<html lang="es"><head>{head}</head><body class="single single-post postid-31"><article><h1>{TITLE}</h1>'
        f'<div class="entry-content">{body}</div>{after}</article></body></html>'
    )


@pytest.mark.parametrize("place", [None, URL, "itself"])
@pytest.mark.parametrize("address", NONE_AT_ALL)
def test_an_address_that_is_none_costs_no_record(address: str, place: str | None) -> None:
    record = extract(page(address), address if place == "itself" else place)
    assert (record.title, record.wp_id) == (TITLE, 31)
    assert TEXT in (record.body_text or "")
    assert [note.text for note in record.footnotes] == ["Según el libro del puerto."]
    assert [comment.text for comment in record.comments] == ["Hola."]


@pytest.mark.parametrize("address", NONE_AT_ALL)
def test_a_page_served_at_an_address_that_is_none_is_read(address: str) -> None:
    assert TEXT in read_page(page(URL), address).body.html


@pytest.mark.parametrize("address", NONE_AT_ALL)
def test_cards_are_told_whatever_their_links(address: str) -> None:
    root = lxml_html.fromstring(page("/otra/"))
    assert len(find_cards(root, address)) == 4


@pytest.mark.parametrize("number", ["²", "9" * 6000])
def test_a_comment_numbered_with_no_number_costs_no_record(number: str) -> None:
    comment = f"""<ol class="comment-list"><li class="comment"><b class="fn">Luis</b><div class="comment-content"><p>Hola.</p></div>
<a class="comment-reply-link" data-commentid="{number}" href="#respond">Responder</a></li></ol>"""
    record = extract(
        f'<body class="single"><article><h1>{TITLE}</h1><div class="entry-content"><p>{TEXT}</p></div></article>{comment}', URL
    )
    assert (record.title, record.body_text) == (TITLE, TEXT)
