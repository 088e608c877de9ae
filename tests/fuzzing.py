"""Pages spoilt at random, and what must hold for what becomes of them.

``python -m tests.fuzzing SECONDS [SEED]`` goes on with ever new pages and writes those that break a rule into
``tests/spoilt``, where ``test_fuzz`` finds them.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import lxml.html
import msgspec

import presslift
from presslift.checking_articles import ArticleChecks
from presslift.errors import ParseError
from presslift.records import Article
from presslift.scraper.parse.document import read_document

HOUSE = Path(__file__).resolve().parent
SPOILT = HOUSE / "spoilt"
"""Pages that once broke a rule: each is a file of its own, and no more is known of it."""
URL = "https://sitio.example/2024/05/nota/"
TAG = re.compile(rb"<[^<>]+>")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LEAST_WORDS = 8
"""Of a paragraph that is sought again: shorter ones may stand twice."""

SNIPPETS = [
    b"</div>", b"</body></html>", b"<div>", b"<p>", b"<b>", b"<a href='/x/'>", b"<table>", b"<form>", b"<!--", b"-->", b"<![CDATA[", b"]]>",
    b"<script>alert(1)</script>", b"<script>", b"<img src=x onerror=alert(1)>", b"<a href='javascript:alert(1)'>x</a>", b"<style>", b"<template>",
    b"<noscript>", b"<svg><script>alert(1)</script></svg>", b"<sup>1</sup>", b"<sup><a href='#fn1' id='fnref1'>1</a></sup>", b"[1]", b"[2]",
    b"<li id='fn1'>Una nota <a href='#fnref1'>x</a></li>", b"<h2>Notas</h2>", b"<p>[1] Una nota</p>", b"<p>1. Una nota</p>", b"[caption id='x']", b"[/caption]",
    b"[gallery ids='1,2']", b"&#0;", b"&nosuch", b"\x00", b"\x0b", b"\xff\xfe", b"\xed\xa0\x80", b"<!DOCTYPE html><html><head>", b"<title>Otro</title>",
    b"<h1>Otro</h1>", b"<time datetime='9999-99-99'>", b"<base href='http://[bad/'>", b"<link rel=canonical href='http://[bad/'>", b"<a href='http://[bad/'>x</a>",
    b"<p>Por Ana Ruiz</p>", b"<ol>", b"<ul><li>", b"<blockquote>", b"<iframe src='https://www.youtube.com/embed/x'></iframe>", b"<pre>", b"<br>", b"<hr>",
    b"<script type='application/ld+json'>{\"@type\": [1], \"author\": {}, }</script>", b"<div class='related-posts'><a href='/otra/'>Otra</a></div>",
    b"<div style='display:none'>", b"<section id='comments'><ol class='comment-list'><li class='comment' id='comment-x'>", b"<details><summary>", b"<math><mi>",
    b"<o:p>", b"<p><strong>[*]</strong> Una nota</p>", b"*", b"\xe2\x80\xa0", b"<sup>*</sup>", b"<footer>", b"<aside>", b"<nav>", b"<main>", b"<article>",
]  # fmt: skip
HARMLESS = [
    b"", b"\n", b"<!-- x -->", b"<!-- <p>no</p> -->", b"</span>", b"</b></i>", b"</section>", b"<script>var a='<p>no</p>';</script>", b"<style>p{}</style>", b"<?php x ?>",
    b"\x00", b"\x0b\x1f", b"<span></span>", b"<!---->", b"</nosuch>", b"<p></p>", b"<a id='x1'></a>", b"<noscript></noscript>", b"<wbr>", b"</html>",
]  # fmt: skip
"""What may stand between two paragraphs without a word of theirs being lost."""


@cache
def pages() -> list[bytes]:
    """The fixtures' pages, in order."""
    return [path.read_bytes() for path in sorted((HOUSE / "pages").glob("*/*/page.html"))]


# ---- spoiling


def _tags(page: bytes) -> list[tuple[int, int]]:
    return [match.span() for match in TAG.finditer(page)]


