"""Pages and names of any size and shape against the whole job: bounded in time and memory, and never out of OUT."""

from __future__ import annotations

import gzip
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

import pytest

from presslift import extract
from presslift.config import Settings
from presslift.demo import themes
from presslift.pipeline import Options, migrate, sync
from presslift.scraper.fetch.addresses import canonical
from tests.commands import presslift
from tests.faulty import DOORS, NO_REST, PAGES_ALONE, FaultySite, changes, content, failures, holds, lines, quick, records
from tests.servers import page
from tests.test_hostile import wordpress

PATHS = {
    "up": "/../../../etc/passwd", "up-encoded": "/..%2f..%2fetc%2fpasswd/", "absolute": "//etc/passwd/", "windows": "/C:\\windows\\system32/", "reserved": "/con/", "dots": "/.../",
    "null": "/a%00b/", "control": "/a%01%0d%0ab/", "long": f"/{'l' * 1500}/", "emoji": "/🐳-y-🐋/", "rtl": "/مقال-عن-الماء/", "override": "/a\u202egpj.exe/", "combining": "/cafe\u0301-uno/",
    "percent": "/100%-seguro/", "quote": "/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/", "space": "/a b/", "query": "/a%3fb%23c/", "bad-utf8": "/%ff%fe/", "fullwidth": "/．．／etc/", "formula": "/=HYPERLINK(1)/",
}  # fmt: skip
TITLES = {
    "t-null": "Antes\x00 y después", "t-control": "Con \x01\x02\x0b\x1f controles", "t-long": "Título " * 20_000, "t-emoji": "🐳 en el río", "t-rtl": "عنوان عن الماء", "t-override": "Foto \u202egpj.exe",
    "t-markup": "<script>alert(1)</script> & <b>más</b>", "t-formula": "=cmd|' /C calc'!A0", "t-lines": "Uno\r\nDos\tTres\u2028Cuatro", "t-empty": "", "t-spaces": " \u00a0\u200b ",
}  # fmt: skip


class OddSite(FaultySite):
    """``FaultySite`` whose posts may have a ``raw`` path, printed as it is and answered in any spelling."""

    def link(self, post: dict[str, Any]) -> str:
        return f"{self.url}{post['raw']}" if "raw" in post else super().link(post)

    def answer(self, target: str) -> tuple[int, str, bytes, dict[str, str]]:
        for post in self.data["posts"]:
            if "raw" in post and canonical(self.url + target) == canonical(self.link(post)):
                return 200, "text/html; charset=UTF-8", themes.single(self, post).encode("utf-8", "replace"), {}
        return super().answer(target)


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_odd_names_stay_in_out_and_apart(tmp_path: Path, doors: dict[str, bool]) -> None:
    out = tmp_path / "inner" / "OUT"
    with OddSite(**doors) as site:
        for key, raw in PATHS.items():
            site.add(key, raw=raw, content=f"<p>El texto de {key}, que no es el de ningún otro y tiene sus palabras.</p>")
        for key, title in TITLES.items():
            site.add(key, title=title, content=f"<p>El texto de {key}, que no es el de ningún otro y tiene sus palabras.</p>")
        migrate(site.url, out, config=quick())
        found = lines(out, "articles")
        texts = "\n".join(a["body_text"] or "" for a in found)
        assert [key for key in (*PATHS, *TITLES) if f"El texto de {key}," not in texts] == []
        assert len(found) == len(site.slugs) and failures(out) == {}
        assert len({a["id"] for a in found}) == len(found)
        before = content(out)
        sync(out, config=quick(), options=Options(full=True))
        assert content(out) == before and changes(out) == []
    holds(out)
    # Nothing was written but what an OUT has, under names of its own.
    assert {p.name for p in tmp_path.iterdir()} == {"inner"}
    assert {p.name for p in (tmp_path / "inner").iterdir()} == {"OUT"}
    for path in out.rglob("*"):
        assert path.name.isascii() and len(path.name) < 60
    for path in (out / "export").glob("*.jsonl"):
        assert "\x00" not in path.read_text(encoding="utf-8") and "\\u0000" not in path.read_text(encoding="utf-8")
    for path in (out / "export").glob("*.csv"):
        assert "\x00" not in path.read_text(encoding="utf-8-sig")


def test_an_address_of_ten_thousand_characters(tmp_path: Path) -> None:
    for name, doors in DOORS.items():
        with OddSite(**doors) as site:
            site.add("endless", raw=f"/{'muy-' * 2500}/", content="<p>Un texto con una dirección sin fin.</p>")
            migrate(site.url, tmp_path / name, config=quick())
            found = {a["title"] for a in lines(tmp_path / name, "articles")}
            left = {row["rule"] for row in lines(tmp_path / name, "excluded")}
        # A crawl takes it for a trap and says so; a listing that names it is believed.
        assert any(t.startswith("Nota ") for t in found) != ("trap: too long" in left), name
        holds(tmp_path / name)


def around(inner: str) -> str:
    return wordpress(
        "Nota", f'<article class="post hentry"><h1 class="entry-title">Nota</h1><div class="entry-content">{inner}</div></article>'
    ).replace('class="page"', 'class="single single-post postid-9"')


