"""Pages and names of any size and shape against the whole job: bounded in time and memory, and never out of OUT."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from presslift.demo import themes
from presslift.pipeline import Options, migrate, sync
from presslift.scraper.fetch.addresses import canonical
from tests.faulty import DOORS, NO_REST, FaultySite, changes, content, failures, holds, lines, quick, records
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
    "one-word": around(f"<p>{'a' * 19_000_000}</p>"),
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
        migrate(site.url, out, config=quick(max_size=40_000_000, max_decompressed_size=40_000_000, timeout=10))
        used = time.process_time() - started
        found = records(out)
        assert site.slugs - {"enorme"} <= set(found)
        assert "enorme" in found or path in failures(out, site)
        holds(out)
    assert used < 12, f"{used:.1f} s of processor"
