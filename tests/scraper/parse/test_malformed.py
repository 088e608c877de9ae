"""Pages that are broken: whatever is wrong around it, the article comes whole."""

from __future__ import annotations

import json

import pytest

from presslift import extract
from presslift.records import Article

URL = "https://sitio.example/nota/"
PARAGRAPHS = [
    "El faro de la bahía se encendió en 1911, y desde entonces nadie lo ha visto apagado del todo.",
    "La señora Núñez, que lo cuida, sube cada tarde con una lámpara — «por si acaso», dice — y un plato de sopa.",
    "Quien llega por mar lo ve a treinta millas; quien llega por tierra, ni eso, porque la niebla es del pueblo.",
    "El domingo abre la torre: doscientos escalones, un banco al final y todo el viento que uno quiera.",
]
TITLE = "El faro que no se apaga"


def body(*between: str) -> str:
    """The four paragraphs, with something between them."""
    parts = [f"<p>{text}</p>" for text in PARAGRAPHS]
    for place, piece in enumerate(between, 1):
        parts.insert(2 * place - 1, piece)
    return "\n".join(parts)


def page(content: str | None = None, *, head: str = "", start: str = "<!DOCTYPE html><html lang='es'>", end: str = "</body></html>") -> str:
    return (
        f"{start}<head><meta charset='utf-8'><title>{TITLE} – Sitio</title>{head}</head><body class='single single-post postid-7'>"
        f"<header><nav><ul class='menu'><li><a href='/'>Inicio</a></li></ul></nav></header>"
        f"<article class='post-7 post hentry'><h1 class='entry-title'>{TITLE}</h1><div class='entry-content'>{content or body()}</div></article>"
        f"<footer>© Sitio</footer>{end}"
    )


def is_whole(record: Article, *, title: bool = True) -> None:
    assert [(record.body_text or "").count(text) for text in PARAGRAPHS] == [1] * 4, record.body_text
    assert not title or record.title == TITLE


MARKUP: dict[str, str] = {
    "body-closed-early": page(body("</body>")),
    "html-closed-early": page(body("", "</body></html>")),
    "html-closed-twice": page(body("</html>", "</html>", "</html>")),
    "closers-of-what-is-not-open": page(body("</span></b></section>", "</table></td></ul>", "</form></a>")),
    "content-div-closed-early-by-one": page(body("<div>caja</span></b></div>")),
    "nothing-closed": page().replace("</p>", "").replace("</div>", "").replace("</article>", "").replace("</body></html>", ""),
    "emphasis-never-closed": page(body("<b>", "<i>", "<em>")),
    "link-never-closed": page().replace("que lo cuida", "<a href='/x/'>que lo cuida"),
    "attribute-never-closed": page(body('<span class="a"b"c">caja</span>', "<span title='uno\"dos'>caja</span>")),
    "comment-never-closed-behind": page(end="<!-- fin"),
    "comment-with-dashes": page(body("<!-- a -- b --->", "<!-->", "<!--->")),
    "conditional-comments": page(body("<!--[if lt IE 9]><p>viejo</p><![endif]-->", "<![if !IE]>", "<![endif]>")),
    "document-in-document": page(body("", "<!DOCTYPE html><html><head><title>Otra</title></head><body>", "</body></html>")),
    "head-in-body": page(body("<head><meta name='x' content='y'><link rel='stylesheet' href='/a.css'></head>")),
    "two-bodies": page(body("<body class='otra'>")),
    "cdata": page(body("<![CDATA[ caja ]]>", "<script>//<![CDATA[\nvar a = '</p>';\n//]]></script>")),
    "null-bytes": page().replace("faro", "fa\x00ro").replace("<p>", "<\x00p>"),
    "control-characters": page().replace("señora", "se\x0bño\x01ra").replace("</p>", "\x1f</p>"),
    "processing-instructions": page(body("<?php echo 'x' ?>", "<?xml version='1.0'?>")),
    "no-html": page(start="").replace("</body></html>", ""),
    "no-head": page().replace("<head>", "").replace("</head>", ""),
    "fragment": f"<h1 class='entry-title'>{TITLE}</h1><div class='entry-content'>{body()}</div>",
    "xhtml": page(start='<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="es">'),
    "upper-case": page().replace("<p>", "<P>").replace("</p>", "</P>").replace("<div class=", "<DIV CLASS=").replace("<article", "<ARTICLE"),
    "paragraph-in-paragraph": page(body("<p><p>", "<p>")),
    "block-in-paragraph": page(body("<p><div>caja</div></p>")),
    "table-soup": page(body("<table><tr><p>caja</p><td>uno</table>")),
    "list-items-alone": page(body("<li>uno<li>dos")),
    "php-fatal-error-behind": page(end="<br />\n<b>Fatal error</b>:  Allowed memory size of 1 bytes exhausted in <b>/srv/x.php</b> on line <b>3</b><br />"),
    "form-around": page(f"<form method='post' action='x'>{body('<input type=hidden>')}</form></form>"),
    "entities": page(body("&nosuch; &#xZZ; &#99999999; &amp &lt &#0;")),
    "less-than-in-text": page(body("<p>si a < b y b <c entonces", "<p>3<4 y <5</p>")),
    "half-a-tag-at-the-end": page(end="</body></html><div class="),
    "custom-elements": page(f"<my-box><x-y z>{body('<o:p></o:p>')}</x-y></my-box>"),
    "noscript-head": page(head="<noscript><img src='/p.gif'></noscript>"),
    "script-with-markup": page(body("<script>document.write('<div><p>no</p>');</script>", "<style>p::after{content:'</p>'}</style>")),
    "amp": page(
        body("<amp-img src='/a.jpg' width='1' height='1' layout='responsive'></amp-img>"),
        start="<!doctype html><html ⚡ lang='es'>",
        head="<script async src='https://cdn.ampproject.org/v0.js'></script><link rel='canonical' href='https://sitio.example/nota/'>",
    ),
    "same-id-twice": page(body('<div id="content">uno</div>', '<div id="content">dos</div>')).replace(
        "<div class='entry-content'>", "<div class='entry-content' id='content'>"
    ),
    "attributes-twice": page().replace("<div class='entry-content'>", "<div class='entry-content' class='sidebar' id='a' id='b'>"),
    "references-to-control-characters": page(body("&#1;<form>x</form>&#x1F;<br>", "<p>x&#0;&#11;&#xFFFE;<script></script>&#12;</p>&#31")).replace("faro", "fa&#2;ro").replace("niebla", "n&#x1;iebla"),
    "windows-line-ends": page().replace("\n", "\r\n"),
    "old-mac-line-ends": page().replace("\n", "\r"),
    "php-warning-before": "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/srv/x.php</b> on line <b>3</b><br />\n" + page(),
    "bom-inside": "\ufeff" + page().replace("<body", "\ufeff<body"),
}  # fmt: skip


