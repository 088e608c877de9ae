"""Which articles each archive of a term or an author lists, over the runs: what joins, and, read to the end twice, what leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from presslift.store import Store

OF_THE_READING = ("page", "last")
"""What evidence tells of the page that it was read from, and not of the archive."""


def merged(known: dict[str, Any], told: dict[str, Any], run: int) -> dict[str, Any]:
    """An archive's evidence with what one page of it told in a run.

    ``members`` are the addresses listed; ``read_run`` is the last run that read some page of it, ``pages`` and ``last`` those
    read and the number of the last, where its end was seen; ``before`` is what was known before that run, of which ``members``
    hold what the pages read lack until two runs that read all of them have missed it (``missing``: address → first such run).
    """
    data = known | {k: v for k, v in told.items() if v not in (None, [], {}) and k not in (*OF_THE_READING, "members")}
    if known.get("pictures") and told.get("pictures"):
        # Each page shows those of its own members.
        data["pictures"] = known["pictures"] | told["pictures"]
    if told.get("page") is None:
        return data | {"members": _joined(known.get("members"), told.get("members"))}
    if known.get("read_run") == run:
        before, seen, pages, last = known["before"], known["seen"], known["pages"], known["last"]
    else:
        names = {name: known.get(name) for name in ("name", "slug", "parent")}
        before, seen, pages, last = names | {"members": known.get("members", []), "missing": known.get("missing", {})}, [], [], None
    seen, pages = _joined(seen, told.get("members")), sorted({*pages, told["page"]})
    last = min(n for n in (last, told["page"]) if n is not None) if told.get("last") else last
    there = set(seen)
    missing = {url: at for url, at in before["missing"].items() if url not in there}
    gone: set[str] = set()
    if seen and last is not None and set(range(1, last + 1)) <= set(pages):
        # Read to its end.
        missing = {url: missing.get(url, run) for url in before["members"] if url not in there}
        gone = {url for url, at in missing.items() if at < run}
    kept = [url for url in before["members"] if url not in gone]
    reading = {"read_run": run, "pages": pages, "last": last, "seen": seen, "before": before}
    return data | reading | {"members": _joined(kept, seen), "missing": {url: at for url, at in missing.items() if url not in gone}}


def _joined(first: list[str] | None, second: list[str] | None) -> list[str]:
    return list(dict.fromkeys([*(first or []), *(second or [])]))


def moved_members(store: Store, run: int) -> Iterator[str]:
    """Addresses that joined or left an archive in a run, and all members of one that has another name."""
    for data in store.evidence("archive"):
        before = data.get("before")
        if data.get("read_run") != run or before is None:
            continue
        was, now = set(before["members"]), set(data["members"])
        renamed = was and any(before[name] != data.get(name) for name in ("name", "slug", "parent"))
        yield from sorted(was | now if renamed else was ^ now)
