"""``presslift forget``: an article or a commenter out of store, exports, archive and media, and kept out of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from presslift.config import Settings
from presslift.defects import forget_log
from presslift.errors import NotAnOut, UsageError
from presslift.pipeline.exporting import export_if_changed
from presslift.pipeline.folders import open_folder, own_settings
from presslift.pipeline.forgetting import COMMENTED, FILES, Eraser, Forgotten, forgotten, keep_forgotten, prints_of, take_comments_out
from presslift.pipeline.getting import now
from presslift.pipeline.lock import hold
from presslift.pipeline.settling import Settler
from presslift.records import SiteFacts
from presslift.scraper.fetch.addresses import article_key, canonical, same_site, site_hosts
from presslift.scraper.fetch.archive import ArchivedResponse
from presslift.scraper.fetch.blanking import blank
from presslift.store import Store, writable
from presslift.store_versions import backups
from presslift.urls import split_url

UNFINISHED = "forgetting"
"""Set in the store while something is being forgotten: a killed command is finished by the next run."""

UNTIDY = "untidy"
"""Set in the store while its file may still hold, where nothing points to, what was deleted."""


def forget(out: str | Path, names: Sequence[str], *, settings: Settings | None = None) -> list[str]:
    """Take articles (by address), comments (by theirs, with ``#comment-N``) and people who commented (by name or address) out of an OUT.

    For good: later runs leave them out. Returns a line about each. Raises ``NotAnOut``, ``UsageError`` for a name that nothing in OUT
    bears, ``Locked``, ``OutUnwritable``.
    """
    folder = open_folder(out)
    chosen = settings or own_settings(folder)
    with hold(folder), Store(folder) as store:
        kept = store.get_meta("facts")
        if kept is None:
            raise NotAnOut(f"{folder}: its migration never reached the site; there is nothing to forget")
        facts = msgspec.convert(kept, SiteFacts)
        what = forgotten(store)
        found = _Names(store, facts, chosen)
        told = [found.add(name, what) for name in names]
        what.swept = []
        with store.batch():
            keep_forgotten(store, what)
            store.set_meta(UNFINISHED, True)
        finish(store, folder, chosen)
        return told


class _Names:
    """What the words of a command line mean in one store."""

    def __init__(self, store: Store, facts: SiteFacts, settings: Settings):
        self._store, self._start = store, facts.url
        self._hosts = site_hosts(facts.url, settings.site.aliases)

    def add(self, name: str, what: Forgotten) -> str:
        """Add what a name means; a line about it. Raises ``UsageError``."""
        address = canonical(name, self._start) if "://" in name or name.startswith("/") else None
        number = split_url(name).fragment.removeprefix("comment-")
        if address is not None and re.fullmatch(r"\d{1,18}", number):
            what.comments = sorted({*what.comments, int(number)})
            return f"{name}: the comment"
        if address is not None and (told := self._article(address, what)):
            return f"{name}: {told}"
        people = [p for p in prints_of(None if address else name, address) if self._wrote(p)]
        if people:
            what.people = sorted({*what.people, *people})
            wrote = sum(self._wrote(p) for p in people)
            return f"{name}: {wrote} comment{'' if wrote == 1 else 's'}"
        if address is not None and same_site(address, self._hosts):
            what.addresses = sorted({*what.addresses, article_key(address, self._start)})
            return f"{name}: unknown so far; it will be left out"
        raise UsageError(f"{name}: no article has this address, and nobody of this name or address wrote a comment in OUT")

    def _article(self, address: str, what: Forgotten) -> str | None:
        key = article_key(address, self._start)
        row = (
            self._store.row("SELECT id, type, wp_id, key FROM articles WHERE key = ?", key)
            or self._store.row("SELECT id, type, wp_id, articles.key FROM articles JOIN aliases ON article = id WHERE aliases.key = ?", key)
            or self._store.row("SELECT article AS id, type, wp_id, key FROM addresses WHERE key = ?", key)
        )
        if row is None:
            return None
        others = [r["key"] for r in self._store.rows("SELECT key FROM aliases WHERE article = ?", row["id"])]
        others += [r["key"] for r in self._store.rows("SELECT key FROM addresses WHERE article = ?", row["id"])]
        what.addresses = sorted({*what.addresses, key, row["key"], *others})
        if row["wp_id"]:
            what.ids = sorted({*what.ids, (row["type"] or "post", int(row["wp_id"]))})
        return "the article"

    def _wrote(self, person: str) -> int:
        """How many comments in OUT are of a person."""
        count = 0
        for row in self._store.rows("SELECT id FROM articles WHERE CAST(parsed AS TEXT) LIKE ?", COMMENTED):
            article = self._store.article(row["id"])
            count += sum(person in prints_of(c.author.name, c.author.url) for c in article.comments) if article else 0
        return count


def finish(store: Store, folder: Path, settings: Settings) -> None:
    """Do all that is to be done for what is to be forgotten; again from the start where it was cut off."""
    facts = msgspec.convert(store.get_meta("facts"), SiteFacts)
    what, hosts = forgotten(store), site_hosts(facts.url, settings.site.aliases)
    last = store.row("SELECT max(id) AS id FROM runs")
    run = int(last["id"] or 0) if last else 0
    store.write("PRAGMA secure_delete = ON")
    Eraser(store, what, facts.url).erase(run, now())
    _delete_files(store, folder)
    with writable(folder):
        forget_log(folder)
    sweep(store, folder)
    settler = Settler(store, run, facts, settings, hosts, first=False, full=False)
    settler.withdraw()
    settler.settle()
    export_if_changed(folder, store, facts, settings, hosts)
    tidy(store)
    store.set_meta(UNFINISHED, False)


def tidy(store: Store) -> None:
    """Have what was deleted stand nowhere in the store's file any more, nor in its log, nor in copies that an upgrade left."""
    for copy in backups(store.path):
        with writable(copy):
            copy.unlink(missing_ok=True)
    store.write("VACUUM")
    store.write("PRAGMA wal_checkpoint(TRUNCATE)")
    store.set_meta(UNTIDY, False)


def sweep(store: Store, folder: Path, *, all_comments: bool = False) -> None:
    """Take what is to be forgotten out of the archive's files that were not looked through yet, or out of all."""
    what, facts = forgotten(store), store.get_meta("facts")
    if facts is None or not (what or all_comments):
        return
    files = sorted(p for p in (folder / "archive").glob("*.warc.gz") if all_comments or p.name not in what.swept)
    redactor = what.redactor(facts["url"], all_comments=all_comments)
    query = "SELECT warc, offset FROM responses JOIN addresses ON responses.id IN (page, read_page) WHERE addresses.state != 'excluded'"
    pages = {(row["warc"], row["offset"]) for row in store.rows(query)}

    def redact(response: ArchivedResponse) -> bytes | None:
        kept = (response.warc, response.offset) in pages
        return redactor.redact(response.url, response.headers.get("content-type", ""), response.body, kept=kept) if response.body else None

    for path in files:
        done = blank(path, redact)
        what.swept = sorted({*what.swept, path.name})
        with store.batch():
            for one in done:
                # Validators of what stands there no more would call it unchanged.
                values = "etag = NULL, last_modified = NULL, sha256 = coalesce(?, sha256)" + (
                    "" if one.sha256 else ", warc = NULL, offset = NULL"
                )
                store.write(f"UPDATE responses SET {values} WHERE warc = ? AND offset = ?", one.sha256, one.warc, one.offset)
            keep_forgotten(store, what)


def forget_comments(store: Store, folder: Path, settings: Settings) -> None:
    """Take out the comments that were read before they were not wanted any more: of the store, and of REST's and feeds' answers."""
    if settings.scope.comments:
        return
    if store.row("SELECT 1 FROM evidence WHERE kind = 'comment'") or store.row(
        "SELECT 1 FROM articles WHERE CAST(parsed AS TEXT) LIKE ?", COMMENTED
    ):
        store.write("PRAGMA secure_delete = ON")
        take_comments_out(store)
        store.set_meta(UNTIDY, True)
        sweep(store, folder, all_comments=True)


def _delete_files(store: Store, folder: Path) -> None:
    media = (folder / "media").resolve()
    for name in store.get_meta(FILES, []):
        path = (folder / name).resolve()
        with writable(folder):
            if path.is_relative_to(media):
                path.unlink(missing_ok=True)
    store.set_meta(FILES, [])
