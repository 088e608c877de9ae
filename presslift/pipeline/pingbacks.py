"""What pages print of a pingback is a name and an address; its text and date stand in REST, one by one, and in the post's comment feed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from presslift.errors import FetchError
from presslift.pipeline.getting import Getter
from presslift.records import Comment, SiteFacts
from presslift.scraper.discover.answers import read_json, route, single
from presslift.scraper.discover.feed import read_feed_answer
from presslift.scraper.parse import comments as discussion

MOST = 100
"""Pingbacks of one article that are asked for one by one."""


def completed(
    comments: list[Comment], known: Iterable[Comment], url: str, getter: Getter, facts: SiteFacts, zone: str | None, *, rest: bool = True
) -> list[Comment]:
    """The comments that ``url``'s page prints, its pingbacks with what else is to be had of them.

    ``rest`` is whether REST may be asked; ``known`` are comments of an earlier record: what it had is not asked for again. What can't be had stays as printed.
    WordPress lists no pingbacks in REST without a log-in, but shows each by its number.
    """
    told = {c.id: c for c in known if c.text}
    comments = [_filled(c, told.get(c.id)) for c in comments]
    lacking = [c.id for c in comments if c.type == "pingback" and c.text is None][:MOST]
    if lacking and rest and facts.rest_root:
        told |= _from_rest(lacking, facts.rest_root, getter, zone)
    if any(number not in told for number in lacking) and facts.feeds:
        told |= _from_feed(url, getter, zone)
    return [_filled(c, told.get(c.id)) for c in comments] if lacking else comments


def _filled(comment: Comment, told: Comment | None) -> Comment:
    if told is None or comment.type != "pingback" or comment.text:
        return comment
    author = comment.author if comment.author.name else told.author
    return replace(
        comment,
        author=author,
        html=told.html,
        text=told.text,
        date=told.date or comment.date,
        date_utc=told.date_utc or comment.date_utc,
        parent=comment.parent or told.parent,
    )


def _from_rest(numbers: list[int], root: str, getter: Getter, zone: str | None) -> dict[int, Comment]:
    items: list[dict[str, Any]] = []
    collection = route(root, "/wp/v2/comments")
    for answer in getter.gather([single(collection, number) for number in numbers], kind="rest").values():
        try:
            item = read_json(answer) if not isinstance(answer, FetchError) and answer.status == 200 else None
        except ValueError:
            continue
        if isinstance(item, dict):
            items.append(item)
    return {c.id: c for c in discussion.from_rest(items, zone)}


def _from_feed(url: str, getter: Getter, zone: str | None) -> dict[int, Comment]:
    feed = f"{url}&feed=rss2" if "?" in url else f"{url.rstrip('/')}/feed/"
    try:
        answer = getter(feed, kind="feed")
        items = read_feed_answer(answer).items if answer.status == 200 else []
    except (FetchError, ValueError):
        items = []
    found = {}
    for item in items:
        number = re.search(r"#comment-(\d{1,18})$", item.get("link") or "")
        if number:
            found[int(number[1])] = discussion.from_feed(int(number[1]), item, zone)
    return found
