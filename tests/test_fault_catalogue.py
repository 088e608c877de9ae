"""The faults of the catalogue that no other test has, against the whole job; and how politely a site is asked."""

from __future__ import annotations

import time
from itertools import chain
from pathlib import Path

import pytest

from presslift.errors import SiteError
from presslift.pipeline import migrate, sync
from presslift.scraper.fetch import client as client_module
from tests.fault_catalogue import (
    CATALOGUE,
    Fault,
    Overloaded,
    changed_robots,
    in_a_second,
    outcome,
    overloaded,
    rest_of_the_site,
    says_wait,
)
from tests.faulty import FaultySite, failures, holds, lines, quick, records, snapshot
from tests.servers import page

ALONE = {fault.name: fault for fault in chain(*CATALOGUE.values()) if not fault.elsewhere}


@pytest.mark.parametrize("name", ALONE)
def test_each_fault_is_recovered_from_or_named(tmp_path: Path, name: str) -> None:
    fault: Fault = ALONE[name]
    out = tmp_path / "OUT"
    sizes = {"max_size": 20_000_000, "max_decompressed_size": 100_000_000}
    with FaultySite(**fault.doors) as site:
        fault.prepare(site)
        summary = migrate(site.url, out, config=quick(**({"attempts": 2, "timeout": 20.0} | sizes | fault.fetch)))
        assert outcome(out, site, summary.exit_code) == fault.outcome
        assert rest_of_the_site(out, site) == set()
        assert len(site.requests) <= fault.requests
    assert lines(out, "removed") == []
    holds(out)


def test_every_fault_has_a_name_of_its_own() -> None:
    names = [fault.name for fault in chain(*CATALOGUE.values())]
    assert sorted(names) == sorted(set(names))


def test_a_site_that_refuses_connections(tmp_path: Path) -> None:
    with FaultySite() as site:
        migrate(site.url, tmp_path / "OUT", config=quick())
        before = snapshot(tmp_path / "OUT" / "export")
    for out in ("OUT", "NEW"):
        with pytest.raises(SiteError, match="connection"):
            migrate(site.url, tmp_path / out, config=quick())
    assert snapshot(tmp_path / "OUT" / "export") == before and not (tmp_path / "NEW").exists()


def test_robots_that_change_hold_from_the_next_time_they_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "OUT"
    with FaultySite(rest=False, feed=False) as site:
        changed_robots(site)
        assert migrate(site.url, out, config=quick()).exit_code == 0
        assert site.requests.count("/robots.txt") == 1
        before = snapshot(out / "export")
        with pytest.raises(SiteError, match="robots"):
            sync(out, config=quick())
        assert snapshot(out / "export") == before
    # A run of more than a day asks again, and obeys.
    monkeypatch.setattr(client_module, "ROBOTS_MAX_AGE", 0.0)
    with FaultySite(rest=False, feed=False) as site:
        allowed = page("User-agent: *\n", content_type="text/plain")
        forbidding = page("User-agent: *\nDisallow: /20\n", content_type="text/plain")
        site.faults["/robots.txt"] = [*[allowed] * 12, forbidding]
        migrate(site.url, tmp_path / "LONG", config=quick(concurrency=1))
        told = failures(tmp_path / "LONG", site)
        assert told and set(told.values()) == {"robots"} and all(path.startswith("/20") for path in told)
        first = next(n for n, target in enumerate(site.requests) if site.requests[: n + 1].count("/robots.txt") > 12)
        assert not any(target.startswith("/20") for target in site.requests[first:])
    holds(tmp_path / "LONG")


@pytest.mark.parametrize(("status", "form"), [(429, "seconds"), (503, "date")])
def test_who_is_asked_to_wait_waits(tmp_path: Path, status: int, form: str) -> None:
    with FaultySite(rest=False, feed=False) as site:
        del site.data["posts"][2:]
        says_wait((lambda: "1") if form == "seconds" else in_a_second, status)(site)
        started = time.monotonic()
        assert migrate(site.url, tmp_path / "OUT", config=quick(attempts=3, concurrency=1)).exit_code == 0
        # A date is to the second, so that a second ahead may be any part of one.
        assert time.monotonic() - started >= (2 if form == "seconds" else 0)
        pages = [target for target in site.requests if target.startswith("/20")]
        assert sorted(pages) == sorted([*set(pages)] * 2)


def test_a_server_that_bears_two_at_a_time_is_asked_less(tmp_path: Path) -> None:
    with FaultySite(rest=False, feed=False) as site:
        overloaded(site)
        crowd = site.everywhere
        assert isinstance(crowd, Overloaded)
        assert migrate(site.url, tmp_path / "OUT", config=quick(attempts=8, concurrency=8)).exit_code == 0
        assert set(records(tmp_path / "OUT")) == site.slugs
        # At the full pace nearly every other request would be refused.
        assert crowd.refused < sum(target.startswith("/20") for target in site.requests) / 2
