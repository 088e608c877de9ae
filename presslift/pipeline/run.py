"""A run: probe, discover, fetch, read, settle, export. A migration is the first sync on an empty store."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from presslift.config import Settings
from presslift.defects import TraceLog, traced_to
from presslift.errors import NotAnOut, NotNow, OutUnwritable, PressliftError, SiteError, Stopped
from presslift.exports.format import choose_formats
from presslift.pipeline.archives import ArchiveReader
from presslift.pipeline.dependents import RETOLD, dependents
from presslift.pipeline.exporting import export_if_changed
from presslift.pipeline.finding import Finder
from presslift.pipeline.folders import made, open_folder, own_settings, record_settings, search_modules
from presslift.pipeline.forget import UNFINISHED, UNTIDY, finish, forget_comments, sweep, tidy
from presslift.pipeline.getting import Getter, now
from presslift.pipeline.lock import hold
from presslift.pipeline.quiet import CUT_SHORT, Looker, Plan, remember, vanished
from presslift.pipeline.reading import Reader
from presslift.pipeline.sampling import Sampler
from presslift.pipeline.settling import UNTRANSFORMED, Settler
from presslift.pipeline.source import transforms_fingerprint
from presslift.pipeline.trust import trust_again
from presslift.pipeline.unpublished import leave_out, require_account
from presslift.records import SiteFacts
from presslift.scraper.discover import discover, discover_rest
from presslift.scraper.discover.events import Event, Found
from presslift.scraper.fetch.addresses import site_hosts, start_address
from presslift.scraper.fetch.archive import Archive
from presslift.scraper.fetch.client import Client
from presslift.scraper.probe import probe_site
from presslift.spans import hours_of
from presslift.store import FILE_NAME, Store, writable
from presslift.transforms import build_chain

Progress = Callable[[str, int, int], None]


class RunSummary(Struct, kw_only=True):
    """What a run did. ``exit_code`` is 0, or 1 when there are ``failures``; other outcomes are exceptions.

    ``failed`` are addresses without a record; ``stale`` records whose own page could not be had, which stand on what was read
    before, or on REST or the feed; ``missing_parts`` the listings, further pages and pages of comments that could not be read.
    """

    out: str
    site: str
    run: int
    exit_code: int = 0
    resumed: bool = False
    looked_at: str = "all"
    discovered: int = 0
    exported: int = 0
    failed: int = 0
    stale: int = 0
    missing_parts: int = 0
    excluded: int = 0
    created: int = 0
    updated: int = 0
    moved: int = 0
    restored: int = 0
    removed: int = 0
    requests: int = 0
    bytes_read: int = 0
    seconds: float = 0.0
    exports_written: bool = False
    found_by: dict[str, int] = {}
    excluded_by: dict[str, int] = {}
    incomplete: list[str] = []

    @property
    def failures(self) -> int:
        """All that could not be read: the lines of ``failures.jsonl``, but for those of media."""
        return self.failed + self.stale + self.missing_parts


class Options(Struct, kw_only=True):
    """How one run differs from the next.

    Setting ``stop`` ends the run with ``Stopped``; the next one goes on where it stood. ``progress`` is called with (stage,
    done, known), known being 0 while it isn't; ``failures`` with the number of addresses that failed so far.
    """

    full: bool = False
    accept_removals: bool = False
    explicit_delay: bool = False
    stop: threading.Event | None = None
    progress: Progress | None = None
    failures: Callable[[int], None] | None = None


def migrate(
    url: str,
    out: str | Path,
    *,
    config: str | Path | Settings | None = None,
    limit: int | None = None,
    progress: Progress | None = None,
    options: Options | None = None,
) -> RunSummary:
    """The whole job: ``url``'s public posts and pages into the folder ``out``. On an OUT of the same site it goes on.

    ``config`` is a path or settings; ``progress`` is called with (stage, done, known). Raises ``UsageError`` (URL, config,
    folder), ``SiteError`` (unreachable, no WordPress, walled off), ``Locked``, ``OutUnwritable``, ``DecisionNeeded``.
    """
    address = start_address(url)
    folder = Path(out)
    settings = _checked(folder, config)
    require_account(settings, address)
    if limit is not None:
        settings = msgspec.structs.replace(settings, scope=msgspec.structs.replace(settings.scope, limit=limit))
    fresh = not (folder / FILE_NAME).exists()
    with made(folder), hold(folder), traced_to(TraceLog(folder)), Store(folder, create=fresh) as store:
        known = store.get_meta("site")
        if known is not None and site_hosts(known).isdisjoint(site_hosts(address)):
            raise NotAnOut(f"{folder}: is an OUT of {known}, not of {address}; name another folder with -o")
        return _perform("migrate", folder, known or address, store, settings, _merged(options, progress))


def sync(
    out: str | Path, *, config: str | Path | Settings | None = None, progress: Progress | None = None, options: Options | None = None
) -> RunSummary:
    """Bring an OUT up to date. Raises as ``migrate`` does, ``NotAnOut`` for a folder that is none, ``NotNow`` when it may not ask."""
    folder = open_folder(out)
    settings = _checked(folder, config)
    if seconds_until_allowed(settings):
        raise NotNow(f"{folder}: nothing was asked: sync.allowed_hours is {settings.sync.allowed_hours}, and it is {datetime.now():%H:%M}")
    with hold(folder), traced_to(TraceLog(folder)), Store(folder) as store:
        site = store.get_meta("site")
        if site is None:
            raise NotAnOut(f"{folder}: no migration has been started in it; run `presslift migrate URL -o {folder}`")
        require_account(settings, site)
        return _perform("sync", folder, site, store, settings, _merged(options, progress))


def seconds_until_allowed(settings: Settings) -> float:
    """The seconds until ``sync.allowed_hours`` begin, by this machine's clock; 0 within them, or where there are none."""
    hours = settings.sync.allowed_hours
    return hours_of(hours).seconds_until(datetime.now()) if hours else 0.0


