from __future__ import annotations

import pytest

from presslift.scraper.parse.document import read_document, text_of
from presslift.scraper.parse.encoding import mend


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("a mill\xe2\x80\x94closed", "a mill—closed"),
        ("\xe2\x80\x9cso\xe2\x80\x9d, it\xe2\x80\x99s", "“so”, it’s"),
        ("\xc3\x89tude", "Étude"),
        ("une pâte à un âge", "une pâte à un âge"),
        ("Ã© and â by themselves", "Ã© and â by themselves"),
    ],
)
def test_text_that_was_encoded_twice_is_mended(printed: str, meant: str) -> None:
    doc = read_document(f"<html><body><p>{printed}</p></body></html>".encode())
    assert text_of(doc.root) == meant
    assert any("twice" in w for w in doc.warnings) == (printed != meant)


CLEAN = "<p>La señora Núñez subió al faro el día más frío del año, y no encontró allí más que un ratón — «el farero», según él —; así acabó.</p>"


def misread(text: str) -> str:
    return "".join(bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b) for b in text.encode())


def test_utf8_read_as_windows_1252_is_mended_where_words_show_it() -> None:
    warnings: list[str] = []
    assert mend(misread(CLEAN).encode(), warnings).decode() == CLEAN
    assert warnings == ["encoding: UTF-8 that was read as windows-1252 is mended"]
    # The theme's own words are right, and stay so.
    assert mend(f"<nav>Menú página</nav>{misread(CLEAN)}".encode(), []).decode() == f"<nav>Menú página</nav>{CLEAN}"


@pytest.mark.parametrize(
    "text",
    [
        CLEAN,
        f"{CLEAN}<p>Si lees “Ã©” o “Ã±” o “â€™” (también cafÃ©, niÃ±o, aÃ±o, maÃ±ana, dÃ\xada, estÃ¡, mÃ¡s, asÃ\xad), la página es UTF-8.</p>",
        "<table>" + "".join(f"<tr><td>{c}</td><td>{misread(c)}</td></tr>" for c in "áéíóúñüçàèìòùâêîôû€’“”–—") + "</table>",
        "<p>NÃO, À ÂME, L’ÎLE, MAÑANA, Ã©, Â©, â€™ and so on.</p>" * 3,
        "<p>Năm mới “Âu Cơ”, SÂN, Ðà Nẵng, Ñandú, ÑU.</p>" * 9,
    ],
)
def test_text_that_is_right_is_left_alone(text: str) -> None:
    assert mend(text.encode(), []).decode() == text
