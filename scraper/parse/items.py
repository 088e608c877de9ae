"""What REST and feeds say of one post, read into one shape that can be merged with its page."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, unquote
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement
from msgspec import Struct

from presslift.records import Account, Precision, Seo
from presslift.scraper.parse.document import detach, inner_html, read_fragment, text_of
from presslift.scraper.parse.people import split_names
from presslift.urls import split_url

ELLIPSIS = re.compile(r"\[?\s*(?:…|\.\.\.)\s*\]?")
TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.S | re.I)
EMOJI = re.compile(r"<img(?=[^<>]*core/emoji/)[^<>]*\balt=[\"']([^\"'<>]*)[\"'][^<>]*>", re.I)
WORD = re.compile(r"[^\W_]+")
OPENING = 20_000
"""Characters of a content that are looked at for an excerpt made of it: WordPress takes the first 55 words."""
FEWEST, SENTENCE_END = 10, ".!?…:;\"»”’')]"
FLOATING = ("draft", "pending")
"""Statuses in which a post has no date yet."""
LONGEST_MORE = 60
"""Characters that a theme may write behind an excerpt's ellipsis: "Read more", in any language."""


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


def fold(text: str | None) -> str:
    """Letters and digits only, lower case: what two spellings of a title or name share."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text or "").lower())


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


def decoded(value: Any) -> str | None:
    """A slug as people read it: WordPress keeps those of other scripts percent-encoded."""
    return unicodedata.normalize("NFC", unquote(value)) if isinstance(value, str) and value else None


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
    """A REST item of any type, with ``context=view`` or ``edit``. ``offset`` (±hh:mm) serves where it has no GMT date."""
    status = standing_of(item)
    content, excerpt = item.get("content") or {}, excerpt_of(item.get("excerpt"), string(item.get("link")))
    content_html = string(content.get("rendered") if isinstance(content, dict) else content)
    terms = [n for value in _term_lists(item) for n in value]
    return ItemReading(
        source="rest",
        url=string(item.get("link")),
        wp_id=whole(item.get("id")),
        type=string(item.get("type")),
        status=status,
        slug=decoded(item.get("slug")),
        guid=string(item["guid"].get("rendered")) if isinstance(item.get("guid"), dict) else None,
        parent_wp_id=whole(item.get("parent")),
        menu_order=item["menu_order"] if type(item.get("menu_order")) is int else None,
        sticky=item["sticky"] if isinstance(item.get("sticky"), bool) else None,
        format=string(item.get("format")),
        template=string(item.get("template")),
        title=_title(item.get("title"), status),
        excerpt=excerpt,
        excerpt_manual=is_manual(excerpt, content_html or "") if excerpt else None,
        content_html=content_html,
        notes=_core_notes(item),
        # The date of a draft is when it was saved.
        published=None if status in FLOATING else moment(item.get("date"), item.get("date_gmt"), offset),
        modified=moment(item.get("modified"), item.get("modified_gmt"), offset),
        author_wp_id=whole(item.get("author")),
        featured_media=whole(item.get("featured_media")),
        term_ids=terms,
        terms_complete="categories" in item,
        language=item["lang"] if isinstance(item.get("lang"), str) else None,
        seo=_seo(item.get("yoast_head_json")),
    )


def standing_of(item: dict[str, Any]) -> str:
    """The status of a REST item; ``protected`` for what is published and asks for a password."""
    status = string(item.get("status")) or "publish"
    parts = [item.get("content"), item.get("excerpt")]
    locked = any(isinstance(part, dict) and part.get("protected") in (True, 1, "1", "true") for part in parts)
    return "protected" if locked and status == "publish" else status


def is_open(item: dict[str, Any]) -> bool:
    """Whether an item has its content, as editors see it."""
    content = item.get("content")
    return isinstance(content, dict) and isinstance(content.get("raw"), str)


def is_floating(item: dict[str, Any] | None) -> bool:
    """Whether an item has no date yet: WordPress gives drafts that of their last edit."""
    return item is not None and item.get("status") in FLOATING


def _title(value: Any, status: str) -> str | None:
    """A title; WordPress prints a word before those of private and protected posts, which is none of it."""
    title, own = plain(value), plain(value.get("raw")) if isinstance(value, dict) else None
    if title is None or own is None or status not in ("private", "protected"):
        return title
    ends = [found.end() for found in re.finditer(r"[:：]\s*", title)]
    return next((title[end:] for end in ends if fold(title[end:]) == fold(own)), title)


def _term_lists(item: dict[str, Any]) -> list[list[int]]:
    # Taxonomies stand at the top level as lists of ids, under names that only the site knows.
    known = {"_links", "meta", "acf", "class_list", "translations", "jetpack_sharing_enabled"}
    lists = [v for k, v in item.items() if k not in known and isinstance(v, list) and v and all(type(n) is int for n in v)]
    # Some filters make strings of numbers.
    spelled = [v for k in ("categories", "tags") if isinstance(v := item.get(k), list) and any(isinstance(n, str) for n in v)]
    return [*lists, *([n for v in values if (n := whole(v))] for values in spelled)]


def excerpt_of(value: Any, url: str | None) -> str | None:
    """The text of an excerpt, less the links to the post itself: themes and feeds hang "Read more" on it."""
    rendered = value.get("rendered") if isinstance(value, dict) else value
    if not isinstance(rendered, str) or "<a" not in rendered or not url:
        return plain(value)
    root = without_footer(read_fragment(rendered), url)
    for link in [a for a in root.iter("a") if leads_to(a.get("href"), url)]:
        detach(link)
    return text_of(root) or None


def leads_to(href: str | None, url: str) -> bool:
    """Whether a link goes to an address, whatever protocol, fragment or tracking it has."""
    there, here = split_url(href or ""), split_url(url)
    if (there.netloc or here.netloc).removeprefix("www.") != here.netloc.removeprefix("www."):
        return False
    same = unquote(there.path).rstrip("/") == unquote(here.path).rstrip("/")
    return same and bool(here.path.strip("/") or (there.query and there.query == here.query))


def without_footer(root: HtmlElement, url: str) -> HtmlElement:
    """Take off the line that SEO plugins put under what a feed prints: "The post X appeared first on Y", both of them links."""
    last = next((e for e in reversed(root) if text_of(e)), None)
    if last is None or (last.tail or "").strip() or last.tag not in ("p", "div"):
        return root
    links = [a for a in last.iter("a") if a.get("href")]
    home = f"{split_url(url).scheme}://{split_url(url).netloc}/"
    told = any(leads_to(a.get("href"), url) for a in links) and any((a.get("href") or "").rstrip("/") + "/" == home for a in links)
    if told and len(text_of(last)) - sum(len(text_of(a)) for a in links) <= LONGEST_MORE:
        detach(last)
    return root


def is_manual(excerpt: str, content_html: str) -> bool:
    """Whether a person wrote an excerpt: WordPress's own is the content's first words, with an ellipsis where it goes on.

    Words are compared in order, and some may be missing: blocks, note markers and shortcodes stay out of WordPress's excerpt.
    """
    excerpt = " ".join(excerpt.split())
    marks = list(ELLIPSIS.finditer(excerpt))
    cut = bool(marks) and len(excerpt) - marks[-1].end() <= LONGEST_MORE
    said = WORD.findall((excerpt[: marks[-1].start()] if cut else excerpt).casefold())
    held = WORD.findall(html.unescape(TAG.sub(" ", content_html[:OPENING])).casefold())
    if not said or not held:
        return True
    told, at, straight = 0, 0, 0
    for number, word in enumerate(said):
        window = held[at : at + 60]
        # The last word may be cut.
        found = next((n for n, other in enumerate(window) if other == word or (number == len(said) - 1 and other.startswith(word))), None)
        if found is not None:
            told, at, straight = told + 1, at + found + 1, straight + (found == 0 or not told)
    if told < 0.9 * len(said):
        return True
    if cut or (len(content_html) < OPENING and len(held) <= 1.15 * len(said) + 3):
        return False
    # Without an ellipsis: in mid sentence, or after as many words as themes are told to take.
    number = len(excerpt.split())
    return straight < len(said) or number < FEWEST or (excerpt.rstrip()[-1:] in SENTENCE_END and number % 5 > 0)


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


def read_feed(item: dict[str, Any], zone: str | None = None) -> ItemReading:
    """A feed item as ``discover.feed`` gives it: link, guid, title, creators, published, categories, content, description, …

    ``zone`` is the site's zone, an IANA name or ``±hh:mm``: feeds print UTC.
    """
    guid = item.get("guid")
    number = whole(item.get("wp_id")) or (
        whole(next(iter(parse_qs(split_url(guid).query).get("p", [])), None)) if isinstance(guid, str) else None
    )
    url = string(item.get("link"))
    content = _without_feed_footer(with_emoji(string(item.get("content"))), url)
    excerpt = excerpt_of(with_emoji(string(item.get("description"))), url)
    return ItemReading(
        source="feed",
        url=url,
        wp_id=number,
        guid=guid,
        title=plain(item.get("title")),
        excerpt=excerpt,
        excerpt_manual=is_manual(excerpt, content) if excerpt and content else None,
        content_html=content,
        published=feed_moment(item.get("published"), zone),
        author_names=[name for n in item.get("creators") or [] if isinstance(n, str) for name in split_names(n)],
        term_names=[n for n in item.get("categories") or [] if n],
        terms_complete=True,
        comment_count=item["comment_count"] if isinstance(item.get("comment_count"), int) else None,
    )


def with_emoji(text: str | None) -> str | None:
    """HTML with the characters that WordPress turns into pictures for feed readers (``wp_staticize_emoji``)."""
    return EMOJI.sub(lambda found: found[1], text) if text and "core/emoji" in text else text


def _without_feed_footer(content: str | None, url: str | None) -> str | None:
    if not content or not url or split_url(url).path not in content[-1500:]:
        return content
    root = read_fragment(content)
    before = len(root)
    return inner_html(root) if len(without_footer(root, url)) < before else content


def feed_moment(value: Any, zone: str | None) -> Moment | None:
    """A feed's date on the site's clock; None for what is none."""
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
    try:
        utc = when.astimezone(UTC).replace(microsecond=0)
        clock = _clock(zone) if when.utcoffset() == timedelta(0) else None
        when = utc.astimezone(clock) if clock is not None else when
    except OverflowError:
        return None
    return Moment(local=when.replace(microsecond=0).isoformat(), utc=utc.isoformat().replace("+00:00", "Z"), precision="second")


def _clock(zone: str | None) -> tzinfo | None:
    try:
        if zone and zone[0] in "+-":
            return datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo
        return ZoneInfo(zone) if zone else None
    except (ValueError, OSError, KeyError):
        return None