def drop_tag(page: bytes, choose: random.Random) -> bytes:
    tags = _tags(page)
    start, end = choose.choice(tags) if tags else (0, 0)
    return page[:start] + page[end:]


def double_tag(page: bytes, choose: random.Random) -> bytes:
    tags = _tags(page)
    start, end = choose.choice(tags) if tags else (0, 0)
    return page[:end] + page[start:end] + page[end:]


def swap_tags(page: bytes, choose: random.Random) -> bytes:
    tags = _tags(page)
    if len(tags) < 2:
        return page
    (a, b), (c, d) = sorted(choose.sample(tags, 2))
    return page[:a] + page[c:d] + page[b:c] + page[a:b] + page[d:]


def cut(page: bytes, choose: random.Random) -> bytes:
    start = choose.randrange(len(page) + 1)
    return page[:start] + page[start + choose.choice((1, 3, 40, 400, 4000)) :]


def end_early(page: bytes, choose: random.Random) -> bytes:
    return page[: choose.randrange(len(page) + 1)]


def repeat(page: bytes, choose: random.Random) -> bytes:
    start = choose.randrange(len(page) + 1)
    piece = page[start : start + choose.choice((5, 50, 500, 5000))]
    return page[:start] + piece * choose.choice((2, 3, 20)) + page[start:]


def insert(page: bytes, choose: random.Random) -> bytes:
    place = choose.choice(_tags(page) or [(0, 0)])[choose.randrange(2)] if choose.random() < 0.7 else choose.randrange(len(page) + 1)
    return page[:place] + choose.choice(SNIPPETS) + page[place:]


def splice(page: bytes, choose: random.Random) -> bytes:
    other = choose.choice(pages())
    return page[: choose.randrange(len(page) + 1)] + other[choose.randrange(len(other)) :]


def flip_encoding(page: bytes, choose: random.Random) -> bytes:
    text = page.decode("utf-8", "replace")
    how = choose.randrange(5)
    if how == 0:
        return text.encode("cp1252", "replace")
    if how == 1:
        return b"\xff\xfe" + text.encode("utf-16-le", "replace")
    if how == 2:
        return text.encode("utf-8", "replace").decode("latin-1").encode()
    if how == 3:
        return re.sub(
            rb"(?i)charset=[\"']?utf-8", choose.choice((b"charset=iso-8859-1", b"charset=punycode", b"charset=gbk", b"charset=x")), page
        )
    return page.replace(b"\xc3", b"", choose.randrange(1, 9))


def flip_bytes(page: bytes, choose: random.Random) -> bytes:
    spoilt = bytearray(page)
    for _ in range(choose.choice((1, 5, 50))):
        if spoilt:
            spoilt[choose.randrange(len(spoilt))] = choose.randrange(256)
    return bytes(spoilt)


def nest(page: bytes, choose: random.Random) -> bytes:
    place = choose.choice(_tags(page) or [(0, 0)])[1]
    return (
        page[:place]
        + choose.choice((b"<div>", b"<b>", b"<ul><li>", b"<blockquote>", b"<table><tr><td>", b"<sup>", b"<a href=x>")) * 300
        + page[place:]
    )


SPOILERS: list[Callable[[bytes, random.Random], bytes]] = [
    drop_tag, double_tag, swap_tags, cut, end_early, repeat, insert, insert, insert, splice, flip_encoding, flip_bytes, nest,
]  # fmt: skip


def spoilt(choose: random.Random) -> bytes:
    """A page with one to six things wrong with it."""
    page = choose.choice(pages())
    for _ in range(choose.choice((1, 1, 2, 3, 6))):
        page = choose.choice(SPOILERS)(page, choose)
    return page


def with_harmless(page: bytes, choose: random.Random) -> bytes:
    """A page with things between its paragraphs that no reader sees."""
    return re.sub(rb"(?=<p[ >])", lambda _: choose.choice(HARMLESS) if choose.random() < 0.5 else b"", page)


# ---- what must hold


