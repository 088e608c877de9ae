"""What REST and feeds say of one post, read into one shape that can be merged with its page."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct

from presslift.records import Account, Precision, Seo
from presslift.scraper.parse.document import read_fragment, text_of
from presslift.scraper.parse.people import split_names

ELLIPSIS = re.compile(r"(\[?\s*(?:…|\.\.\.)\s*\]?)\s*$|\bContinue reading\b.*$", re.I)


class Moment(Struct, kw_only=True):
    """A date as WordPress keeps it: local RFC 3339 with offset, and UTC."""

    local: str
    utc: str | None
    precision: Precision


class ItemReading(Struct, kw_only=True):
    """One REST or feed item; ids of terms, author and picture are to be looked up in the site's evidence."""

    source: str
    url: str | None = None
    wp_id: int | None = None
    type: str | None = None
    status: str = "publish"
    slug: str | None = None
    guid: str | None = None
    parent_wp_id: int | None = None
    menu_order: int | None = None
    sticky: bool | None = None
    format: str | None = None
    template: str | None = None
    title: str | None = None
    excerpt: str | None = None
    excerpt_manual: bool | None = None
    content_html: str | None = None
    notes: dict[str, str] = {}
    published: Moment | None = None
    modified: Moment | None = None
    author_wp_id: int | None = None
    author_names: list[str] = []
    featured_media: int | None = None
    featured_url: str | None = None
    term_ids: list[int] = []
    term_names: list[str] = []
    terms_complete: bool = False
    language: str | None = None
    translations: dict[str, str] = {}
    comment_count: int | None = None
    seo: Seo | None = None
    account: Account | None = None


def plain(value: Any) -> str | None:
    """The text of a rendered string or ``{"rendered": …}``; None when there is none."""
    if isinstance(value, dict):
        value = value.get("rendered")
    if not isinstance(value, str) or not value.strip():
        return None
    text = text_of(read_fragment(value)) if "<" in value else " ".join(html.unescape(value).split())
    return text or None


def string(value: Any) -> str | None:
    """A string that says something; None for anything else."""
    return value if isinstance(value, str) and value else None