@pytest.mark.parametrize("name", MARKUP)
def test_broken_markup_loses_no_paragraph(name: str) -> None:
    is_whole(extract(MARKUP[name].encode(), URL))


TEXT = page()
OLD = TEXT.replace("—", "-").replace("–", "-")
ENCODED: dict[str, bytes] = {
    "utf-8-called-latin-1": TEXT.replace("utf-8", "iso-8859-1").encode(),
    "latin-1-called-utf-8": OLD.encode("latin-1"),
    "windows-1252-called-latin-1": TEXT.replace("utf-8", "iso-8859-1").encode("cp1252"),
    "windows-1252-called-nothing": TEXT.replace("<meta charset='utf-8'>", "").encode("cp1252"),
    "utf-8-bom-called-latin-1": b"\xef\xbb\xbf" + TEXT.replace("utf-8", "iso-8859-1").encode(),
    "utf-16-bom": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "utf-16-big-endian-bom": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "unknown-name": TEXT.replace("utf-8", "x-nonsense").encode(),
    "name-of-no-text": OLD.replace("utf-8", "punycode").encode("latin-1"),
    "name-of-no-text-utf-7": OLD.replace("utf-8", "utf-7").encode("latin-1"),
}

PLAIN = ("latin-1-called-utf-8", "name-of-no-text", "name-of-no-text-utf-7")
"""Written without the dashes that this encoding lacks."""


@pytest.mark.parametrize("name", ENCODED)
def test_a_wrong_encoding_loses_no_letter(name: str) -> None:
    record = extract(ENCODED[name], URL)
    wanted = [text.replace("—", "-") if name in PLAIN else text for text in PARAGRAPHS]
    assert [part for part in (record.body_text or "").split("\n\n") if part in wanted] == wanted, record.body_text
    assert record.title == TITLE


def test_a_few_bytes_that_are_no_text_cost_no_more_than_themselves() -> None:
    record = extract(TEXT.encode().replace(b"niebla", b"nie\xff\xfebla", 1), URL)
    text = record.body_text or ""
    assert "nie\ufffd\ufffdbla" in text and all(p in text for p in PARAGRAPHS if "niebla" not in p)


def test_a_text_of_two_encodings_keeps_the_larger_part() -> None:
    mixed = TEXT.encode().replace(b"</article>", "<p>Comentario de otra época: ¡olé!</p></article>".encode("latin-1"))
    record = extract(mixed, URL)
    assert all(p in (record.body_text or "") for p in PARAGRAPHS)