SENTENCE = "<p>Una frase de prueba con <a href='/x/'>un enlace</a> y <b>algo</b> más, que se repite hasta cansar.</p>"
HUGE: dict[str, str] = {
    "paragraphs": around(SENTENCE * 3_000),
    "one-word": around(f"<p>{'a' * 9_000_000}</p>"),
    "deep": around("<div>" * 10_000 + "<p>En el fondo hay un texto con sus palabras, como en cualquier otra parte.</p>" + "</div>" * 10_000),
    "deep-inline": around("<b><i>" * 5_000 + "texto" + "</i></b>" * 5_000),
    "unclosed": around("<ul><li>" * 10_000),
    "attributes": around(f"<p {' '.join(f'a{n}=1' for n in range(100_000))}>Texto.</p>"),
    "comments": around("<!-- " + "-" * 2_000_000 + " --><p>Texto corto.</p>" + "<!--" * 10_000),
    "entities": around("<p>" + "&amp;&lt;&#x41;&nosuch;" * 20_000 + "</p>"),
    "links": around("".join(f"<a href='/nota-{n}/'>{n}</a> " for n in range(3_000))),
    "notes": around("<p>Texto" + "".join(f"<sup><a href='#fn{n}' id='r{n}'>[{n}]</a></sup>" for n in range(700)) + "</p><ol>" + "".join(f"<li id='fn{n}'>Nota {n} <a href='#r{n}'>↩</a></li>" for n in range(700)) + "</ol>"),
    "table": around("<table>" + "<tr>" + "<td>x</td>" * 100 + "</tr>" * 300 + "</table>"),
    "brackets": around("<p>" + "[[" * 20_000 + "</p><p>" + "(((" * 20_000 + "</p>"),
    "spaces": around("<p>Texto" + " \n\t\u00a0" * 100_000 + "</p>"),
    "json-ld": around("<p>Texto con sus palabras.</p>").replace("</head>", f"<script type='application/ld+json'>{'[' * 100_000}</script></head>"),
    "scripts": around("<script>" + "var a = '<p>';" * 100_000 + "</script><p>Texto con sus palabras.</p>"),
}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_pages_of_any_size(tmp_path: Path, name: str) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**NO_REST) as site:
        path = site.add("enorme", content="<p>Breve.</p>")
        site.feed = False
        site.faults[path] = page(HUGE[name])
        started = time.process_time()
        most = 40_000_000
        migrate(site.url, out, config=quick(max_size=most, max_decompressed_size=most, max_page_size=most, timeout=10))
        used = time.process_time() - started
        found = records(out)
        assert site.slugs - {"enorme"} <= set(found)
        assert "enorme" in found or path in failures(out, site)
        holds(out)
    assert used < 12, f"{used:.1f} s of processor"


MORE_THAN_MAY_BE: dict[str, tuple[bytes, dict[str, str], str]] = {
    "bytes": (around(SENTENCE * 110_000).encode(), {}, "more than 10,000,000 bytes"),
    "bytes-unpacked": (gzip.compress(around(SENTENCE * 110_000).encode()), {"Content_Encoding": "gzip"}, "10,000,000"),
    "tags": (around("<p>x" * 450_000).encode(), {}, "more than 400,000 tags"),
}


@pytest.mark.parametrize("name", MORE_THAN_MAY_BE)
def test_a_page_larger_than_may_be_is_named_and_never_read(tmp_path: Path, name: str) -> None:
    body, headers, said = MORE_THAN_MAY_BE[name]
    out = tmp_path / "OUT"
    with FaultySite(**NO_REST) as site:
        path = site.add("enorme", content="<p>Breve.</p>")
        site.feed = False
        site.faults[path] = page(body, **headers)
        settings = Settings()
        settings.fetch.attempts = 1
        assert migrate(site.url, out, config=settings).exit_code == 1
        assert set(records(out)) == site.slugs - {"enorme"}
        (row,) = lines(out, "failures")
        assert (row["url"], row["reason"]) == (site.url + path, "too_large") and said in row["detail"]
        holds(out)


def test_a_page_of_too_many_tags_that_a_link_alone_leads_to_is_named(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**PAGES_ALONE) as site:
        path = site.add("enorme", content="<p>Breve.</p>")
        site.faults[path] = page(around("<p>x" * 450_000))
        assert migrate(site.url, out, config=quick(timeout=10)).exit_code == 1
        assert failures(out, site) == {path: "too_large"} and set(records(out)) == site.slugs - {"enorme"}
        holds(out)