def _merged(options: Options | None, progress: Progress | None) -> Options:
    chosen = options or Options()
    return msgspec.structs.replace(chosen, progress=progress) if progress else chosen


def _checked(folder: Path, config: str | Path | Settings | None) -> Settings:
    """The settings, all of which can be followed: known before the site is asked for anything. Raises ``UsageError``."""
    settings = config if isinstance(config, Settings) else own_settings(folder, config)
    search_modules(folder)
    build_chain(settings.transforms)
    choose_formats(settings.export.formats)
    return settings


def _perform(command: str, folder: Path, site: str, store: Store, settings: Settings, options: Options) -> RunSummary:
    started, begun = now(), time.monotonic()
    first = store.row("SELECT 1 FROM articles LIMIT 1") is None or store.row("SELECT 1 FROM runs WHERE state = 'done'") is None
    with writable(folder):
        record_settings(folder, settings)
        archive = Archive(folder / "archive")
    run, resumed = store.begin_run(command, started, {"full": options.full})
    store.set_meta("site", site)
    if options.full:
        trust_again(store)
    if store.get_meta(UNFINISHED):
        finish(store, folder, settings)
    stop = options.stop or threading.Event()
    hours = hours_of(settings.sync.allowed_hours) if command == "sync" and settings.sync.allowed_hours else None
    client = Client(settings.fetch, site, archive=archive, aliases=settings.site.aliases, explicit_delay=options.explicit_delay, stop=stop)
    summary = RunSummary(out=str(folder), site=site, run=run, resumed=resumed)
    try:
        until = time.monotonic() + hours.seconds_left(datetime.now()) if hours else None
        _steps(summary, folder, store, settings, options, Getter(store, client, archive, run, full=options.full, until=until), first)
    except PressliftError as error:
        if isinstance(error, SiteError):
            store.undo_discovery(run)
        # What was cut off by a signal or the disk is gone on with.
        if not isinstance(error, OutUnwritable | Stopped):
            store.end_run(run, now(), "failed", error.exit_code, {"error": str(error)})
        raise
    finally:
        client.close()
        archive.close()
        sweep(store, folder)
    if store.get_meta(UNTIDY):
        tidy(store)
    summary.requests, summary.bytes_read, summary.seconds = client.requests, client.bytes_read, round(time.monotonic() - begun, 2)
    store.end_run(run, now(), "done", summary.exit_code, msgspec.to_builtins(summary))
    return summary


