"""What is taken out of an OUT for good: an article, a comment, a person's comments; and kept out of what later runs bring."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from presslift.records import Article, Comment
from presslift.scraper.fetch.addresses import article_key, canonical
from presslift.scraper.parse.items import plain
from presslift.scraper.parse.redacting import Redactor
from presslift.store import ENCODE, Store
from presslift.urls import split_url

FORGOTTEN = "forgotten"
"""Under this name the store has what is to be forgotten: see ``Forgotten``."""

REASON, RULE = "forgotten", "forget"
FILES = "files_to_delete"
COMMENTED = '%"comments":[{%'


class Forgotten(Struct, kw_only=True):
    """What is to be forgotten. Of people hashes alone are kept.

    ``addresses`` are keys, ``ids`` [type, id] of WordPress, ``comments`` ids, ``people`` SHA-256 of folded names and of addresses;
    ``swept`` the archive's files that hold none of it any more.
    """

    addresses: list[str] = []
    ids: list[tuple[str, int]] = []
    comments: list[int] = []
    people: list[str] = []
    swept: list[str] = []

    def __bool__(self) -> bool:
        return bool(self.addresses or self.ids or self.comments or self.people)

    def is_article(self, key: str, type_: str | None, wp_id: int | None) -> bool:
        """Whether an address, or the article with an id, is to be forgotten."""
        return key in self.addresses or (type_ or "post", wp_id) in self.ids

    def is_person(self, name: str | None, url: str | None) -> bool:
        """Whether a comment's author is."""
        return bool(self.people) and any(print_ in self.people for print_ in prints_of(name, url))

    def is_comment(self, wp_id: int | None, post: int | None, name: str | None, url: str | None) -> bool:
        """Whether a comment is: itself, its author, or the post that it is on."""
        return wp_id in self.comments or self.is_person(name, url) or any(post == id for _, id in self.ids)

    def without(self, comments: Iterable[Comment]) -> list[Comment]:
        """The comments that stay; those that answered one that doesn't stand by themselves."""
        left = [c for c in comments if not (c.id in self.comments or self.is_person(c.author.name, c.author.url))]
        ids = {c.id for c in left}
        return [c if c.parent is None or c.parent in ids else msgspec.structs.replace(c, parent=None) for c in left]

    def redactor(self, start: str, *, all_comments: bool = False) -> Redactor:
        """What takes all of it out of answers."""
        return Redactor(
            start,
            keys=self.addresses,
            ids=self.ids,
            comments=self.comments,
            is_person=self.is_person,
            people=bool(self.people),
            all_comments=all_comments,
        )


def forgotten(store: Store) -> Forgotten:
    """What is to be forgotten; nothing where nobody asked."""
    return msgspec.convert(store.get_meta(FORGOTTEN, {}), Forgotten)


def keep_forgotten(store: Store, what: Forgotten) -> None:
    """Write down what is to be forgotten."""
    store.set_meta(FORGOTTEN, msgspec.to_builtins(what))


def prints_of(name: str | None, url: str | None) -> list[str]:
    """What is kept of a person: hashes of the name, whatever its case and spaces, and of the address."""
    told = [("name", " ".join((name or "").casefold().split())), ("url", canonical(url or "").rstrip("/"))]
    return [hashlib.sha256(f"{kind} {text}".encode()).hexdigest() for kind, text in told if text]