def test_a_text_in_rest_larger_than_may_be_is_named(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        path = site.add("enorme", content=SENTENCE * 3_000)
        assert migrate(site.url, out, config=quick(max_page_size=200_000)).exit_code == 1
        assert failures(out, site) == {path: "too_large"} and set(records(out)) == site.slugs - {"enorme"}
        holds(out)


def test_files_larger_than_may_be_are_named(tmp_path: Path) -> None:
    (tmp_path / "large.html").write_text(around(SENTENCE * 100))
    (tmp_path / "small.html").write_text(around(SENTENCE))
    (tmp_path / "config.yaml").write_text("fetch: {max_page_size: 5000}\n")
    done = presslift("extract", tmp_path, "--config", tmp_path / "config.yaml")
    assert done.returncode == 1 and len(done.stdout.splitlines()) == 1
    assert "large.html: too_large (more than fetch.max_page_size, 5,000 bytes)" in done.stderr
    done = presslift("extract", "-", "--config", tmp_path / "config.yaml", input=around(SENTENCE * 100))
    assert done.returncode == 1 and "standard input: too_large" in done.stderr


def numbered(count: int, piece: str) -> str:
    return "".join(piece.replace("@", str(number)) for number in range(1, count))


STRANGE: dict[str, str] = {
    "siblings": "<div><i>x</i></div>" * 10_000,
    "paragraphs": "<p>x</p>" * 20_000,
    "breaks": "<p>" + "[1] x<br>" * 10_000 + "</p>",
    "one-mark-many-times": "<p>Texto " + "pal[1] " * 20_000 + "</p><p>[1] Nota uno.</p>",
    "many-marks-and-notes": "<p>" + numbered(5_000, "pal[@] ") + "</p><h2>Notas</h2>" + numbered(5_000, "<p>[@] Nota con texto</p>"),
    "raised-marks": "<p>" + numbered(8_000, "pal<sup>@</sup> ") + "</p>",
    "raised-marks-and-notes": "<p>" + numbered(1_500, "pal<sup>@</sup> ") + "</p><h2>Notas</h2><ol>" + numbered(1_500, "<li>Nota con texto</li>") + "</ol>",
    "linked-marks-without-notes": "<p>" + numbered(8_000, "<a href='#fn@'>[@]</a> ") + "</p>",
    "linked-marks-with-one-note": "<p>" + "<sup><a href='#fn1'>1</a></sup> " * 8_000 + "</p><ol><li id='fn1'>Nota</li></ol>",
    "linked-marks-to-one-list": "<p>" + numbered(6_000, "x<a href='#notas'>[@]</a> ") + "</p><ol id='notas'>" + "<li>Nota</li>" * 6_000 + "</ol>",
    "notes-that-lead-back": "<ol>" + "<li><a href='#fnref1'>↩</a></li>" * 6_000 + "</ol>",
    "notes-in-one-block": "<p>" + numbered(6_000, "<a id='fn@' href='#fnref@'>@</a> pal ") + numbered(6_000, "<a id='fnref@' href='#fn@'>@</a> ") + "</p>",
    "comments-in-html": "<!-- c -->x" * 20_000,
    "links": numbered(8_000, "<a href='/nota-@/'>n @</a> "),
    "classes": numbered(8_000, "<p class='c@'>x</p>"),
    "attributes": f"<p {numbered(20_000, 'a@=1 ')}>Texto</p>",
    "attribute": f"<p title='{'a ' * 300_000}'>Texto</p>",
    "word": f"<p>{'a' * 1_000_000}</p>",
    "spaces": f"<p>Texto{' ' * 500_000}</p>",
    "points": f"<p>{'· ' * 100_000}</p>",
    "unclosed": "<p>" + "<b><i><span>x" * 20_000,
    "links-unclosed": "<p>" + "<a href=x>x" * 10_000,
    "headings": "<h2>Notas</h2><p>1. x</p>" * 6_000,
    "cells": "<table>" + ("<tr>" + "<td>x</td>" * 100 + "</tr>") * 150 + "</table>",
    "lists": "<ul><li>x" * 10_000,
    "shortcodes": "<p>" + "[a b=" * 20_000 + "</p>",
    "quotes": "<p>" + '[a b="' * 10_000 + "“" * 50_000 + "</p>",
    "bylines": "<p>Por Ana Ruiz</p>" * 6_000 + f"<p>Por {'Ana Ruiz, ' * 10_000}</p>",
    "entities": f"<p>{'&#' * 50_000}</p>",
}  # fmt: skip


def measured(html: str, seconds: int) -> tuple[Any, int]:
    """The record's text, or what was raised, and the megabytes it took; in a process of its own that may take so much time."""
    reading, writing = os.pipe()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        try:
            told: Any = extract(html, "https://sitio.example/nota/").body_text
        except BaseException as error:
            told = {"raised": repr(error)}
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        with os.fdopen(writing, "w", encoding="utf-8") as file:
            json.dump([told, more // 1024], file)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as file:
        data = file.read()
    os.waitpid(child, 0)
    assert data, f"more than {seconds} s of processor"
    text, megabytes = json.loads(data)
    return text, megabytes


@pytest.mark.parametrize("name", STRANGE)
def test_time_and_memory_grow_with_the_page_and_no_more(name: str) -> None:
    # Each takes about a second; what grew with the square of these numbers would take minutes.
    text, megabytes = measured(around(f"{SENTENCE}{STRANGE[name]}<p>Y aquí se acaba el texto, con sus palabras.</p>"), 25)
    assert isinstance(text, str), text
    assert "Una frase de prueba" in text and "Y aquí se acaba el texto" in text
    assert megabytes < 300
