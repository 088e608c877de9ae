from __future__ import annotations

import pytest

from presslift.scraper.parse.document import read_document, text_of


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