JSON_LD = {
    "@context": "https://schema.org", "@type": "BlogPosting", "headline": TITLE, "datePublished": "2024-05-06T07:08:09+02:00",
    "author": {"@type": "Person", "name": "Ana Núñez"}, "url": URL,
}  # fmt: skip
WRITTEN = json.dumps(JSON_LD, ensure_ascii=False, indent=1)
BROKEN_JSON: dict[str, str] = {
    "trailing-comma": WRITTEN.replace('"\n}', '",\n}').replace('"Ana Núñez"', '"Ana Núñez",'),
    "comment-block": WRITTEN.replace('"@type"', '/* de un complemento */ "@type"', 1),
    "comment-line": WRITTEN.replace('"headline"', '// el título\n"headline"'),
    "in-cdata": f"//<![CDATA[\n{WRITTEN}\n//]]>",
    "in-html-comment": f"<!--\n{WRITTEN}\n-->",
    "line-end-in-a-string": WRITTEN.replace("Núñez", "Núñez\n"),
    "tab-in-a-string": WRITTEN.replace('"Ana ', '"Ana\t'),
    "array": f"[{WRITTEN}]",
    "graph": f'{{"@context": "https://schema.org", "@graph": [{WRITTEN}, null, 5, "x"]}}',
}


@pytest.mark.parametrize("name", BROKEN_JSON)
def test_broken_json_ld_is_read_all_the_same(name: str) -> None:
    record = extract(page(head=f'<script type="application/ld+json">{BROKEN_JSON[name]}</script>'), URL)
    is_whole(record)
    assert (record.published or "")[:10] == "2024-05-06"
    assert [" ".join(a.name.split()) for a in record.authors] == ["Ana Núñez"]


@pytest.mark.parametrize("text", ["", "null", "5", '"x"', "[]", "{}", "{", "[[[[", '{"@graph": 5}', '{"author": {"author": []}}', "NaN", "\x00", '{"@type": {}}', '{"headline": {"a": 1}, "datePublished": [1], "author": [[["x"]]], "image": [null, {"url": 5}], "keywords": 7, "inLanguage": {}}'])  # fmt: skip
def test_json_ld_that_says_nothing_costs_nothing(text: str) -> None:
    is_whole(extract(page(head=f'<script type="application/ld+json">{text}</script>'), URL))


@pytest.mark.parametrize("tag", ["section", "article", "main", "div"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_an_end_tag_that_comes_too_early_costs_no_paragraph(tag: str, place: int) -> None:
    parts = [f"<p>{text}</p>" for text in PARAGRAPHS]
    parts.insert(place, f"</{tag}>")
    html = f'<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><{tag} class="entry-content">{"".join(parts)}</{tag}></body></html>'
    record = extract(html, URL)
    assert (record.body_text or "").split("\n\n") == PARAGRAPHS
    assert "end tags that came too early removed: 1" in record.extraction.warnings


def test_an_end_tag_too_many_at_the_end_opens_nothing_again() -> None:
    text = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    after = "<div class='x'><p>Otra cosa, que está detrás del texto y no es parte de él.</p></div></div>"
    record = extract(f"<html><body><h1>{TITLE}</h1><div class='entry-content'>{text}</div>{after}</body></html>", URL)
    assert (record.body_text or "").split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize("number", ["9" * 6000, "³3"])
def test_ids_that_are_no_numbers_cost_no_record(number: str) -> None:
    head = (
        f'<link rel="shortlink" href="{URL}?p={number}"><link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/{number}">'
    )
    classes = f"single postid-{number} parent-pageid-{number} author-{number} paged-{number}"
    form = f'<form id="commentform"><input name="comment_post_ID" value="{number}"></form>'
    comment = f'<ol class="comment-list"><li class="comment depth-{number}" id="comment-{number}"><p>Hola</p></li></ol>'
    article = f'<article id="post-{number}"><h1>{TITLE}</h1><a rel="author" href="/?author={number}">Ana Núñez</a><div class="entry-content">{body()}</div></article>'
    html = f"<html><head>{head}</head><body class='{classes}'>{article}{comment}{form}</body></html>"
    for url in (URL, f"{URL}?author={number}", f"{URL}page/{number}/", f"https://sitio.example/archives/{number}", f"{URL}?p={number}"):
        record = extract(html, url)
        assert record.wp_id is None and record.title == TITLE


@pytest.mark.parametrize(("ids", "told"), [(["16"], 16), (["16", "16"], 16), (["16", "17"], None), (["0x10"], None)])
def test_the_comment_form_tells_the_id_where_nothing_else_does(ids: list[str], told: int | None) -> None:
    form = "".join(f'<form><p><input type="hidden" name="comment_post_ID" value="{number}"></p></form>' for number in ids)
    cards = "<article><h2><a href='/a/'>A</a></h2></article>" * 5
    html = f"<html><head></head><body><div><h1>{TITLE}</h1><div class='entry-content'>{body()}</div></div>{cards}<div id='comments'><div id='respond'>{form}</div></div></body></html>"
    record = extract(html, URL)
    assert record.wp_id == told


def test_a_stray_end_tag_does_not_open_a_box_again() -> None:
    box = "<section class='related-posts'><h3>Relacionados</h3><div><a href='/otra/'>Otra nota</a></div></section>"
    html = f"<html><body><h1>{TITLE}</h1><div class='entry-content'>{box}{body('</section>')}</div></body></html>"
    assert [p for p in (extract(html, URL).body_text or "").split("\n\n") if p in PARAGRAPHS] == PARAGRAPHS
