"""What a record is, and which changes of it count."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from presslift.hashing import changed_fields, content_hash
from presslift.meanings import record_fields
from presslift.records import CONTENT_FIELDS, Account, Article, Capture, Embed, Extraction, Media, RelatedLink, Seo
from tests.exports.making import article

FIELDS = (
    "id wp_id type status url aliases canonical_url guid slug parent_id menu_order sticky format template title subtitle lead_quote excerpt "
    "excerpt_source body_html body_markdown body_text word_count content_html language byline authors contributors wp_author published "
    "modified published_utc modified_utc published_date published_precision terms categories tags footnotes related translations "
    "translation_group links media featured_image embeds comments comment_count seo custom extraction content_hash first_seen "
    "content_changed_at captures"
)


def test_fields_are_the_contracts() -> None:
    assert [field.name for field in msgspec.structs.fields(Article)] == FIELDS.split()
    assert [name for name, field in record_fields(Article).items() if not field.description] == []


def test_a_record_is_the_same_after_json() -> None:
    made = article(2)
    line = msgspec.json.encode(made, order="deterministic")
    assert msgspec.json.decode(line, type=Article) == made
    assert msgspec.json.encode(msgspec.json.decode(line, type=Article), order="deterministic") == line
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(line.replace(b'"place":"box"', b'"place":"menu"'), type=Article)


def test_what_is_absent_is_null_or_an_empty_list() -> None:
    bare = msgspec.to_builtins(Article())
    assert {name for name, value in bare.items() if value not in (None, [], {}, "")} == {"status", "seo", "extraction"}


def edit(path: str, value: Any) -> Callable[[Article], None]:
    """Sets a part of a record: ``links.0.text``."""

    def run(made: Article) -> None:
        *way, last = path.split(".")
        target: Any = made
        for step in way:
            target = target[int(step)] if step.isdigit() else getattr(target, step)
        setattr(target, last, value)

    return run


CONTENT = [
    ("title", "title", "Otro"),
    ("subtitle", "subtitle", "Otro"),
    ("excerpt", "excerpt", "Otro"),
    ("body_html", "body_html", "<p>Otro</p>"),
    ("byline", "byline", "Por: Otro"),
    ("authors", "authors.0.name", "Otro"),
    ("contributors", "contributors.0.role", "editor"),
    ("published", "published", "2024-01-02"),
    ("terms", "terms.0.name", "Otro"),
    ("footnotes", "footnotes.0.text", "Otro"),
    ("links", "links.0.text", "otro"),
    ("media", "media.0.caption", "otra"),
    ("embeds", "embeds", [Embed(position=1, url="https://video.example/")]),
    ("translations", "translations.0.language", "fr"),
    ("comments", "comments.0.text", "otro"),
    ("custom", "custom", {"precio": "3"}),
    ("featured_image", "featured_image", "https://revista.example/otra.jpg"),
]
INCIDENTAL = [
    ("id", "ffffffffffffffff"),
    ("url", "https://revista.example/otra/"),
    ("related", [RelatedLink(position=1, place="box", url="https://revista.example/nueva/")]),
    ("comment_count", 99),
    ("seo", Seo(title="Otro")),
    ("captures", [Capture(kind="page", url="https://revista.example/")]),
    ("extraction", Extraction(confidence={"title": 0.1})),
    ("wp_author", Account(name="otro")),
    ("modified", "2025-01-01"),
    ("content_hash", "x"),
    ("first_seen", "x"),
    ("links.0.article_id", "ffffffffffffffff"),
    ("translations.0.article_id", None),
    ("footnotes.0.confidence", 0.1),
    ("terms.0.wp_id", None),
    ("links.0.position", 9),
    ("comments.0.date", "2025-01-01T10:00:00-05:00"),
    ("media.0.bytes", 7),
    ("media.0.sha256", "x"),
    ("media.0.local_path", "media/x"),
    ("media.0.status", "done"),
]


@pytest.mark.parametrize(("field", "path", "value"), CONTENT, ids=[field for field, _, _ in CONTENT])
def test_a_change_of_content_is_told_by_its_field(field: str, path: str, value: Any) -> None:
    old = article(2)
    new = copy.deepcopy(old)
    edit(path, value)(new)
    assert content_hash(new) != content_hash(old)
    assert changed_fields(old, new) == [field]


def test_every_content_field_is_tried() -> None:
    assert tuple(sorted(field for field, _, _ in CONTENT)) == tuple(sorted(CONTENT_FIELDS))


@pytest.mark.parametrize(("path", "value"), INCIDENTAL, ids=[path for path, _ in INCIDENTAL])
def test_what_changes_by_itself_is_no_change(path: str, value: Any) -> None:
    old = article(2)
    new = copy.deepcopy(old)
    edit(path, value)(new)
    assert content_hash(new) == content_hash(old)
    assert changed_fields(old, new) == []


def test_an_excerpt_counts_only_when_a_person_wrote_it() -> None:
    old = article(2, excerpt_source="auto")
    new = article(2, excerpt_source="auto", excerpt="Otro corte")
    assert content_hash(new) == content_hash(old)
    assert changed_fields(old, article(2, excerpt_source="manual")) == ["excerpt"]


def test_the_hash_stays_the_same_from_one_process_to_the_next() -> None:
    made = Article(
        title="T", body_html="<p>ñ</p>", custom={"b": "1", "a": ["2"]}, media=[Media(position=1, url="u", role="inline", kind="image")]
    )
    assert content_hash(made) == content_hash(msgspec.json.decode(msgspec.json.encode(made), type=Article))
    other = Article(title="T", body_html="<p>ñ</p>", custom={"a": ["2"], "b": "1"}, media=made.media)
    assert content_hash(other) == content_hash(made)
