"""Lines taken out of bodies, and sentences left in."""

from __future__ import annotations

import pytest

from presslift.records import Account, Person
from presslift.scraper.parse.document import read_fragment, text_of
from presslift.scraper.parse.lines import LinesReading, read_lines
from presslift.scraper.parse.metadata import Metadata

PROSE = "<p>" + "The council met in the old hall and spoke of bridges, roads and rivers until late. " * 4 + "</p>"


def taken(html: str, language: str | None = "en", metadata: Metadata | None = None) -> tuple[LinesReading, str]:
    container = read_fragment(f"<div>{html}</div>")
    reading = read_lines(container, metadata, language, "https://example.org/post/")
    return reading, text_of(container)


@pytest.mark.parametrize(
    "line",
    ["<p>Por Ana Ruiz</p>", "<p><strong>Por Ana Ruiz</strong></p>", "<h4><em>Por Ana Ruiz</em></h4>", "<div><p>Por Ana Ruiz</p></div>"],
)
def test_byline_leaves_the_body(line: str) -> None:
    reading, rest = taken(line + PROSE, "es")
    assert (reading.byline, reading.authors) == ("Por Ana Ruiz", ["Ana Ruiz"])
    assert rest.startswith("The council")


def test_mark_of_a_note_belongs_to_the_byline() -> None:
    mark = '<sup class="presslift-note" data-note="3" data-ref="1" data-marker="{}"></sup>'
    reading, _ = taken(f"<p><b>By: Dr. R. Evan Ellis{mark.format('[1]')}</b></p>" + PROSE)
    assert (reading.byline, reading.authors) == ("By: Dr. R. Evan Ellis[1]", ["Dr. R. Evan Ellis"])
    assert taken(f"<p>By: Ana Ruiz{mark.format('*')}</p>" + PROSE)[0].byline == "By: Ana Ruiz*"
    assert taken(f"<p>By: Ana Ruiz{mark.format('1')}</p>" + PROSE)[0].byline == "By: Ana Ruiz[1]"
    assert taken('<p>By: Ana Ruiz<sup class="presslift-note" data-note="2"></sup></p>' + PROSE)[0].byline == "By: Ana Ruiz[2]"


def test_byline_before_a_break_in_a_paragraph() -> None:
    reading, rest = taken("<p><strong>By: Ana Ruiz</strong><br>The <a href='/x'>bridge</a> stands.</p>" + PROSE)
    assert reading.authors == ["Ana Ruiz"]
    assert rest.startswith("The bridge stands.")


def test_byline_after_a_lead_and_a_picture() -> None:
    reading, rest = taken(
        "<p><em>A short lead.</em></p><figure><img src='/a.jpg'><figcaption>By Jo Doe</figcaption></figure><p>By Ana Ruiz</p>" + PROSE
    )
    assert reading.authors == ["Ana Ruiz"]
    assert "A short lead." in rest and "By Jo Doe" in rest


def test_contributors_and_signature_at_the_end() -> None:
    reading, rest = taken(PROSE + "<p>Texto: Ana Ruiz</p><p>Traducción: Peter Brown</p><p><em>Fotos: Luis Pérez</em></p>", "es")
    assert reading.authors == ["Ana Ruiz"]
    assert {(c.name, c.role) for c in reading.contributors} == {("Peter Brown", "translator"), ("Luis Pérez", "photographer")}
    assert "Ana" not in rest and "Peter" not in rest and "Luis" not in rest


@pytest.mark.parametrize(
    "html",
    [
        "<p>Por eso se fue a casa.</p>",
        "<h2>By the Numbers</h2>",
        "<p>By Jane Doe, a book that everybody read that summer, came out in May.</p>",
        "<blockquote><p>Von Anfang an war es klar.</p></blockquote>",
        "<ul><li>By car</li></ul>",
        "<table><tr><td>By Ana Ruiz</td></tr></table>",
        "<p>Versión final del texto</p>",
        "<p>See the <a href='/en/report'>report in English literature</a> of the whole faculty, which was published by them.</p>",
        "<h2>18 March 2024</h2>",
    ],
)
def test_real_text_stays(html: str) -> None:
    reading, rest = taken(PROSE + html + PROSE)
    assert reading == LinesReading()
    assert text_of(read_fragment(f"<div>{html}</div>")) in rest


