"""What needs no site: exports anew from the store, the archive parsed anew, the state of an OUT; and a probe alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from presslift.config import Settings
from presslift.defects import TraceLog, traced_to
from presslift.errors import DecisionNeeded, FetchError, NotAnOut
from presslift.exports import write_dataset
from presslift.exports.format import choose_formats
from presslift.pipeline.exporting import export_fingerprint, export_if_changed
from presslift.pipeline.folders import open_folder, own_settings, record_settings, search_modules
from presslift.pipeline.getting import Getter, now
from presslift.pipeline.lock import hold, holder
from presslift.pipeline.reading import Reader
from presslift.pipeline.run import Progress, RunSummary
from presslift.pipeline.settling import Settler
from presslift.pipeline.source import StoreSource
from presslift.pipeline.trust import distrusted
from presslift.pipeline.unattended import read_health
from presslift.records import SiteFacts
from presslift.scraper.discover.events import Answer
from presslift.scraper.fetch.addresses import site_hosts, start_address
from presslift.scraper.fetch.archive import Archive
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.response import Response
from presslift.scraper.probe import probe_site
from presslift.store import Store


class SiteClosed:
    """A client that never asks: offline work reads the archive, or does without."""

    def get(self, url: str, **_: Any) -> Response:
        """Refuse. Raises ``FetchError``."""
        raise FetchError(url, "connection", "offline: not in the archive", attempts=0)

    def map(self, urls: Iterable[str], **_: Any) -> Iterator[tuple[str, Response | FetchError]]:
        """Refuse each."""
        for url in urls:
            yield url, FetchError(url, "connection", "offline: not in the archive", attempts=0)


def probe(
    url: str,
    *,
    settings: Settings | None = None,
    explicit_delay: bool = False,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> SiteFacts:
    """What a site is and offers. Raises ``SiteError`` when it is no WordPress, can't be reached or walls visitors off.

    ``progress`` is called with ("probing", addresses asked, 0); setting ``stop`` ends it with ``Stopped``.
    """
    chosen = settings or Settings()
    address = start_address(url)
    client = Client(chosen.fetch, address, aliases=chosen.site.aliases, explicit_delay=explicit_delay, stop=stop)
    asked: dict[str, Response | FetchError] = {}

    def get(url: str, *, kind: str, accept: str | None = None) -> Answer:
        if url not in asked:
            if progress is not None:
                progress("probing", len(asked), 0)
            try:
                asked[url] = client.get(url, kind=kind, accept=accept)
            except FetchError as error:
                asked[url] = error
        answer = asked[url]
        if isinstance(answer, FetchError):
            raise answer
        return answer

    try:
        return probe_site(address, get, chosen)
    finally:
        client.close()


def _facts(store: Store, folder: Path) -> SiteFacts:
    kept = store.get_meta("facts")
    if kept is None:
        raise NotAnOut(f"{folder}: its migration never reached the site; run `presslift migrate URL -o {folder}` again")
    return msgspec.convert(kept, SiteFacts)


def _settings(folder: Path, settings: Settings | None) -> Settings:
    search_modules(folder)
    return settings or own_settings(folder)


def export(out: str | Path, formats: Sequence[str] | None = None, *, settings: Settings | None = None) -> list[Path]:
    """Write exports anew from the store, offline: config.yaml's formats, and ``formats`` beside them, from now on.

    ``settings`` take the place of config.yaml, from now on as well. Returns the files' paths. Raises ``NotAnOut``,
    ``UsageError`` for an unknown format, ``Locked``, ``OutUnwritable``.
    """
    folder = open_folder(out)
    chosen = _settings(folder, settings)
    together = list(dict.fromkeys([*chosen.export.formats, *(formats or ())]))
    choose_formats(together)
    chosen = msgspec.structs.replace(chosen, export=msgspec.structs.replace(chosen.export, formats=together))
    with hold(folder), traced_to(TraceLog(folder)), Store(folder) as store:
        facts = _facts(store, folder)
        source = StoreSource(store, facts, chosen, site_hosts(facts.url, chosen.site.aliases))
        paths = write_dataset(source, folder, together, chosen.export)
        store.set_meta("exported", export_fingerprint(store, source))
        record_settings(folder, chosen)
        return paths


def reparse(out: str | Path, *, learn: bool = False, settings: Settings | None = None, progress: Progress | None = None) -> RunSummary:
    """Parse the archive anew, offline; ``learn`` learns the site's profile anew as well. Raises as ``export`` does.

    An article whose page the archive has no more, or whose reading fails, stays as it is, and counts as failed.
    """
    folder = open_folder(out)
    chosen = _settings(folder, settings)
    with hold(folder), traced_to(TraceLog(folder)), Store(folder) as store:
        facts = _facts(store, folder)
        run = store.row("SELECT max(id) AS id FROM runs")
        number = int(run["id"]) if run else 0
        archive = Archive(folder / "archive")
        getter = Getter(store, SiteClosed(), archive, number, any_run=True)  # type: ignore[arg-type]
        store.write(
            "UPDATE addresses SET seen_run = ?, read_run = 0 WHERE state IN ('exported', 'failed') AND (page IS NOT NULL OR key IN (SELECT key FROM items))",
            number,
        )
        reader = Reader(store, getter, number, facts, chosen, folder, progress or (lambda stage, done, known: None))
        due = reader.due(full=True)
        keys = [key for key in due if _at_hand(store, getter, key)]
        reader.learn(again=learn)
        reader.read_all(keys)
        hosts = site_hosts(facts.url, chosen.site.aliases)
        settler = Settler(store, number, facts, chosen, hosts, first=False, full=True)
        settler.withdraw()
        settler.settle()
        written = export_if_changed(folder, store, facts, chosen, hosts)
        archive.close()
        record_settings(folder, chosen)
        lost = len(due) - len(keys)
        unread = sum(1 for failure in store.failures() if failure.reason == "parse_error")
        return RunSummary(
            out=str(folder), site=facts.url, run=number, exported=reader.read, failed=lost + unread, exit_code=int(lost + unread > 0),
            updated=settler.counts["updated"], exports_written=written,
        )  # fmt: skip


def _at_hand(store: Store, getter: Getter, key: str) -> bool:
    row = store.row("SELECT page FROM addresses WHERE key = ?", key)
    if row is None or row["page"] is None:
        return True
    try:
        getter.archived(row["page"])
    except FetchError:
        return False
    return True


def status(out: str | Path) -> dict[str, Any]:
    """The last ten runs, how many addresses are in which state, what is due, and what failed. Raises ``NotAnOut``.

    A run's ``state`` is done, failed, running, or cut off: one that no process is at work on any more.
    """
    folder = open_folder(out)
    held = holder(folder)
    with Store(folder, read_only=True) as store:
        runs = [
            {**dict(row), "options": json.loads(row["options"]), "numbers": json.loads(row["numbers"])}
            for row in store.rows("SELECT * FROM runs ORDER BY id DESC LIMIT 10")
        ]
        for run in runs:
            run["state"] = "cut off" if run["state"] == "running" and held is None else run["state"]
        states = {row["state"]: row["n"] for row in store.rows("SELECT state, count(*) AS n FROM addresses GROUP BY state ORDER BY state")}
        failures = [msgspec.to_builtins(failure) for failure in store.failures()]
        live = store.row("SELECT count(*) AS n FROM articles WHERE state = 'live'")
        return {
            "out": str(folder),
            "site": store.get_meta("site"),
            "at": now(),
            "held_by": held,
            "articles": live["n"] if live else 0,
            "addresses": states,
            "due": _due(folder, runs, states),
            "distrusted": distrusted(store),
            "health": read_health(folder),
            "failures": failures,
            "runs": runs,
        }


def _due(folder: Path, runs: list[dict[str, Any]], states: dict[str, int]) -> list[str]:
    """What a person may want to do next, in words."""
    last = runs[0] if runs else None
    if last is None:
        return [f"nothing was begun: `presslift migrate URL -o {folder}`"]
    if last["state"] == "cut off":
        return [f"run {last['id']} was cut off: `presslift sync {folder}` goes on where it stood"]
    if last["state"] == "failed" and last["exit_code"] == DecisionNeeded.exit_code:
        return [f"a person's decision: `presslift sync {folder} --accept-removals`, if so much was really removed"]
    left = states.get("pending", 0) + states.get("failed", 0)
    return [f"{left} addresses to be tried again by the next `presslift sync {folder}`"] if left and last["state"] != "running" else []