class Eraser:
    """Takes what is to be forgotten out of the store's tables. Idempotent."""

    def __init__(self, store: Store, what: Forgotten, start: str):
        self._store, self._what, self._start = store, what, start
        self._files: set[str] = set()

    def erase(self, run: int, at: str) -> None:
        """Erase all of it in one transaction; whoever follows the changes is told of removals. Files to be deleted are noted."""
        with self._store.batch():
            self._articles(run, at)
            self._addresses()
            self._comments()
            self._store.set_meta(FILES, sorted({*self._store.get_meta(FILES, []), *self._files}))

    def _articles(self, run: int, at: str) -> None:
        store, gone = self._store, []
        for row in list(store.rows("SELECT id, key, url, type, wp_id, state FROM articles")):
            if not self._what.is_article(row["key"], row["type"], row["wp_id"]) and not self._by_alias(row["id"]):
                continue
            store.write("DELETE FROM changes WHERE article_id = ?", row["id"])
            if row["state"] == "live":
                store.add_change(at, run, "removed", Article(id=row["id"], wp_id=row["wp_id"], url=row["url"]))
            self._media(row["id"])
            store.write("DELETE FROM items WHERE key IN (SELECT key FROM addresses WHERE article = ?)", row["id"])
            store.write(
                "UPDATE addresses SET article = NULL, state = 'excluded', reason = ?, rule = ? WHERE article = ?", REASON, RULE, row["id"]
            )
            store.write("DELETE FROM aliases WHERE article = ?", row["id"])
            store.write("DELETE FROM articles WHERE id = ?", row["id"])
            gone.append(row["id"])
        if gone:
            parents = {child: parent for child, parent in store.get_meta("parents", {}).items() if child not in gone}
            store.set_meta("parents", parents)
            store.set_meta("generation", store.get_meta("generation", 0) + 1)

    def _by_alias(self, id: str) -> bool:
        return any(row["key"] in self._what.addresses for row in self._store.rows("SELECT key FROM aliases WHERE article = ?", id))

    def _media(self, id: str) -> None:
        """Files that no other record shows are forgotten with the one that did."""
        article = self._store.article(id, "settled") or self._store.article(id)
        for medium in article.media if article else ():
            others = "SELECT 1 FROM articles WHERE id != ? AND instr(CAST(coalesce(settled, parsed) AS TEXT), ?) LIMIT 1"
            if self._store.row(others, id, medium.url) is None:
                self._store.drop_evidence("media_url", article_key(medium.url, self._start))
                self._store.write("DELETE FROM evidence WHERE kind = 'media' AND json_extract(data, '$.url') = ?", medium.url)
                self._files.add(medium.local_path or f"media/{unquote(split_url(medium.url).path).lstrip('/')}")

    def _addresses(self) -> None:
        redactor = self._what.redactor(self._start)
        for row in list(self._store.rows("SELECT key, type, wp_id FROM addresses")):
            if self._what.is_article(row["key"], row["type"], row["wp_id"]):
                nothing = dict.fromkeys(("detail", "article", "page", "read_page", "inputs"))
                self._store.update_address(row["key"], state="excluded", reason=REASON, rule=RULE, **nothing)
                self._store.drop_items(row["key"])
        for table in ("responses", "problems"):
            for row in list(self._store.rows(f"SELECT DISTINCT url FROM {table}")):
                if redactor.owns(row["url"]):
                    self._store.write(f"DELETE FROM {table} WHERE url = ?", row["url"])

    def _comments(self) -> None:
        """The comments of evidence become stubs, which keep REST's counts right; those of records go."""
        for row in list(self._store.rows("SELECT key, data FROM evidence WHERE kind = 'comment'")):
            data = json.loads(row["data"])
            kept = stubbed(data, self._what)
            if kept is not data:
                self._store.write("UPDATE evidence SET data = ? WHERE kind = 'comment' AND key = ?", json.dumps(kept), row["key"])
        if not self._what.comments and not self._what.people:
            return
        for row in list(self._store.rows("SELECT id, state FROM articles WHERE CAST(coalesce(settled, parsed) AS TEXT) LIKE ?", COMMENTED)):
            # What was settled stands until it is settled anew, so that the change is told; of tombstones nothing is told.
            for column in ("parsed",) if row["state"] == "live" else ("parsed", "settled"):
                article = self._store.article(row["id"], column)
                if article is not None and (left := self._what.without(article.comments)) != article.comments:
                    article.comments = left
                    self._store.write(f"UPDATE articles SET {column} = ?, dirty = 1 WHERE id = ?", ENCODE.encode(article), row["id"])


def take_comments_out(store: Store) -> None:
    """All comments out of the store, where they are not wanted any more."""
    with store.batch():
        store.drop_evidence("comment")
        for row in list(store.rows("SELECT id FROM articles WHERE CAST(parsed AS TEXT) LIKE ?", COMMENTED)):
            article = store.article(row["id"])
            if article is not None:
                article.comments = []
                store.write("UPDATE articles SET parsed = ?, dirty = 1 WHERE id = ?", ENCODE.encode(article), row["id"])


def stubbed(data: dict[str, Any], what: Forgotten) -> dict[str, Any]:
    """A comment of REST as it is kept: as it is, or its numbers alone when it is to be forgotten."""
    post, wp_id = data.get("post"), data.get("id")
    if data.get("forgotten") or not what.is_comment(wp_id, post, plain(data.get("author_name")), data.get("author_url") or None):
        return data
    return {"id": wp_id, "post": post, "forgotten": True}
