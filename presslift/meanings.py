"""What each field of a record is and means, in words: for the data dictionary, and wherever a table takes a field over."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from msgspec import Struct


class Field(Struct, frozen=True):
    """A field of a record as the data dictionary lists it; ``type`` is for people."""

    name: str
    type: str
    description: str


# What the records leave to the reader, since the name says it; one sentence each, by field name.
MEANINGS: dict[str, str] = {
    "wp_id": "WordPress's own number",
    "guid": "WordPress's global identifier",
    "url": "absolute address",
    "parent_id": "the parent page's record",
    "menu_order": "order among siblings, as set in WordPress",
    "sticky": "whether the post is pinned to the front",
    "format": "post format",
    "template": "page template",
    "subtitle": "the second title line",
    "excerpt": "the summary",
    "excerpt_source": "manual: written by a person; auto: cut from the body; meta: from the page's description",
    "body_markdown": "the body as Markdown",
    "body_text": "the body as plain text",
    "word_count": "words of body_text",
    "contributors": "translators, photographers, editors, illustrators",
    "wp_author": "the WordPress account that posted",
    "modified": "RFC 3339 with the site's offset; a date where only a day is known",
    "modified_utc": "RFC 3339 Z; null where only a day is known",
    "published_precision": "second, minute or day",
    "terms": "terms of every taxonomy",
    "categories": "the terms of taxonomy category",
    "tags": "the terms of taxonomy post_tag",
    "footnotes": "the notes",
    "related": "posts that a related box or an in-text line points to",
    "translations": "siblings in other languages",
    "links": "every link of the body, in order",
    "media": "every use of a picture, sound, video or file",
    "embeds": "videos, posts and widgets of other sites",
    "comments": "comments and pingbacks",
    "seo": "what the page declares to search engines and social networks",
    "extraction": "what spoke for each value",
    "first_seen": "when the article was first read",
    "content_changed_at": "when a content field last changed",
    "captures": "the responses this content came from",
    "article_id": "the article",
    "target_id": "the record it leads to, null when that is not in the data set",
    "position": "1…n in the order shown",
    "place": "box, or inline for an in-text line",
    "title": "as shown",
    "text": "plain text",
    "kind": "what it is",
    "fragment": "the part after #",
    "rel": "the link's rel attribute",
    "source": "where it was found",
    "role": "featured, inline, gallery or file",
    "alt": "alternative text",
    "caption": "the caption, as text",
    "credit": "who made it, where the caption says so",
    "name": "as shown",
    "slug": "the readable part of the address",
    "mime": "media type",
    "bytes": "size of the fetched file",
    "width": "pixels",
    "height": "pixels",
    "sha256": "of the fetched file",
    "local_path": "where the fetched file is, relative to OUT",
    "id": "number of the comment",
    "parent": "the comment it answers",
    "type": "post, page or a custom type",
    "is_post_author": "whether the article's author wrote it",
    "date": "as shown, with the site's offset where known",
    "date_utc": "RFC 3339 Z; null where not known",
    "date_precision": "second, minute or day",
    "image": "address of the picture shown beside it",
    "language": "BCP 47",
    "provider": "the site it comes from",
    "html": "as HTML",
    "author": "who wrote it",
    "status": "state",
    "confidence": "0…1",
    "to": "the address it leads to",
    "from": "the old address",
    "reason": "why",
    "rule": "the setting or rule that decided",
    "seq": "rising, never reused: where a consumer resumes",
    "at": "when, RFC 3339",
    "run": "number of the run",
    "change": "created, updated, moved, removed or restored",
    "old_url": "the address before a move",
    "fields": "the content fields that changed",
    "detail": "for people",
    "attempts": "requests made",
    "first_at": "first time it failed",
    "last_at": "last time it failed",
    "found_by": "which sources reported the address",
    "removed_at": "when the removal was proven",
    "proof": "what proved it",
    "tagline": "the site's own description",
    "timezone": "IANA name",
    "wordpress_version": "as the site declares it",
    "theme": "its folder's name",
    "plugins": "those that show on the pages or in the API",
    "permalink_structure": "in WordPress's notation",
    "menus": "navigation menus, where they are open",
    "fetched_at": "when it was fetched, RFC 3339",
    "warc": "the archive file that holds it",
    "offset": "where it starts in that file",
    "warnings": "what was missing or odd",
}


SIMPLE: dict[type, str] = {
    msgspec.inspect.StrType: "string",
    msgspec.inspect.LiteralType: "string",
    msgspec.inspect.IntType: "integer",
    msgspec.inspect.FloatType: "number",
    msgspec.inspect.BoolType: "boolean",
    msgspec.inspect.DictType: "object",
}


def type_name(kind: Any) -> str:
    """A record field's type in words: string, integer, list of Person, … (``kind``: a type of ``msgspec.inspect``)."""
    inspect = msgspec.inspect
    if isinstance(kind, inspect.Metadata):
        return type_name(kind.type)
    if isinstance(kind, inspect.UnionType):
        return " or ".join(type_name(part) for part in kind.types if not isinstance(part, inspect.NoneType))
    if isinstance(kind, inspect.ListType):
        return f"list of {type_name(kind.item_type)}"
    if isinstance(kind, inspect.StructType):
        return str(kind.cls.__name__)
    return SIMPLE.get(type(kind), "any")


@cache
def record_fields(record: type[Struct]) -> dict[str, Field]:
    """The fields of a record class by the name they have in JSON."""
    described = msgspec.inspect.type_info(record)
    assert isinstance(described, msgspec.inspect.StructType)
    found = {}
    for field in described.fields:
        extra = getattr(field.type, "extra_json_schema", None) or {}
        meaning = extra.get("description") or MEANINGS.get(field.encode_name, "")
        found[field.encode_name] = Field(field.encode_name, type_name(field.type), meaning)
    return found
