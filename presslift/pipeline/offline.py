"""What needs no site: exports anew from the store, the archive parsed anew, the state of an OUT; and a probe alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from presslift.config import Settings, load_settings
from presslift.errors import FetchError, NotAnOut
from presslift.exports import write_dataset
from presslift.pipeline.getting import Getter, now
from presslift.pipeline.lock import hold
from presslift.pipeline.reading import Reader
from presslift.pipeline.run import Progress, RunSummary, export_fingerprint, export_if_changed, open_folder
from presslift.pipeline.settling import Settler
from presslift.pipeline.source import StoreSource
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


def probe(url: str, *, settings: Settings | None = None, explicit_delay: bool = False) -> SiteFacts:
    """What a site is and offers. Raises ``SiteError`` when it is no WordPress, can't be reached or walls visitors off."""
    chosen = settings or Settings()
    address = start_address(url)
    client = Client(chosen.fetch, address, aliases=chosen.site.aliases, explicit_delay=explicit_delay)
    asked: dict[str, Response | FetchError] = {}

    def get(url: str, *, kind: str, accept: str | None = None) -> Answer:
        if url not in asked:
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
    own = folder / "config.yaml"
    return settings or load_settings(own if own.is_file() else None)


def export(out: str | Path, formats: Sequence[str] | None = None, *, settings: Settings | None = None) -> list[Path]:
    """Write exports anew from the store, offline. ``formats`` defaults to config.yaml's. Returns the files' paths.

    Raises ``NotAnOut``, ``UsageError`` for an unknown format, ``Locked``, ``OutUnwritable``.
    """
    folder = open_folder(out)
    chosen = _settings(folder, settings)
    with hold(folder), Store(folder) as store:
        facts = _facts(store, folder)
        source = StoreSource(store, facts, chosen, site_hosts(facts.url, chosen.site.aliases))
        paths = write_dataset(source, folder, list(formats) if formats else chosen.export.formats, chosen.export)
        if not formats or list(formats) == chosen.export.formats:
            store.set_meta("exported", export_fingerprint(store, source))
        return paths


def reparse(out: str | Path, *, learn: bool = False, settings: Settings | None = None, progress: Progress | None = None) -> RunSummary:
    """Parse the archive anew, offline; ``learn`` learns the site's profile anew as well. Raises as ``export`` does."""
    folder = open_folder(out)
    chosen = _settings(folder, settings)
    with hold(folder), Store(folder) as store:
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
        keys = reader.due(full=True)
        reader.learn(again=learn)
        reader.read_all(keys)
        hosts = site_hosts(facts.url, chosen.site.aliases)
        settler = Settler(store, number, facts, chosen, hosts, first=False, full=True)
        settler.withdraw()
        settler.settle()
        written = export_if_changed(folder, store, facts, chosen, hosts)
        archive.close()
        return RunSummary(
            out=str(folder), site=facts.url, run=number, exported=reader.read, updated=settler.counts["updated"], exports_written=written
        )


def status(out: str | Path) -> dict[str, Any]:
    """The last runs, how many addresses are in which state, and what failed. Raises ``NotAnOut``."""
    folder = open_folder(out)
    with Store(folder) as store:
        runs = [
            {**dict(row), "options": json.loads(row["options"]), "numbers": json.loads(row["numbers"])}
            for row in store.rows("SELECT * FROM runs ORDER BY id DESC LIMIT 10")
        ]
        states = {row["state"]: row["n"] for row in store.rows("SELECT state, count(*) AS n FROM addresses GROUP BY state ORDER BY state")}
        failures = [msgspec.to_builtins(failure) for failure in store.failures()]
        live = store.row("SELECT count(*) AS n FROM articles WHERE state = 'live'")
        return {
            "out": str(folder),
            "site": store.get_meta("site"),
            "at": now(),
            "articles": live["n"] if live else 0,
            "addresses": states,
            "failures": failures,
            "runs": runs,
        }
