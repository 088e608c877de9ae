"""Bylines, dates and language tags."""

from __future__ import annotations

import pytest

from presslift.records import Account, Article, Comment, CommentAuthor, Contributor, Person, Translation
from presslift.transforms.bylines import bylines, clean_name, slug_of
from presslift.transforms.context import Context
from presslift.transforms.dates import dates
from presslift.transforms.language import language, tag_of


def test_names_are_trimmed_and_each_person_stands_once():
    article = Article(
        byline=" By:  Dr. R. Evan\u00a0Ellis[1] ",
        authors=[Person(name=" Dr. R. Evan\u00a0 Ellis[1],"), Person(name="dr. r. evan ellis", url="/x"), Person(name="Redacción"), Person(name="Ana Gil*")],
        contributors=[Contributor(name="Leo Paz ¹", role=" translator"), Contributor(name=" ", role="editor")],
        wp_author=Account(name=" Ana  Gil", slug="agil", url="/author/agil/"),
    )  # fmt: skip
    result = bylines(article, Context(placeholders=frozenset({"redacción"})))
    assert result.authors == [
        Person(name="Dr. R. Evan Ellis", slug="dr-r-evan-ellis", url="/x"),
        Person(name="Ana Gil", slug="agil", url="/author/agil/"),
    ]
    assert result.contributors == [Contributor(name="Leo Paz", role="translator")]
    assert (result.byline, result.wp_author.name) == ("By: Dr. R. Evan Ellis[1]", "Ana Gil")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("José Ñoño-Łuk", "jose-nono-luk"),
        ("O’Neil", "oneil"),
        ("Иван Петров", "иван-петров"),
        ("Groß & Søn", "gross-son"),
        ("村上 春樹", "村上-春樹"),
    ],
)
def test_slug_from_a_name(name, slug):
    assert slug_of(name) == slug


@pytest.mark.parametrize("name", ["Ana & Co.", "50 Cent", "Jean-Luc Nancy (dir.)", "J. R. R. Tolkien", "MC5"])
def test_names_that_look_marked_stay(name):
    assert clean_name(name) == name.strip(" .") or clean_name(name) == name


KOLKATA, TOKYO, OFFSET, NOWHERE = Context(timezone="Asia/Kolkata"), Context(timezone="Asia/Tokyo"), Context(utc_offset="-03:30"), Context()


@pytest.mark.parametrize(
    ("context", "given", "made"),
    [
        (KOLKATA, {"published": "2021-03-04T05:06:07"}, ("2021-03-04T05:06:07+05:30", "2021-03-03T23:36:07Z", "2021-03-04", "second")),
        (TOKYO, {"published": "2021-03-04T23:36:07+00:00"}, ("2021-03-05T08:36:07+09:00", "2021-03-04T23:36:07Z", "2021-03-05", "second")),
        (TOKYO, {"published_utc": "2021-03-03T20:00:00"}, ("2021-03-04T05:00:00+09:00", "2021-03-03T20:00:00Z", "2021-03-04", "second")),
        (NOWHERE, {"published": "2021-03-04T05:06:07", "published_utc": "2021-03-03T20:06:07"},
         ("2021-03-04T05:06:07+09:00", "2021-03-03T20:06:07Z", "2021-03-04", "second")),
        (NOWHERE, {"published": "2021-03-04T05:06:07+05:30"}, ("2021-03-04T05:06:07+05:30", "2021-03-03T23:36:07Z", "2021-03-04", "second")),
        (NOWHERE, {"published": "2021-03-04T05:06:07"}, ("2021-03-04T05:06:07", None, "2021-03-04", "second")),
        (OFFSET, {"published": "2021-03-04 05:06"}, ("2021-03-04T05:06:00-03:30", "2021-03-04T08:36:00Z", "2021-03-04", "minute")),
        (TOKYO, {"published": "2021-03-04"}, ("2021-03-04", None, "2021-03-04", "day")),
        (TOKYO, {"published_date": "2021-03-04"}, ("2021-03-04", None, "2021-03-04", "day")),
        (TOKYO, {}, (None, None, None, None)),
        (TOKYO, {"published": "1850-01-01T00:00:00"}, ("1850-01-01T00:00:00+09:19", "1849-12-31T14:41:00Z", "1850-01-01", "second")),
    ],
)  # fmt: skip
def test_zone_kept(context, given, made):
    result = dates(Article(**given), context)
    assert (result.published, result.published_utc, result.published_date, result.published_precision) == made
    assert not result.extraction.warnings
    assert dates(result, context) == result


def test_times_that_contradict_each_other_are_flagged():
    result = dates(Article(published="2021-03-04T05:06:07+09:00", published_utc="2021-03-04T05:06:07Z"), TOKYO)
    assert (result.published, result.published_utc) == ("2021-03-04T14:06:07+09:00", "2021-03-04T05:06:07Z")
    assert result.extraction.warnings == [
        "published: 2021-03-04T05:06:07+09:00 and 2021-03-04T05:06:07Z (UTC) are not the same instant; UTC holds"
    ]


@pytest.mark.parametrize("text", ["0000-00-00T00:00:00", "yesterday", "2021-02-30", "2021-13-01T00:00:00", ""])
def test_no_date_is_no_date(text):
    result = dates(Article(published=text, modified=text), TOKYO)
    assert (result.published, result.published_utc, result.published_date, result.published_precision, result.modified) == (None,) * 5


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_ends_of_time_do_not_raise(text):
    dates(Article(published=text), TOKYO)


def test_summer_time_and_comments():
    result = dates(
        Article(published="2024-07-01T10:00:00", modified="2024-12-01T10:00:00", comments=[Comment(id=1, author=CommentAuthor(), date="2024-07-02T09:00:00")]),
        Context(timezone="Europe/Madrid"),
    )  # fmt: skip
    assert (result.published, result.modified, result.modified_utc) == (
        "2024-07-01T10:00:00+02:00",
        "2024-12-01T10:00:00+01:00",
        "2024-12-01T09:00:00Z",
    )
    assert (result.comments[0].date, result.comments[0].date_utc) == ("2024-07-02T09:00:00+02:00", "2024-07-02T07:00:00Z")


@pytest.mark.parametrize(
    ("written", "tag"),
    [("es_ES", "es-ES"), ("de_DE_formal", "de-DE"), ("EN-us", "en-US"), ("zh-hans-cn", "zh-Hans-CN"), ("es-419", "es-419"), ("en_US.UTF-8", "en-US"),
     ("sr_latin", "sr-Latn"), ("iw", "he"), ("ast", "ast"), ("Spanish", None), ("x-default", None), ("", None), (None, None)],
)  # fmt: skip
def test_language_tags(written, tag):
    assert tag_of(written) == tag


def test_language_of_the_site_where_the_page_does_not_say():
    article = Article(translations=[Translation(language="en_GB", url="https://s.example/"), Translation(url="https://t.example/")])
    result = language(article, Context(language="es_ES"))
    assert (result.language, [t.language for t in result.translations]) == ("es-ES", ["en-GB", None])
    assert language(Article(language="pt_BR"), Context(language="es_ES")).language == "pt-BR"