@pytest.mark.parametrize(
    ("language", "line", "sibling"),
    [
        ("es", "<p><a href='/en/post/'>Read in English</a></p>", "en"),
        ("es", "<p>Leer en <a href='/en/post/'>inglés</a></p>", "en"),
        ("en", "<p><strong><a href='/es/post/'>Leer en español</a></strong></p>", "es"),
        ("en", "<p><a href='/es/post/'>Versión en español</a></p>", "es"),
        ("de", "<p>🇬🇧 <a href='/en/post/'>Auf Englisch lesen</a></p>", "en"),
        ("ru", "<p><a href='/en/post/'>Читать на английском</a></p>", "en"),
        ("en", "<p><a href='/ja/post/'>日本語で読む</a></p>", "ja"),
        ("fr", "<div class='wp-block-button'><a href='/en/post/'>Lire en anglais</a></div>", "en"),
    ],
)
def test_translation_lines(language: str, line: str, sibling: str) -> None:
    for html in (line + PROSE, PROSE + line):
        reading, rest = taken(html, language)
        assert [(t.language, t.url) for t in reading.translations] == [(sibling, f"https://example.org/{sibling}/post/")]
        assert rest.endswith("until late.") and rest.startswith("The council")


def test_one_line_may_name_several_languages() -> None:
    reading, _ = taken("<p>Also available in: <a href='/es/p/'>Español</a>, <a href='/fr/p/'>Français</a></p>" + PROSE)
    assert [t.language for t in reading.translations] == ["es", "fr"]


def test_printed_date_line() -> None:
    meta = Metadata(published="2025-03-18T09:05:00-03:00", wp_author=Account(name="admin"))
    reading, rest = taken("<p>📅 marzo 18, 2025 👤 admin</p>" + PROSE, "es", meta)
    assert reading.date_line == "📅 marzo 18, 2025 👤 admin"
    assert rest.startswith("The council")


@pytest.mark.parametrize(
    ("line", "name"),
    [("Written by: Ana Ruiz", "Ana Ruiz"), ("Eine Kolumne von Nils Peters", "Nils Peters"), ("Une chronique de Anne Morel", "Anne Morel")],
)
def test_longer_leads(line: str, name: str) -> None:
    assert taken(f"<p><strong>{line}</strong></p>" + PROSE)[0].authors == [name]


def test_known_name_is_enough_after_a_preposition() -> None:
    meta = Metadata(people=[Person(name="Colette")])
    assert taken("<p>By Colette</p>" + PROSE, metadata=meta)[0].authors == ["Colette"]
    assert taken("<p>By Colette</p>" + PROSE)[0].authors == []


def test_hostile_trees() -> None:
    deep = "<div>" * 3000 + "By Ana Ruiz" + "</div>" * 3000
    assert taken(deep)[0].byline in (None, "By Ana Ruiz")
    assert taken("")[0] == LinesReading()
    assert taken("<p>By: </p><p>Por</p><p>:</p>" + "<p></p>" * 500)[0] == LinesReading()


def test_translation_told_in_the_page_s_own_language() -> None:
    reading, rest = taken('<p><em><a href="/uno/">Read in Italian</a></em></p>' + PROSE, "it-IT")
    assert [(t.language, t.url) for t in reading.translations] == [("it", "https://example.org/uno/")]
    assert "Italian" not in rest
    assert taken('<p><a href="/post/">Leggi in italiano</a></p>' + PROSE, "it-IT")[0].translations == []