def faults(page: bytes) -> Iterator[str]:
    """What does not hold for the record of a page, however spoilt it is."""
    try:
        record = presslift.extract(page, URL)
    except ParseError as error:
        if error.reason not in ("not_html", "too_large"):
            yield f"{error.reason}: {error.detail}"
        return
    encoded = msgspec.json.encode(record)
    if msgspec.json.decode(encoded, type=Article) != record:
        yield "the record is not what its JSON says"
    if found := CONTROLS.search(_texts(record)):
        yield f"control character {found[0]!r}"
    told: list[str] = []
    ArticleChecks(lambda kind, url, detail: told.append(f"{kind}: {detail}") if kind != "hidden" else None)(record)
    yield from told
    yield from _scripts(record)
    yield from _doubled(record, page)


def _texts(record: Article) -> str:
    return "\n".join(
        text
        for text in (record.title, record.excerpt, record.body_html, record.body_text, record.body_markdown, record.content_html)
        if text
    )


def _scripts(record: Article) -> Iterator[str]:
    pieces = [record.body_html, record.content_html, *(note.html for note in record.footnotes), *(c.html for c in record.comments)]
    for html in filter(None, pieces):
        for element in lxml.html.fragment_fromstring(html, create_parent="div").iter():
            if element.tag in ("script", "style", "object", "embed", "base", "meta", "link"):
                yield f"<{element.tag}> in the body"
            for name, value in element.attrib.items():
                if name.startswith("on") or re.sub(r"[\x00-\x20]", "", value).lower().startswith(("javascript:", "vbscript:")):
                    yield f"{name}={value[:40]} in the body"


def paragraphs(text: str | None) -> list[str]:
    """The longer paragraphs of a text."""
    return [part for part in (text or "").split("\n\n") if len(part.split()) >= LEAST_WORDS and "\n" not in part and "[" not in part]


def _doubled(record: Article, page: bytes) -> Iterator[str]:
    # As read, since a page may be in any encoding, and nested more deeply than other parsers go.
    there = _letters("".join(read_document(page, URL).root.itertext()))
    for part in dict.fromkeys(paragraphs(record.body_text)):
        printed = there.count(_letters(part))
        # What was mended on the way is not found again as it stands.
        if printed and (record.body_text or "").count(part) > printed:
            yield f"doubled: {part[:80]}"


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def lost(page: bytes, harmless: bytes) -> list[str]:
    """The paragraphs of a page's body that are missing, or stand twice, once something harmless was put between them."""
    before, after = presslift.extract(page, URL).body_text, presslift.extract(harmless, URL).body_text or ""
    return [part for part in paragraphs(before) if after.count(part) != (before or "").count(part)]


# ---- going on for long


def hunt(seconds: float, seed: int) -> None:
    """Spoil pages until the time is over; keep what breaks a rule, once for each rule and place."""
    known: set[str] = set()
    ended, number = time.monotonic() + seconds, 0
    while time.monotonic() < ended:
        number += 1
        choose = random.Random(f"{seed} {number}")
        if number % 4:
            page = spoilt(choose)
            started = time.process_time()
            found = list(faults(page))
            used = time.process_time() - started
            found += [f"{used:.1f} s for {len(page):,} bytes"] if used > 3 + len(page) / 50_000 else []
        else:
            whole = choose.choice(pages())
            page = with_harmless(whole, choose)
            found = [f"lost or doubled: {part[:80]}" for part in lost(whole, page)[:1]]
        for fault in found:
            kind = re.sub(r"\d+|0x\w+|https?:\S+", "#", fault)[:60]
            if kind not in known:
                known.add(kind)
                SPOILT.mkdir(exist_ok=True)
                name = hashlib.sha256(page).hexdigest()[:12]
                (SPOILT / f"{name}.html").write_bytes(page)
                print(json.dumps([name, number, fault], ensure_ascii=False), flush=True)
    print(f"{number:,} pages, {len(known)} kinds of faults")


if __name__ == "__main__":
    hunt(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
