"""A sync that nobody watches: its health, its hours, its budget, its schedule; and who follows what it changes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import presslift as package
from presslift.config import Settings
from presslift.demo import change, snapshot
from presslift.demo.site import DemoSite
from presslift.errors import NotAnOut, NotNow, UsageError
from presslift.pipeline import migrate, sync
from presslift.pipeline.unattended import LONGEST_BACK_OFF, Health, pause, read_health
from presslift.scheduling import cron_line, systemd_units, unit_name
from tests.commands import PRESSLIFT, presslift, refused
from tests.conftest import require
from tests.faulty import failures, records


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite() as served:
        yield served


@pytest.fixture
def out(site: DemoSite, tmp_path: Path) -> Path:
    migrate(site.url, tmp_path / "OUT", config=Settings())
    return tmp_path / "OUT"


def health(out: Path) -> dict[str, Any]:
    found = read_health(out)
    assert found is not None
    return found


def wait_for(what: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come to it"
        time.sleep(0.05)


# ---- following


def test_changes_are_followed_from_where_one_stood(site: DemoSite, out: Path) -> None:
    assert list(package.changes(out)) == []
    change(site)
    sync(out)
    first = list(package.changes(out))
    assert {c.change for c in first} == {"created", "updated", "moved", "removed"}
    post = site.by_id(103)
    assert post is not None
    post |= {"title": "Otro título", "modified": "2025-06-01T00:00:00"}
    sync(out)
    (new,) = package.changes(out, since=first[-1].seq)
    assert (new.change, new.fields) == ("updated", ["title"])
    done = presslift("changes", out, "--since", first[-1].seq, "--json")
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == [new.seq]
    done = presslift("changes", out)
    assert len(done.stdout.splitlines()) == len(first) + 1 and "(title)" in done.stdout.splitlines()[-1]
    assert presslift("changes", out, "--since", new.seq).stdout == ""
    for place in (out / "export", out / "export" / "changes.jsonl"):
        assert [c.seq for c in package.changes(place, since=first[-1].seq)] == [new.seq]


def test_a_sequence_of_another_dataset_is_told(out: Path, tmp_path: Path) -> None:
    refused(presslift("changes", out, "--since", 7), 2, "the last event is 0", "made anew")
    with pytest.raises(UsageError, match="go on from 0"):
        package.changes(out, since=7)
    with pytest.raises(NotAnOut, match="no changes"):
        package.changes(tmp_path)


# ---- health


def test_health_tells_monitors_how_it_stands(site: DemoSite, out: Path) -> None:
    assert presslift("sync", out, "-q").returncode == 0
    well = health(out)
    assert (well["state"], well["exit_code"], well["failures_in_a_row"], well["last_error"]) == ("idle", 0, 0, None)
    good = site.answer
    site.answer = lambda target: (500, "text/html", b"<h1>Error establishing a database connection</h1>", {})  # type: ignore[method-assign]
    (out / "config.yaml").write_text("fetch: {attempts: 1}\n")
    for number in (1, 2):
        assert presslift("sync", out, "-q").returncode == 3
        assert health(out)["failures_in_a_row"] == number
    ill = health(out)
    assert ill["last_ok_at"] == well["last_ok_at"] and ill["last_error"]["exit_code"] == 3 and site.url in ill["last_error"]["message"]
    site.answer = good  # type: ignore[method-assign]
    assert presslift("sync", out, "-q").returncode == 0
    again = health(out)
    assert (again["exit_code"], again["failures_in_a_row"]) == (0, 0) and again["last_error"] == ill["last_error"]


def test_health_is_the_holders(out: Path) -> None:
    from presslift.pipeline.lock import hold

    presslift("sync", out, "-q")
    before = health(out)
    with hold(out):
        assert presslift("sync", out).returncode == 4
    assert health(out) == before


def test_health_that_cannot_be_written_or_read_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "health.json").write_text("{")
    assert read_health(tmp_path) is None
    one = Health(tmp_path / "nowhere")
    one.running()
    one.ended(3, "why")
    assert one.state["failures_in_a_row"] == 1


def test_failures_are_backed_off_from() -> None:
    day, hour = 86_400.0, 3_600.0
    assert [pause(hour, n, 0.5) for n in (0, 1, 2, 3, 4, 9)] == [hour, hour, 2 * hour, 4 * hour, LONGEST_BACK_OFF, LONGEST_BACK_OFF]
    assert [pause(day, n, 0.5) for n in (0, 1, 5)] == [day, day, day]
    assert (pause(hour, 0, 0.0), pause(hour, 0, 1.0)) == (0.9 * hour, 1.1 * hour)


def repeated(out: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen([PRESSLIFT, "sync", out, "--every", "1s", *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_stays_and_repeats_until_it_is_told_to_stop(site: DemoSite, out: Path, number: int, code: int) -> None:
    asked = len(site.requests)
    process = repeated(out)
    try:
        wait_for(lambda: site.requests[asked:].count("/robots.txt") >= 3)
        wait_for(lambda: (read_health(out) or {}).get("state") == "waiting")
        assert health(out)["next_due_at"] is not None and health(out)["pid"] == process.pid
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=15)
    finally:
        process.kill()
    assert process.returncode == code
    assert stderr.splitlines()[-1].startswith("presslift: stopped") and "Traceback" not in stderr
    assert set(stdout.splitlines()) == {str(out)}
    assert (health(out)["state"], health(out)["exit_code"], health(out)["pid"]) == ("stopped", 0, None)
    assert len(site.requests) - asked <= 4 * (site.requests[asked:].count("/robots.txt") + 1)
    assert package.check(out).ok


def test_it_outlives_an_outage_and_a_broken_config(site: DemoSite, out: Path) -> None:
    (out / "config.yaml").write_text("fetch: {attempts: 1}\n")
    good, settings = site.answer, (out / "config.yaml").read_text()
    site.answer = lambda target: (503, "text/html", b"<h1>Unavailable</h1>", {})  # type: ignore[method-assign]
    process = repeated(out, "--log-format", "json")
    try:
        wait_for(lambda: (read_health(out) or {}).get("failures_in_a_row", 0) >= 1)
        site.answer = good  # type: ignore[method-assign]
        wait_for(lambda: health(out)["failures_in_a_row"] == 0)
        (out / "config.yaml").write_text("fetch: {attempts: none}\n")
        wait_for(lambda: health(out)["exit_code"] == 2)
        (out / "config.yaml").write_text(settings)
        wait_for(lambda: health(out)["exit_code"] == 0)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=15)
    finally:
        process.kill()
    told = [json.loads(line) for line in stderr.splitlines()]
    assert [t for t in told if t["level"] == "error" and "(exit code 3" in t["message"]]
    assert [t for t in told if t["level"] == "error" and "config.yaml:1" in t["message"]]


@pytest.mark.parametrize("every", ["", "soon", "0h", "6"])
def test_bad_spans_are_named(out: Path, every: str) -> None:
    refused(presslift("sync", out, "--every", every), 2, "--every", "30m, 6h, 1d or 2w")


# ---- hours and budgets


def test_outside_the_allowed_hours_nothing_is_asked(site: DemoSite, out: Path) -> None:
    later = datetime.now() + timedelta(hours=2)
    hours = f"{later:%H:%M}-{later + timedelta(hours=1):%H:%M}"
    (out / "config.yaml").write_text(f"sync: {{allowed_hours: '{hours}'}}\n")
    asked = len(site.requests)
    done = presslift("sync", out)
    assert (done.returncode, done.stdout) == (0, "") and hours in done.stderr
    assert len(site.requests) == asked
    with pytest.raises(NotNow):
        sync(out)
    process = repeated(out)
    try:
        wait_for(lambda: (read_health(out) or {}).get("state") == "waiting")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
    assert len(site.requests) == asked and process.returncode == 143
    now = datetime.now()
    (out / "config.yaml").write_text(f"sync: {{allowed_hours: '{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}'}}\n")
    assert presslift("sync", out, "-q").returncode == 0 and len(site.requests) > asked


def test_what_a_budget_leaves_over_is_named_and_done_by_the_next_runs(site: DemoSite, tmp_path: Path) -> None:
    out, settings = tmp_path / "OUT", Settings()
    migrate(site.url, tmp_path / "WHOLE", config=settings)
    needed = len(site.requests)
    settings.fetch.max_requests = needed - 5
    summary = migrate(site.url, out, config=settings)
    assert summary.requests == needed - 5 and summary.exit_code == 1
    assert set(failures(out).values()) == {"budget"}
    assert package.check(out).ok
    assert sync(out, config=settings).exit_code == 0
    assert set(records(out)) == set(records(tmp_path / "WHOLE")) and failures(out) == {}
    settings.fetch.max_requests, settings.fetch.max_bytes = None, 20_000
    change(site)
    for _ in range(6):
        summary = sync(out, config=settings)
        assert summary.bytes_read < 40_000
        if summary.exit_code == 0:
            break
    assert failures(out) == {} and "el-puerto-abre-el-domingo" in records(out)


@pytest.mark.parametrize("most", [8, 16])
def test_a_budget_that_finding_everything_uses_up_is_gone_on_with(site: DemoSite, tmp_path: Path, most: int) -> None:
    out, settings = tmp_path / "OUT", Settings()
    migrate(site.url, tmp_path / "WHOLE", config=settings)
    settings.fetch.max_requests = most
    lists: list[str] = []
    for _ in range(20):
        asked = len(site.requests)
        summary = migrate(site.url, out, config=settings)
        assert summary.requests <= most and package.check(out).ok
        lists += [target for target in site.requests[asked:] if "per_page=100&page=" in target or "page=1&per_page=100" in target]
        if summary.exit_code == 0:
            break
        assert set(failures(out).values()) == {"budget"}
    assert set(records(out)) == set(records(tmp_path / "WHOLE")) and failures(out) == {}
    whole = [target for target in lists if "modified_after" not in target]
    assert whole and len(whole) == len(set(whole)), "what one run listed, the next does not ask for again"


def test_a_dry_run_names_what_would_be_asked_and_asks_nothing(site: DemoSite, out: Path) -> None:
    before, asked = snapshot(out / "export"), len(site.requests)
    done = presslift("sync", out, "--dry-run")
    assert done.returncode == 0 and len(site.requests) == asked
    assert snapshot(out / "export") == before and not (out / "health.json").exists()
    assert sync(out).looked_at == "nothing"
    assert [site.url + target for target in site.requests[asked:]] == done.stdout.splitlines()
    assert "4 requests to begin with" in done.stderr
    asked = len(site.requests)
    done = presslift("sync", out, "--dry-run", "--full")
    assert "asked for" in done.stderr and len(site.requests) == asked


# ---- schedules


SPANS = ["1m", "15m", "1h", "6h", "1d", "7d"]


@pytest.mark.parametrize("every", SPANS)
def test_cron_takes_the_line(out: Path, tmp_path: Path, every: str) -> None:
    require("crontab")
    line = presslift("schedule", out, "--every", every, "--as", "cron").stdout
    (tmp_path / "tab").write_text(line)
    # The same check by another letter, as the version has it.
    check = "-T" if "-T" in subprocess.run(["crontab", "-h"], capture_output=True, text=True).stderr else "-n"
    done = subprocess.run(["crontab", check, tmp_path / "tab"], capture_output=True, text=True)
    assert done.returncode == 0, line + done.stderr
    (tmp_path / "tab").write_text(line.replace(line.split()[0], "77", 1))
    assert subprocess.run(["crontab", check, tmp_path / "tab"], capture_output=True).returncode != 0, "the check is one"


@pytest.mark.parametrize("every", ["90s", "7m", "5h", "2d", "3h30m"])
def test_spans_that_no_line_means_are_refused(out: Path, every: str) -> None:
    refused(presslift("schedule", out, "--every", every, "--as", "cron"), 2, "--every")


def test_the_line_is_what_a_shell_runs(site: DemoSite, tmp_path: Path) -> None:
    folder = tmp_path / "a folder, 100 % mine; $HOME 'x'"
    migrate(site.url, folder, config=Settings())
    line = cron_line(folder, "6h", PRESSLIFT)
    command = line.split(" ", 5)[5].replace(r"\%", "%")
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, str(folder)), done.stderr
    assert line.split()[:5][1:] == ["*/6", "*", "*", "*"] and 0 <= int(line.split()[0]) < 60
    assert cron_line(Path("/srv/a"), "1d", "x").split()[0] != cron_line(Path("/srv/b"), "1d", "x").split()[0]


@pytest.mark.parametrize("name", ["OUT", "a folder, 100 % mine; $HOME 'x' \"y\""])
@pytest.mark.parametrize("every", ["1m", "7h"])
def test_systemd_takes_the_units(site: DemoSite, tmp_path: Path, every: str, name: str) -> None:
    require("systemd-analyze")
    out = tmp_path / name
    migrate(site.url, out, config=Settings())
    done = presslift("schedule", out, "--every", every, "--as", "systemd", "--into", tmp_path)
    assert done.returncode == 0, done.stderr
    paths = done.stdout.splitlines()
    assert [Path(p).suffix for p in paths] == [".service", ".timer"]
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr.strip()) == (0, ""), verified.stderr
    Path(paths[0]).write_text(Path(paths[0]).read_text().replace("Type=oneshot", "Type=onceshot"))
    again = subprocess.run(["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True)
    assert "onceshot" in again.stderr, "the check is one"


def test_units_are_printed_with_their_names(out: Path, tmp_path: Path) -> None:
    done = presslift("schedule", out, "--every", "6h", "--as", "systemd")
    name = unit_name(out.resolve())
    assert done.stdout.startswith(f"# /etc/systemd/system/{name}.service\n") and f"# /etc/systemd/system/{name}.timer\n" in done.stdout
    assert f"systemctl enable --now {name}.timer" in done.stderr
    assert unit_name(tmp_path / "a" / "OUT") != unit_name(tmp_path / "b" / "OUT")
    assert "OnUnitInactiveSec=21600s" in systemd_units(out, "6h", "x")[f"{unit_name(out)}.timer"]
    refused(presslift("schedule", tmp_path, "--every", "6h", "--as", "cron"), 2, "no OUT")
    refused(presslift("schedule", out, "--every", "6h", "--as", "cron", "--into", tmp_path), 2, "--into")


# ---- the container


def test_the_container_file_names_what_there_is(tmp_path: Path) -> None:
    house = Path(__file__).parents[1]
    text = (house / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
    copied = [line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line]
    assert [name for names in copied for name in names if not (house / name).exists()] == []
    (check,) = [json.loads(line.partition("CMD ")[2])[2] for line in text.splitlines() if line.startswith("HEALTHCHECK")]
    path = tmp_path / "health.json"
    ours = check.replace("/data/health.json", str(path))
    for days, well in ((0, True), (2, False)):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds").replace("+00:00", "Z")
        path.write_text(json.dumps({"last_ok_at": at}))
        assert (subprocess.run([sys.executable, "-c", ours], capture_output=True).returncode == 0) is well