def _steps(summary: RunSummary, folder: Path, store: Store, settings: Settings, options: Options, getter: Getter, first: bool) -> None:
    watch = Watch(options)
    site, run = summary.site, summary.run
    leave_out(store, settings)
    plan = _planned(summary, store, settings, options, getter, first, watch)
    facts, finder = _find(plan, summary, store, settings, getter, watch)
    hosts = site_hosts(facts.url, settings.site.aliases)
    summary.looked_at = plan.level
    forget_comments(store, folder, settings)
    if plan.level == "nothing" and store.get_meta("transforms") == transforms_fingerprint(settings) and not store.row(UNTRANSFORMED):
        summary.exports_written = export_if_changed(folder, store, facts, settings, hosts)
        _account(summary, store, finder, Counter())
        return
    finder.limit(settings.scope.limit if plan.level != "changes" else None)
    reader = Reader(store, getter, run, facts, settings, folder, watch)
    getter.partial = plan.level == "changes"
    watch.failed = lambda: reader.failed
    due = list(dict.fromkeys([*reader.due(full=options.full), *plan.keys]))
    reader.fetch(due)
    watch("learning", 0, 0)
    reader.learn()
    sampler = Sampler(store, getter, run, facts, settings, reader)
    sampler.dates_that_moved(due)
    if plan.sample:
        silent, events = sampler.look(due, run if plan.level != "changes" else 0)
        finder.take(events)
        reader.fetch(silent)
        due += silent
    reader.read_all(due)
    watch("archives", 0, 0)
    archives = ArchiveReader(store, getter, run, facts, settings)
    reader.read_all([*archives.complete(whole=plan.level == "all"), *dependents(store, run, facts.url)])
    watch("settling", 0, 0)
    settler = Settler(store, run, facts, settings, hosts, first=first, full=options.full)
    settler.withdraw()
    complete = not any(not listing.complete for listing in finder.listings)
    settler.remove(vanished(store, plan, run, finder), getter, complete=complete, accept=options.accept_removals)
    settler.settle()
    store.set_meta(RETOLD, [])
    sampler.validators()
    sampler.dates_for_nothing()
    _account(summary, store, finder, settler.counts)
    if first and summary.exported == 0 and not getter.cut_short:
        raise SiteError(f"{site}: none of {summary.discovered} addresses could be read ({_main_reason(store)}); nothing was exported")
    watch("exporting", 0, 0)
    summary.exports_written = export_if_changed(folder, store, facts, settings, hosts)
    # Again: a record that can't be written is noted while exporting.
    _account(summary, store, finder, settler.counts)
    if settler.undecided is not None:
        raise settler.undecided
    remember(store, run, plan, finder, settings)


def _planned(summary: RunSummary, store: Store, settings: Settings, options: Options, getter: Getter, first: bool, watch: Watch) -> Plan:
    """How much this run is to look at."""
    if first or options.full or summary.resumed:
        return Plan(level="all", why="the first run" if first else "asked for" if options.full else "a run was cut off")
    watch("looking", 0, 0)
    return Looker(store, getter, summary.run, settings).plan()