def whole(value: Any) -> int | None:
    """A number that a database can hold, also when it came as a string; None for anything else and for 0."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < abs(number) < 2**63 else None


def moment(local: Any, utc: Any, offset: str | None = None) -> Moment | None:
    """REST's pair of zoneless dates: their difference is the site's offset on that day."""
    try:
        here = datetime.fromisoformat(str(local).rstrip("Z"))
    except ValueError:
        return None
    if here.tzinfo is not None:
        # No WordPress of its own making, but exact.
        return Moment(local=here.isoformat(), utc=_in_utc(here), precision="second")
    try:
        there = datetime.fromisoformat(str(utc).rstrip("Z"))
        gap = timedelta(minutes=round((here - there).total_seconds() / 60))
        if abs(gap) <= timedelta(hours=15):
            zone = timezone(gap)
            return Moment(local=here.replace(tzinfo=zone).isoformat(), utc=f"{there.isoformat()}Z", precision="second")
    except (ValueError, TypeError):
        pass
    if offset and re.fullmatch(r"[+-]\d\d:\d\d", offset):
        dated = datetime.fromisoformat(f"{here.isoformat()}{offset}")
        return Moment(local=dated.isoformat(), utc=_in_utc(dated), precision="second")
    return Moment(local=here.isoformat(), utc=None, precision="second")


def _in_utc(when: datetime) -> str | None:
    try:
        return when.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return None


def read_rest(item: dict[str, Any], offset: str | None = None) -> ItemReading:
    """A REST item of any type, with ``context=view``. ``offset`` (±hh:mm) serves where the item has no GMT date."""
    content, excerpt = item.get("content") or {}, plain(item.get("excerpt"))
    content_html = string(content.get("rendered") if isinstance(content, dict) else content)
    text = text_of(read_fragment(content_html)) if content_html and excerpt else ""
    terms = [n for value in _term_lists(item) for n in value]
    return ItemReading(
        source="rest",
        url=string(item.get("link")),
        wp_id=whole(item.get("id")),
        type=string(item.get("type")),
        status=string(item.get("status")) or "publish",
        slug=unquote(item["slug"]) if isinstance(item.get("slug"), str) else None,
        guid=string(item["guid"].get("rendered")) if isinstance(item.get("guid"), dict) else None,
        parent_wp_id=whole(item.get("parent")),
        menu_order=item["menu_order"] if type(item.get("menu_order")) is int else None,
        sticky=item["sticky"] if isinstance(item.get("sticky"), bool) else None,
        format=string(item.get("format")),
        template=string(item.get("template")),
        title=plain(item.get("title")),
        excerpt=excerpt,
        excerpt_manual=_is_manual(excerpt, text) if excerpt else None,
        content_html=content_html,
        notes=_core_notes(item),
        published=moment(item.get("date"), item.get("date_gmt"), offset),
        modified=moment(item.get("modified"), item.get("modified_gmt"), offset),
        author_wp_id=whole(item.get("author")),
        featured_media=whole(item.get("featured_media")),
        term_ids=terms,
        terms_complete="categories" in item,
        language=item["lang"] if isinstance(item.get("lang"), str) else None,
        seo=_seo(item.get("yoast_head_json")),
    )


def _term_lists(item: dict[str, Any]) -> list[list[int]]:
    # Taxonomies stand at the top level as lists of ids, under names that only the site knows.
    known = {"_links", "meta", "acf", "class_list", "translations", "jetpack_sharing_enabled"}
    lists = [v for k, v in item.items() if k not in known and isinstance(v, list) and v and all(type(n) is int for n in v)]
    # Some filters make strings of numbers.
    spelled = [v for k in ("categories", "tags") if isinstance(v := item.get(k), list) and any(isinstance(n, str) for n in v)]
    return [*lists, *([n for v in values if (n := whole(v))] for values in spelled)]


def _is_manual(excerpt: str, text: str) -> bool:
    bare = ELLIPSIS.sub("", excerpt).strip()
    folded, body = re.sub(r"\W+", "", bare).lower(), re.sub(r"\W+", "", text).lower()
    return not (bool(ELLIPSIS.search(excerpt)) and body.startswith(folded[:60])) and not (folded and body == folded)


def _core_notes(item: dict[str, Any]) -> dict[str, str]:
    meta = item.get("meta")
    raw = meta.get("footnotes") if isinstance(meta, dict) else None
    if not isinstance(raw, str) or not raw:
        return {}
    from presslift.scraper.parse.footnotes import read_core_meta

    return dict(read_core_meta(raw))


def _seo(head: Any) -> Seo | None:
    if not isinstance(head, dict):
        return None
    images = head.get("og_image")
    image = images[0].get("url") if isinstance(images, list) and images and isinstance(images[0], dict) else None
    return Seo(
        title=string(head.get("title")),
        description=string(head.get("description")),
        canonical=string(head.get("canonical")),
        og_type=string(head.get("og_type")),
        og_image=string(image),
    )


def read_feed(item: dict[str, Any], offset: str | None = None) -> ItemReading:
    """A feed item as ``discover.feed`` gives it: link, guid, title, creators, published, categories, content, description, …"""
    guid = item.get("guid")
    number = whole(item.get("wp_id")) or (
        whole(next(iter(parse_qs(urlsplit(guid).query).get("p", [])), None)) if isinstance(guid, str) else None
    )
    content, excerpt = item.get("content"), plain(item.get("description"))
    text = text_of(read_fragment(content)) if content and excerpt else ""
    return ItemReading(
        source="feed",
        url=item.get("link") or None,
        wp_id=number,
        guid=guid,
        title=plain(item.get("title")),
        excerpt=excerpt,
        excerpt_manual=_is_manual(excerpt, text) if excerpt and content else None,
        content_html=content or None,
        published=_feed_moment(item.get("published"), offset),
        author_names=[name for n in item.get("creators") or [] if isinstance(n, str) for name in split_names(n)],
        term_names=[n for n in item.get("categories") or [] if n],
        terms_complete=True,
        comment_count=item["comment_count"] if isinstance(item.get("comment_count"), int) else None,
    )


def _feed_moment(value: Any, offset: str | None) -> Moment | None:
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    utc = when.astimezone(UTC).replace(microsecond=0)
    if offset and when.utcoffset() == timedelta(0):
        # WordPress's rss2 prints UTC whatever the site's zone is.
        hours, minutes = offset[1:].split(":")
        shift = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if offset[0] == "-" else 1)
        when = utc.astimezone(timezone(shift))
    return Moment(local=when.replace(microsecond=0).isoformat(), utc=utc.isoformat().replace("+00:00", "Z"), precision="second")
