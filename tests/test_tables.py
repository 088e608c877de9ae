"""The tables are the contract's, to the column."""

from __future__ import annotations

import jsonschema
import msgspec
import pytest

from presslift.records import Article, Contributor, Extraction, Media, Person, Term
from presslift.table_rows import BY_ARTICLE, article_term_rows, day, lowest_confidence, made_slug, people, term_slug, utc
from presslift.tables import EVENTS, SITE_FIELDS, TABLES, article_json_schema
from tests.exports.making import article

CONTRACT = {
    "articles": "id, wp_id, type, status, url, slug, canonical_url, title, subtitle, excerpt, excerpt_source, language, byline, authors, wp_author, "
    "published, published_utc, published_date, published_precision, modified, modified_utc, categories, tags, word_count, body_text, "
    "featured_image, footnote_count, related_count, link_count, media_count, comment_count, translation_group, parent_id, seo_title, "
    "seo_description, confidence, warning_count, content_hash, first_seen, content_changed_at",
    "footnotes": "article_id, index, marker, text, style, ref_count, first_place, confidence",
    "related": "article_id, position, place, title, url, date, target_id, source",
    "links": "article_id, position, url, text, kind, fragment, rel, target_id",
    "media": "article_id, position, url, role, kind, alt, caption, credit",
    "files": "url, wp_id, mime, bytes, width, height, sha256, local_path, status",
    "terms": "taxonomy, slug, name, wp_id, parent_slug, url, article_count",
    "article_terms": "article_id, taxonomy, slug",
    "authors": "slug, name, url, is_account, bio, article_count",
    "article_authors": "article_id, position, slug, name, role",
    "comments": "article_id, id, parent, type, author_name, author_url, is_post_author, date, date_utc, text",
    "translations": "article_id, language, url, target_id, translation_group",
    "redirects": "from, to, status, kind, article_id",
    "excluded": "url, type, reason, rule",
}


def test_columns_are_the_contracts() -> None:
    assert {name: ", ".join(table.names) for name, table in TABLES.items()} == CONTRACT


def test_every_column_says_what_it_means() -> None:
    assert [f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns if not column.description] == []


def test_keys_are_columns_of_their_tables() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.names)
        for foreign in table.foreign_keys:
            assert set(foreign.columns) <= set(table.names)
            assert tuple(foreign.references) == TABLES[foreign.table].key


def test_every_article_id_target_id_and_medium_is_a_foreign_key() -> None:
    leads = {(table.name, key.columns, key.table) for table in TABLES.values() for key in table.foreign_keys}
    for table in TABLES.values():
        for name in {"article_id", "target_id"} & set(table.names):
            assert (table.name, (name,), "articles") in leads
    assert ("media", ("url",), "files") in leads
    assert ("article_terms", ("taxonomy", "slug"), "terms") in leads


def test_events_and_site_are_the_contracts() -> None:
    fields = {name: [field.encode_name for field in msgspec.structs.fields(record)] for name, record in EVENTS.items()}
    assert fields == {
        "changes": ["seq", "at", "run", "change", "article_id", "wp_id", "url", "old_url", "fields"],
        "failures": ["url", "kind", "reason", "detail", "status", "attempts", "first_at", "last_at", "found_by"],
        "removed": ["id", "wp_id", "url", "title", "removed_at", "proof"],
    }
    assert ", ".join(SITE_FIELDS) == (
        "url, name, tagline, language, timezone, utc_offset, wordpress_version, theme, plugins, permalink_structure, front_page, menus, counts, source"
    )


@pytest.mark.parametrize("made", [article(2), Article(id="x")], ids=["full", "bare"])
def test_rows_have_a_value_for_each_column(made: Article) -> None:
    python = {"string": str, "integer": int, "number": float, "boolean": bool, "date": str, "datetime": str}
    for name, fill in BY_ARTICLE.items():
        for row in fill(made):
            for value, column in zip(row, TABLES[name].columns, strict=True):
                assert value is None or type(value) is python[column.type], (name, column.name, value)


def test_json_schema_takes_records_and_refuses_others() -> None:
    schema = article_json_schema()
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    record = msgspec.to_builtins(article(1))
    assert list(validator.iter_errors(record)) == []
    assert list(validator.iter_errors({**record, "wp_id": "7"})) != []
    assert list(validator.iter_errors({**record, "related": [{"url": "x"}]})) != []


@pytest.mark.parametrize(
    ("value", "moment", "date"),
    [
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z", "2024-01-02"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05Z", "2024-01-02"),
        ("2024-01-02T03:04:05.75Z", "2024-01-02T03:04:05Z", "2024-01-02"),
        ("2024-01-02", None, "2024-01-02"),
        ("2024-13-01T00:00:00Z", None, None),
        ("0000-00-00T00:00:00Z", None, None),
        ("0001-01-01T00:00:00+05:00", None, "0001-01-01"),
        ("yesterday", None, None),
        (None, None, None),
    ],
)
def test_dates_are_dates_or_null(value: str | None, moment: str | None, date: str | None) -> None:
    assert (utc(value), day(value)) == (moment, date)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Dr. R. Evan Ellis", "dr-r-evan-ellis"),
        ("José Ñandú", "jose-nandu"),
        ("Андрей Йовин", "андрей-йовин"),
        ("李明", "李明"),
        ("…", "2026"),
        ("", "unnamed"),
    ],
)
def test_slugs_are_made_where_there_are_none(name: str, slug: str) -> None:
    assert made_slug(name) == slug


def test_confidence_is_the_lowest_of_the_fields_given() -> None:
    made = Article(title="T", extraction=Extraction(confidence={"title": 0.9, "subtitle": 0.1, "body": 0.2, "footnotes": 0.3}))
    assert lowest_confidence(made) == 0.9
    made.body_html = "<p>x</p>"
    assert lowest_confidence(made) == 0.2
    assert lowest_confidence(Article()) is None


def test_a_term_counts_once_and_a_helper_is_the_person_that_writes() -> None:
    term = Term(taxonomy="category", name="Año Nuevo")
    made = Article(
        id="x",
        terms=[term, term],
        authors=[Person(name="Eva Gómez")],
        contributors=[Contributor(name="Eva Gómez", role="translator")],
        media=[Media(position=1, url="", role="inline", kind="image")],
    )
    assert term_slug(term) == "ano-nuevo"
    assert list(article_term_rows(made)) == [("x", "category", "ano-nuevo")]
    assert [(slug, role) for slug, _, _, role in people(made)] == [("eva-gomez", "author"), ("eva-gomez", "translator")]
