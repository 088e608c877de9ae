"""A wrong row of a table is named, with what it should say."""

from __future__ import annotations

import tomllib

import pytest

from presslift.scraper.knowledge import table
from presslift.scraper.knowledge.rows import mistakes

BOX = '[[box]]\nname = "Lighthouse"\ncontainer = ".lh-beams"\nseen = "memory"\n'
PLUGIN = '[[plugin]]\nname = "buoy"\ncues = ["buoy"]\nmarker = "b.buoy"\nkey = ["@data-buoy"]\ndefinition = "dd"\ndefinition_key = ["@data-buoy"]\n'
CONTAINER = '[[container]]\nselector = ".lh-log"\nweight = 0.95\ntheme = "Lighthouse"\nsource = "memory"\n'
LANGUAGE = '[eo]\ncalled = ["esperanto"]\nmonths = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aŭg", "sep", "okt", "nov", "dec"]\n'
CUE = '[[published]]\nname = "Lighthouse"\nselector = "p.lh-when"\nweight = 0.95\n'


def told(name: str, text: str) -> list[str]:
    """What is wrong with a table of this text."""
    return list(mistakes(tomllib.loads(text), table("columns")[name], deep=True))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("related", BOX),
        ("footnotes", PLUGIN),
        ("themes", CONTAINER),
        ("languages", LANGUAGE),
        ("cues", CUE),
        ("furniture", '[known]\nx = [".x"]\n'),
    ],
)
def test_a_right_row_has_no_mistakes(name: str, text: str) -> None:
    assert told(name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("related", BOX.replace("[[box]]", "[[boxes]]"), "[boxes] is no part of this table; did you mean box?"),
        ("related", BOX.replace("container", "containr"), "[[box]] number 1 (Lighthouse): containr is no column of it; did you mean container?"),
        ("related", BOX.replace('container = ".lh-beams"\n', ""), "[[box]] number 1 (Lighthouse): lacks container, a CSS selector"),
        ("related", BOX.replace('"memory"', '"here"'), "seen: expected one of source, pages, memory, got 'here'"),
        ("related", BOX.replace(".lh-beams", ".lh-beams >"), "'.lh-beams >' is no CSS selector"),
        ("related", '[phrases.eo]\nbox = "vidu"\n', "[phrases.eo]: box: expected a list of texts"),
        ("related", '[phrases.eo]\nboxes = ["vidu"]\n', "[phrases.eo]: boxes is no column of it; did you mean box?"),
        ("footnotes", PLUGIN.replace('["buoy"]', '"buoy"'), "(buoy): cues: expected a list of texts"),
        ("footnotes", PLUGIN.replace('key = ["@data-buoy"]\n', "", 1), "(buoy): marker needs key beside it"),
        ("footnotes", PLUGIN.replace('"@data-buoy"', '"data-buoy"', 1), "key: expected a list of attributes"),
        ("footnotes", PLUGIN + "pattern = '('\n", "'(' is no regular expression"),
        ("footnotes", '[headings]\neo = "notoj"\n', "[headings]: eo: expected a list of texts"),
        ("themes", CONTAINER.replace("0.95", '"0.95"'), "weight: expected a number from 0 to 1, such as 0.95, without quotes, got '0.95'"),
        ("themes", CONTAINER.replace("0.95", "95"), "weight: expected a number from 0 to 1"),
        ("languages", LANGUAGE.replace('"jan", ', ""), "[eo]: months: expected twelve texts"),
        ("cues", CUE + 'limit = "two"\n', "[[published]] number 1 (Lighthouse): limit: expected a whole number"),
        ("cues", CUE + 'near = "true"\n', "near: expected true or false"),
        ("furniture", '[known]\nlighthouse = ".lh-slip"\n', "[known]: lighthouse: expected a list of CSS selectors"),
        ("phrases", '[share]\neo = "kunhavigu"\n', "[share]: eo: expected a list of texts"),
        ("people", '[lead.eo]\nplain = "de"\n', "[lead.eo]: plain: expected a list of texts"),
        ("people", 'titles = "d-ro"\n', "titles: expected a list of texts"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_with_the_remedy(name: str, text: str, says: str) -> None:
    assert [says in line for line in told(name, text)].count(True) == 1
