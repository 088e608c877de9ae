"""Every row of the table of exit codes, by the real command: one clear line, the right code, nothing broken."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import presslift as package
from presslift.demo.site import DemoSite
from presslift.pipeline.lock import hold
from tests.commands import QUICK, presslift, refused, tree
from tests.conftest import require
from tests.servers import Server, free_port, page

FRONT = page("<title>A bakery</title><body><h1>Bread</h1><p>We bake bread, and nothing else, every day of the year.</p>")


# ---- 2: usage


@pytest.mark.parametrize("typed", ["", "  ", "htp:/x", "htp://example.org", "exmaple", "http://", "http://exa mple.org", "http://x:99999/"])
def test_what_is_no_address(tmp_path: Path, typed: str) -> None:
    refused(presslift("migrate", typed, "-o", tmp_path / "OUT"), 2, repr(typed.strip()), "such as https://example.org/")
    assert list(tmp_path.iterdir()) == []


def test_probe_of_what_is_no_address() -> None:
    refused(presslift("probe", ""), 2, "''", "such as https://example.org/")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bogus"], ["'bogus'", "presslift --help"]),
        (["--bogus"], ["'--bogus'", "presslift --help"]),
        (["migrate", "https://example.org"], ["--out", "presslift migrate --help"]),
        (["migrate"], ["URL", "presslift migrate --help"]),
        (["migrate", "https://example.org", "-o", "OUT", "--limit", "some"], ["--limit", "'some'"]),
        (["migrate", "https://example.org", "-o", "OUT", "--source", "xml"], ["--source", "'xml'", "rest"]),
        (["migrate", "https://example.org", "-o", "OUT", "--since", "yesterday"], ["--since", "yyyy-mm-dd", "'yesterday'"]),
        (["migrate", "https://example.org", "-o", "OUT", "--include", "("], ["--include", "regular expression", "'('"]),
        (["migrate", "https://example.org", "-o", "OUT", "--formats", "jsonl,xlsx"], ["--formats", "'xlsx'", "jsonl, csv"]),
        (["migrate", "https://example.org", "-o", "OUT", "--config", "nowhere.yaml"], ["nowhere.yaml", "presslift config"]),
        (["sync", "nowhere"], ["nowhere", "presslift migrate"]),
        (["sync", "https://example.org/"], ["is an address", "folder"]),
        (["status", "nowhere"], ["nowhere"]),
        (["export", "nowhere"], ["nowhere"]),
        (["reparse", "nowhere"], ["nowhere"]),
        (["check", "nowhere"], ["nowhere"]),
        (["config", "--check", "nowhere.yaml"], ["nowhere.yaml"]),
        (["extract", "a.html", "b.html", "--url", "https://example.org/"], ["--url", "one"]),
        (["sync"], ["OUT", "presslift sync --help"]),
    ],
)  # fmt: skip
def test_usage(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    refused(presslift(*arguments, cwd=tmp_path), 2, *words)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_out(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    before = tree(tmp_path)
    for command in (["migrate", "https://example.org", "-o"], ["sync"], ["export"], ["check"]):
        refused(presslift(*command, tmp_path), 2, str(tmp_path))
        assert tree(tmp_path) == before


def test_a_file_as_out(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("mine")
    for command in (["migrate", "https://example.org", "-o"], ["sync"]):
        refused(presslift(*command, path), 2, str(path), "is a file")
    assert path.read_text() == "mine"


def test_an_out_of_another_site(out: Path, site: DemoSite) -> None:
    before = tree(out)
    refused(presslift("migrate", "https://example.org/", "-o", out), 2, str(out), site.url, "https://example.org/", "-o")
    assert tree(out) == before


@pytest.mark.parametrize("command", ["sync", "export", "status"])
def test_an_out_of_a_newer_version(out: Path, command: str) -> None:
    with sqlite3.connect(out / "presslift.sqlite") as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'store_version'")
    db.close()
    exported = tree(out / "export")
    refused(presslift(command, out), 2, str(out), "newer presslift", "99", "upgrade")
    assert tree(out / "export") == exported


def foreign_database(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE meta (name TEXT)")
    db.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"this is no database at all" * 99),
        lambda path: os.truncate(path, 5000),
        lambda path: path.write_bytes(path.read_bytes()[:12_288] + os.urandom(path.stat().st_size - 12_288)),
        foreign_database,
    ],
    ids=["garbage", "truncated", "overwritten", "foreign"],
)
def test_a_store_that_is_garbage(out: Path, spoil: Callable[[Path], None]) -> None:
    spoil(out / "presslift.sqlite")
    exported = tree(out / "export")
    for command in ("sync", "status"):
        refused(presslift(command, out), 2, str(out))
    assert tree(out / "export") == exported


def test_a_bad_config(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("fetch:\n  delya: 3\n")
    words = (f"{path}:2: fetch.delya", "did you mean delay?")
    refused(presslift("config", "--check", path), 2, *words)
    refused(presslift("sync", out, "--config", path), 2, *words)
    refused(presslift("probe", "https://example.org", "--config", path), 2, *words)
    (out / "config.yaml").write_text("scope:\n  limt: 3\n")
    refused(presslift("sync", out), 2, f"{out}/config.yaml:2: scope.limt", "did you mean limit?")
    assert (out / "config.yaml").read_text() == "scope:\n  limt: 3\n"


def test_a_transform_that_is_nowhere_is_told_before_the_site_is_asked(tmp_path: Path, site: DemoSite) -> None:
    (tmp_path / "mine.yaml").write_text('transforms: [{use: "nowhere:shout"}]\n')
    asked = len(site.requests)
    refused(presslift("migrate", site.url, "-o", tmp_path / "OUT", "--config", tmp_path / "mine.yaml"), 2, "nowhere:shout", "config.yaml")
    assert len(site.requests) == asked and not (tmp_path / "OUT").exists()


# ---- 3: the site


def robots(text: str, status: int = 200) -> Server:
    return Server({"/robots.txt": page(text, status=status, content_type="text/plain")}, default=FRONT)


SITES: dict[str, tuple[Callable[[], Server], list[str]]] = {
    "no WordPress": (lambda: Server(default=FRONT), ["no WordPress"]),
    "all 500": (lambda: Server(default=page("<h1>Internal Server Error</h1>", status=500)), ["500"]),
    "all 503": (lambda: Server(default=page("<h1>Service Unavailable</h1>", status=503)), ["503"]),
    "front page 503": (lambda: Server({"/robots.txt": page("", status=404)}, default=page("<h1>Maintenance</h1>", status=503)), ["503"]),
    "refuses": (lambda: Server({"/robots.txt": page("", status=404)}, default=page("<h1>Forbidden</h1>", status=403)), ["403"]),
    "robots.txt forbids all": (lambda: robots("User-agent: *\nDisallow: /\n"), ["robots.txt", "--ignore-robots"]),
    "robots.txt answers 5xx": (lambda: robots("oops", 500), ["robots.txt", "500"]),
    "no page": (lambda: Server(default=page(b"%PDF-1.7 binary", content_type="application/pdf")), []),
    "empty": (lambda: Server(default=page("")), []),
}


@pytest.mark.parametrize("name", SITES)
def test_sites_that_are_none(tmp_path: Path, quick: Path, name: str) -> None:
    make, words = SITES[name]
    folder = tmp_path / "some" / "where" / "OUT"
    with make() as server:
        refused(presslift("migrate", server.url, "-o", folder, "--config", quick), 3, server.url, *words)
        if name == "no WordPress":
            refused(presslift("probe", server.url, "--json"), 3, server.url, *words)
    assert not (tmp_path / "some").exists()


def test_a_site_that_is_down_or_has_no_name(tmp_path: Path, quick: Path) -> None:
    folder = tmp_path / "OUT"
    for url in (f"http://127.0.0.1:{free_port()}/", "http://nowhere.invalid/"):
        refused(presslift("migrate", url, "-o", folder, "--config", quick), 3, url, "can't be reached", "check the address")
        assert not folder.exists()


def test_a_first_run_that_fails_takes_away_only_its_own(tmp_path: Path, quick: Path) -> None:
    folder = tmp_path / "OUT"
    folder.mkdir()
    (folder / "config.yaml").write_text(f"# mine\n{QUICK}")
    before = tree(folder)
    refused(presslift("migrate", f"http://127.0.0.1:{free_port()}/", "-o", folder), 3, "can't be reached")
    assert tree(folder) == before


def test_an_outage_changes_nothing(tmp_path: Path, quick: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as ill:
        assert presslift("migrate", ill.url, "-o", out, "-q").returncode == 0
        exported, good = tree(out / "export"), ill.answer
        ill.answer = lambda target: (503, "text/html", b"<h1>Service Unavailable</h1>", {})  # type: ignore[method-assign]
        refused(presslift("sync", out, "--config", quick), 3, ill.url, "503")
        assert tree(out / "export") == exported
        ill.answer = good  # type: ignore[method-assign]
        assert presslift("sync", out).returncode == 0
    assert tree(out / "export") == exported
    refused(presslift("sync", out), 3, ill.url, "can't be reached")
    assert tree(out / "export") == exported


def test_empty_lists(tmp_path: Path) -> None:
    with DemoSite() as bare:
        bare.data["posts"], bare.data["pages"] = [], []
        refused(presslift("migrate", bare.url, "-o", tmp_path / "OUT"), 3, bare.url, "no posts or pages")
    assert not (tmp_path / "OUT").exists()


# ---- 4 and 5


@pytest.mark.parametrize("command", ["sync", "migrate", "export", "reparse"])
def test_another_run_holds_it(out: Path, site: DemoSite, command: str) -> None:
    given = ["migrate", site.url, "-o", out] if command == "migrate" else [command, out]
    with hold(out):
        refused(presslift(*given), 4, str(out), f"process {os.getpid()}", "wait")
        assert presslift("status", out).returncode == 0
        assert presslift("check", out).returncode == 0
    assert presslift(*given, "-q").returncode == 0


def test_a_person_must_decide(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as shrinking:
        assert presslift("migrate", shrinking.url, "-o", out, "-q").returncode == 0
        exported = tree(out / "export")
        shrinking.data["posts"][:] = [p for p in shrinking.data["posts"] if p["id"] in (101, 102, 201)]
        refused(presslift("sync", out), 5, "of 9 articles", "--accept-removals")
        assert tree(out / "export") == exported
        assert "--accept-removals" in presslift("status", out).stdout
        done = presslift("sync", out, "--accept-removals")
        assert done.returncode == 0 and "removed" in done.stderr


# ---- 70: a defect


def test_a_defect_is_one_line_and_the_traceback_is_in_the_log(out: Path, site: DemoSite, tmp_path: Path) -> None:
    (tmp_path / "patches").mkdir()
    (tmp_path / "patches" / "sitecustomize.py").write_text(
        "import presslift.pipeline.run as run\n"
        "def broken(*given):\n    raise ZeroDivisionError('by hand,\\nin two lines')\n"
        "run.probe_site = broken\n"
    )
    env = {"PYTHONPATH": str(tmp_path / "patches"), "TMPDIR": str(tmp_path)}
    exported = tree(out / "export")
    refused(
        presslift("sync", "--full", out, env=env),
        70,
        "a defect of presslift",
        "ZeroDivisionError: by hand, in two lines",
        str(out / "presslift.log"),
    )
    assert "line 3, in broken" in (out / "presslift.log").read_text()
    assert tree(out / "export") == exported
    # Without an OUT the log is a file of its own.
    (tmp_path / "patches" / "sitecustomize.py").write_text("import presslift.config as config\nconfig.default_text = None\n")
    line = refused(presslift("config", env=env), 70, "TypeError")
    (log,) = tmp_path.glob("presslift-*.log")
    assert str(log) in line and "TypeError" in log.read_text()
    assert presslift("sync", out).returncode == 0


def test_no_log_without_a_defect(out: Path, quick: Path) -> None:
    refused(presslift("sync", out, "--config", "nowhere.yaml"), 2)
    assert presslift("sync", out).returncode == 0
    assert not (out / "presslift.log").exists()


# ---- 74: the disk


def unprivileged() -> list[str]:
    """What to put before a command so that permissions hold for it: root ignores them."""
    if os.geteuid() != 0:
        return []
    require("setpriv")
    return ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]


def test_a_read_only_out(out: Path, site: DemoSite) -> None:
    before = tree(out)
    parts = (out, *out.rglob("*"))
    for path in parts:
        path.chmod(0o555)
    try:
        for given in (["migrate", site.url, "-o", out], ["sync", out], ["export", out]):
            refused(presslift(*given, before=unprivileged()), 74, str(out), "can't be written", "permission")
        refused(presslift("migrate", site.url, "-o", out / "new", before=unprivileged()), 74, str(out / "new"), "can't be written")
        # What only reads goes on.
        assert presslift("status", out, before=unprivileged()).returncode == 0
        assert presslift("check", out, before=unprivileged()).returncode == 0
    finally:
        for path in parts:
            path.chmod(0o755)
    assert tree(out) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A disk of as many KB as asked for; asked again, it has so many."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = False

    def resize(size: int) -> Path:
        nonlocal mounted
        options = f"{'remount,' if mounted else ''}size={size}k"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
        if done.returncode:
            message = f"no tmpfs can be mounted: {done.stderr.strip()}"
            pytest.fail(message) if os.environ.get("PRESSLIFT_REQUIRE") else pytest.skip(message)
        mounted = True
        return folder

    yield resize
    if mounted:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("size", [40, 300, 750])
def test_a_full_disk_at_the_first_run(small_disk: Callable[[int], Path], site: DemoSite, size: int) -> None:
    out = small_disk(size) / "OUT"
    refused(presslift("migrate", site.url, "-o", out), 74, str(out), "can't be written", "free some space")
    small_disk(50_000)
    done = presslift("migrate", site.url, "-o", out, "-q")
    assert done.returncode == 0, done.stderr
    assert package.check(out).ok
    assert package.check(out).counts["articles"] == 9


@pytest.mark.parametrize("spare", [0, 150])
def test_a_full_disk_later(small_disk: Callable[[int], Path], spare: int) -> None:
    out = small_disk(50_000) / "OUT"
    with DemoSite() as site:
        assert presslift("migrate", site.url, "-o", out, "-q").returncode == 0
        exported, settings = tree(out / "export"), (out / "config.yaml").read_bytes()
        next(p for p in site.data["posts"] if p["id"] == 104)["content"] += "<p>" + "Una palabra más. " * 9000 + "</p>"
        used = int(subprocess.run(["du", "-sk", out], capture_output=True, text=True, check=True).stdout.split()[0])
        small_disk(used + spare)
        refused(presslift("sync", out, "--full"), 74, str(out), "space")
        assert tree(out / "export") == exported and (out / "config.yaml").read_bytes() == settings
        small_disk(50_000)
        assert presslift("sync", out, "--full", "-q").returncode == 0
    assert package.check(out).ok
    assert tree(out / "export") != exported