def _find(plan: Plan, summary: RunSummary, store: Store, settings: Settings, getter: Getter, watch: Watch) -> tuple[SiteFacts, Finder]:
    """The site's facts, and what was found, taken into the store. A listing that is not whole has everything looked at."""
    site, run = summary.site, summary.run
    if plan.level != "all":
        facts = msgspec.convert(store.get_meta("facts"), SiteFacts)
        finder = Finder(store, run, facts.url, settings.scope)
        finder.take(plan.events if plan.level != "listing" else watch.finding(discover_rest(facts, getter, settings, without=plan.without)))
        if plan.level != "listing" or (
            finder.counts
            and all(x.complete and (x.detail is None or x.source != "rest" or x.name not in facts.rest_types) for x in finder.listings)
        ):
            return facts, finder
        plan.level, plan.why = "all", "REST did not list everything"
    watch("probing", 0, 0)
    getter.since = store.get_meta(CUT_SHORT) or run
    facts = _settled_facts(probe_site(site, getter, settings), site, store)
    finder = Finder(store, run, facts.url, settings.scope)
    finder.take(watch.finding(discover(facts, getter, settings)))
    # A listing that is not there any more doesn't fail any more.
    store.clear_problems("listing", run)
    store.set_meta(CUT_SHORT, getter.since if getter.cut_short else None)
    getter.since = run
    if not finder.counts and not getter.cut_short:
        raise SiteError(f"{site}: no posts or pages found in REST, sitemaps, feeds or links; nothing was changed")
    return facts, finder


class Watch:
    """Tells progress, and notices between two steps that the run was asked to stop. Raises ``Stopped``."""

    def __init__(self, options: Options):
        self._options = options
        self.failed: Callable[[], int] = lambda: 0

    def __call__(self, stage: str, done: int, known: int) -> None:
        """A step of a stage."""
        if self._options.stop is not None and self._options.stop.is_set():
            raise Stopped("stopped between two steps")
        if self._options.failures is not None:
            self._options.failures(self.failed())
        if self._options.progress is not None:
            self._options.progress(stage, done, known)

    def finding(self, events: Iterable[Event]) -> Iterator[Event]:
        """Discovery's events, counted as they come: the most that one source has told."""
        counts: Counter[str] = Counter()
        for event in events:
            if isinstance(event, Found):
                counts[event.source] += 1
                self("finding", max(counts.values()), 0)
            yield event


def _settled_facts(facts: SiteFacts, site: str, store: Store) -> SiteFacts:
    facts.url = facts.url or site
    store.set_meta("facts", msgspec.to_builtins(facts))
    return facts


def _main_reason(store: Store) -> str:
    row = store.row("SELECT reason, count(*) AS n FROM addresses WHERE reason IS NOT NULL GROUP BY reason ORDER BY n DESC LIMIT 1")
    return f"{row['n']} × {row['reason']}" if row else "no reason noted"


def _account(summary: RunSummary, store: Store, finder: Finder, counts: Counter[str]) -> None:
    states: dict[str, int] = {r["state"]: r["n"] for r in store.rows("SELECT state, count(*) AS n FROM addresses GROUP BY state")}
    summary.discovered = sum(states.values())
    summary.exported, summary.excluded = states.get("exported", 0), states.get("excluded", 0)
    problems = store.row("SELECT count(*) AS n FROM problems WHERE kind != 'media'")
    ill = store.row("SELECT count(*) AS n FROM addresses WHERE state = 'exported' AND reason IS NOT NULL")
    summary.failed, summary.stale = states.get("failed", 0), ill["n"] if ill else 0
    summary.missing_parts = problems["n"] if problems else 0
    summary.exit_code = 1 if summary.failures else 0
    summary.found_by = dict(sorted(finder.counts.items()))
    summary.excluded_by = {
        r["reason"]: r["n"]
        for r in store.rows("SELECT reason, count(*) AS n FROM addresses WHERE state = 'excluded' GROUP BY reason ORDER BY n DESC, reason")
    }
    summary.incomplete = [f"{x.source}: {x.name}: {x.detail}" for x in finder.listings if not x.complete]
    for name in ("created", "updated", "moved", "restored", "removed"):
        setattr(summary, name, counts[name])
