"""The commands as users meet them: what goes to stdout and what to stderr, every option, every kind of input."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from presslift.config import Settings, load_settings
from presslift.demo.site import DemoSite
from tests.commands import presslift, refused, tree

PAGE = """<!doctype html><html lang="en"><head><title>{title}</title></head><body class="single postid-7"><article><h1>{title}</h1>
<div class="entry-content"><p>Some words of text that stand here for the length of a line, and <a href="other/">a link</a>.</p></div>
</article></body></html>"""


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite() as served:
        yield served


@pytest.fixture(scope="module")
def migrated(site: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated") / "OUT"
    assert presslift("migrate", site.url, "-o", folder, "-q").returncode == 0
    return folder


@pytest.fixture
def out(migrated: Path, tmp_path: Path) -> Path:
    """An OUT of one's own."""
    return Path(shutil.copytree(migrated, tmp_path / "OUT"))


def slugs(out: Path) -> set[str]:
    return {json.loads(line)["slug"] for line in (out / "export" / "articles.jsonl").open(encoding="utf-8")}


def settings(out: Path) -> Settings:
    return load_settings(out / "config.yaml")


# ---- stdout is data, stderr is talk


def test_migrate_and_sync_give_the_folder(site: DemoSite, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    done = presslift("migrate", site.url, "-o", out)
    assert (done.returncode, done.stdout) == (0, f"{out}\n")
    assert "10 addresses" in done.stderr and "9 exported, 0 failed, 1 excluded" in done.stderr and "9 created" in done.stderr
    done = presslift("sync", out)
    assert (done.returncode, done.stdout) == (0, f"{out}\n")
    assert "changes: none; exports left as they were" in done.stderr


def test_probe(site: DemoSite) -> None:
    done = presslift("probe", site.url)
    assert (done.returncode, done.stderr) == (0, "")
    rows = dict(line.split(None, 1) for line in done.stdout.splitlines())
    assert rows["site"] == f"{site.url}/ “Cuaderno del Sur”"
    assert rows["REST"] == f"{site.url}/wp-json/" and rows["feeds"].endswith("(full text)")
    assert rows["counts"].startswith("9 posts, 1 page, 4 categories, 2 tags") and "requests, under a minute" in rows["cost"]
    facts = json.loads(presslift("probe", "--json", site.url).stdout)
    assert facts["is_wordpress"] and facts["counts"]["post"] == 9 and facts["cost"]["requests"] > 0 and facts["evidence"]


def test_export_names_its_files(out: Path) -> None:
    done = presslift("export", out)
    assert done.returncode == 0
    paths = [Path(line) for line in done.stdout.splitlines()]
    assert len(paths) > 20 and all(path.is_file() for path in paths)
    assert {path.name for path in (out / "export").iterdir()} == {path.name for path in paths}
    assert f"{len(paths)} files of jsonl, csv" in done.stderr


def test_reparse_gives_the_folder(out: Path) -> None:
    before = tree(out / "export")
    for more in ([], ["--learn"]):
        done = presslift("reparse", out, *more)
        assert (done.returncode, done.stdout) == (0, f"{out}\n") and "9 records read from the archive, 0 changed" in done.stderr
    assert tree(out / "export") == before


def test_reparse_with_corrections(out: Path) -> None:
    (out / "overrides.yaml").write_text("container: [main]\n")
    refused(presslift("reparse", out), 2, "overrides.yaml", "did you mean containers?")
    (out / "overrides.yaml").write_text("title_suffix: nothing\n")
    assert presslift("reparse", out).returncode == 0


def test_reparse_without_an_archive_keeps_what_was_read(out: Path) -> None:
    before = tree(out / "export")
    for path in (out / "archive").iterdir():
        path.write_bytes(b"")
    done = presslift("reparse", out)
    assert (done.returncode, done.stdout) == (1, f"{out}\n") and "9 pages are not in the archive any more" in done.stderr
    assert tree(out / "export") == before


def test_check(out: Path) -> None:
    done = presslift("check", out)
    assert (done.returncode, done.stderr) == (0, "") and "10 discovered = 9 exported, 0 failed, 1 excluded" in done.stdout
    assert json.loads(presslift("check", out, "--json").stdout)["counts"]["discovered"] == 10


def test_status(out: Path, site: DemoSite) -> None:
    done = presslift("status", out)
    assert (done.returncode, done.stderr) == (0, "")
    first, addresses, run = done.stdout.splitlines()
    assert first == f"{out}: 9 articles of {site.url}/" and addresses == "addresses  1 excluded, 9 exported"
    assert run.startswith("run 1") and "migrate  done: 9 created; " in run
    state = json.loads(presslift("status", out, "--json").stdout)
    assert state["articles"] == 9 and state["runs"][0]["state"] == "done" and state["due"] == state["failures"] == []


def test_config() -> None:
    done = presslift("config")
    assert (done.returncode, done.stderr) == (0, "")
    schema = json.loads(presslift("config", "--schema").stdout)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(YAML(typ="safe").load(done.stdout))


def test_config_check(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("scope:\n  limit: 3\n")
    done = presslift("config", "--check", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{path}: good\n")


def test_version_and_help() -> None:
    from presslift import __version__

    assert presslift("--version").stdout == f"presslift, version {__version__}\n"
    told = presslift("--help").stdout
    for command in ("probe", "migrate", "sync", "extract", "export", "reparse", "check", "status", "config", "demo"):
        assert f"\n  {command} " in told
    assert "..." not in told.split("Commands:")[1], "every summary is whole"
    alone = presslift()
    assert (alone.returncode, alone.stdout) == (2, "") and "Commands:" in alone.stderr


# ---- messages


def test_quiet_says_nothing_but_errors(site: DemoSite, tmp_path: Path) -> None:
    for number, given in enumerate((["-q", "migrate"], ["migrate", "--quiet"])):
        done = presslift(*given, site.url, "-o", tmp_path / str(number))
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{tmp_path / str(number)}\n", "")
    refused(presslift("sync", "--quiet", tmp_path / "nowhere"), 2)


def test_verbose_names_each_request(site: DemoSite, tmp_path: Path) -> None:
    asked = len(site.requests)
    done = presslift("migrate", site.url, "-o", tmp_path / "OUT", "-v")
    told = [line for line in done.stderr.splitlines() if line.startswith("GET ")]
    assert sorted(line.split(": ")[0] for line in told) == sorted(f"GET {site.url}{target}" for target in site.requests[asked:])
    assert all(": 200, " in line for line in told if "/robots.txt" not in line)


@pytest.mark.parametrize("place", ["before", "after"])
def test_json_messages(site: DemoSite, tmp_path: Path, place: str) -> None:
    def lines(*given: object) -> list[dict[str, Any]]:
        chosen = ["--log-format", "json"]
        done = presslift(*chosen, *given) if place == "before" else presslift(*given, *chosen)
        return [json.loads(line) for line in done.stderr.splitlines()]

    told = lines("migrate", site.url, "-o", tmp_path / "OUT", "-v", "--media", "all")
    assert all(set(line) >= {"at", "level", "message"} for line in told)
    assert told[-1]["summary"]["exported"] == 9 and any(line["message"].startswith("GET ") and line["level"] == "debug" for line in told)
    (line,) = lines("sync", tmp_path / "nowhere")
    assert line["level"] == "error" and "nowhere" in line["message"]
    (line,) = lines("sync", tmp_path / "OUT", "--bogus")
    assert line["level"] == "error" and "--bogus" in line["message"]


def test_json_messages_by_config(site: DemoSite, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("log: {format: json}\n")
    done = presslift("migrate", site.url, "-o", tmp_path / "OUT", "--config", tmp_path / "mine.yaml")
    assert [json.loads(line)["message"] for line in done.stderr.splitlines()] == ["done"]


# ---- options of migrate, and what is kept of them


def test_scope_is_kept_and_can_be_changed(site: DemoSite, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    done = presslift(
        "migrate", site.url, "-o", out, "--exclude", "/en/", "--exclude", "salares", "--since", "2024-10-01", "--types", "post, page"
    )
    assert done.returncode == 0 and "scope: types post, page; exclude /en/, salares; since 2024-10-01" in done.stderr
    taken = slugs(out)
    assert taken and not taken & {"the-lithium-road", "lo-que-cuentan-los-salares", "un-ferrocarril-para-otra-epoca"}
    assert settings(out).scope.exclude == ["/en/", "salares"]
    assert presslift("sync", out).returncode == 0
    assert slugs(out) == taken and settings(out).scope.exclude == ["/en/", "salares"]
    done = presslift("migrate", site.url, "-o", out, "--exclude", "", "--since", "", "--types", "", "--include", "/20", "--include", "/en/")
    assert done.returncode == 0
    scope = settings(out).scope
    assert (scope.exclude, scope.since, scope.types, scope.include) == ([], None, [], ["/20", "/en/"])
    assert slugs(out) > taken and "quienes-somos" not in slugs(out)


def test_limit(site: DemoSite, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    assert presslift("migrate", site.url, "-o", out, "--limit", 3).returncode == 0
    three = slugs(out)
    assert len(three) == 3
    assert presslift("migrate", site.url, "-o", out, "--limit", 5).returncode == 0
    assert len(slugs(out)) == 5 and slugs(out) > three
    assert presslift("migrate", site.url, "-o", out, "--limit", 0).returncode == 0
    assert len(slugs(out)) == 9 and settings(out).scope.limit is None


def test_no_comments_and_back(site: DemoSite, tmp_path: Path) -> None:
    out = tmp_path / "OUT"

    def comments() -> int:
        return sum(len(json.loads(line)["comments"]) for line in (out / "export" / "articles.jsonl").open(encoding="utf-8"))

    assert presslift("migrate", site.url, "-o", out, "--no-comments").returncode == 0
    assert comments() == 0
    assert presslift("sync", out, "--full").returncode == 0
    assert comments() == 0
    assert presslift("migrate", site.url, "-o", out, "--comments").returncode == 0
    assert settings(out).scope.comments


@pytest.mark.parametrize("source", ["auto", "rest", "html"])
def test_source(site: DemoSite, tmp_path: Path, source: str) -> None:
    asked = len(site.requests)
    assert presslift("migrate", site.url, "-o", tmp_path / "OUT", "--source", source).returncode == 0
    requests = site.requests[asked:]
    assert any(r.startswith("/wp-json/wp/v2/posts") for r in requests) == (source != "html")
    assert any("/la-ruta-del-litio/" in r for r in requests) == (source != "rest")
    assert len(slugs(tmp_path / "OUT")) == 9


def test_formats(site: DemoSite, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    assert presslift("migrate", site.url, "-o", out, "--formats", "jsonl").returncode == 0
    assert not list((out / "export").glob("articles.csv")) and (out / "export" / "articles.jsonl").exists()
    done = presslift("export", out, "--to", "csv")
    assert done.returncode == 0 and "files of jsonl, csv" in done.stderr
    assert (out / "export" / "articles.csv").exists() and (out / "export" / "articles.jsonl").exists()
    # From now on: the next sync keeps what was asked for.
    before = tree(out / "export")
    assert presslift("sync", out).returncode == 0
    assert tree(out / "export") == before and settings(out).export.formats == ["jsonl", "csv"]
    for given in (["--to", "jsonl", "csv"], ["--to", "jsonl", "--to", "csv"], ["--to", "jsonl,csv"]):
        assert presslift("export", out, *given).returncode == 0
        assert tree(out / "export") == before
    refused(presslift("export", out, "--to", "xlsx"), 2, "'xlsx'", "csv", "jsonl")
    assert tree(out / "export") == before


def test_media_says_what_it_does_not_do(site: DemoSite, tmp_path: Path) -> None:
    done = presslift("migrate", site.url, "-o", tmp_path / "OUT", "--media", "content")
    assert done.returncode == 0 and "downloads no files" in done.stderr
    assert settings(tmp_path / "OUT").scope.media == "content"


def test_a_person_s_comments_stay_in_config(out: Path) -> None:
    path = out / "config.yaml"
    path.write_text("# ours\nscope:\n  exclude: ['/en/']  # translations later\nfetch:\n  delay: 0.25\n")
    assert presslift("sync", out, "--concurrency", 2).returncode == 0
    text = path.read_text()
    assert text.startswith("# ours\n") and "# translations later" in text
    assert settings(out).fetch.concurrency == 2 and settings(out).fetch.delay == 0.25 and settings(out).scope.exclude == ["/en/"]
    before = path.stat().st_mtime_ns
    assert presslift("sync", out).returncode == 0
    assert path.stat().st_mtime_ns == before
    assert "the-lithium-road" not in slugs(out)


def test_config_file_is_kept_and_flags_win(site: DemoSite, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("scope: {limit: 2}\nfetch: {timeout: 7}\n")
    out = tmp_path / "OUT"
    assert presslift("migrate", site.url, "-o", out, "--config", tmp_path / "mine.yaml", "--limit", 3).returncode == 0
    assert len(slugs(out)) == 3
    assert (settings(out).scope.limit, settings(out).fetch.timeout) == (3, 7)


def test_fetch_options(site: DemoSite, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    given = [
        "--delay",
        0.01,
        "--concurrency",
        2,
        "--timeout",
        9,
        "--max-size",
        900_000,
        "--user-agent",
        "lifter (me@example.org)",
        "--ignore-robots",
    ]
    asked = len(site.requests)
    assert presslift("migrate", site.url, "-o", out, *given).returncode == 0
    fetch = settings(out).fetch
    assert (fetch.delay, fetch.concurrency, fetch.timeout, fetch.max_size, fetch.user_agent, fetch.robots) == (
        0.01, 2, 9, 900_000, "lifter (me@example.org)", False,
    )  # fmt: skip
    assert sum(r == "/robots.txt" for r in site.requests[asked:]) == 1, "for its sitemaps"
    warc = b"".join(gzip.decompress(path.read_bytes()) for path in (out / "archive").glob("*.warc.gz"))
    assert b"User-Agent: lifter (me@example.org)\r\n" in warc
    assert presslift("sync", out, "--obey-robots").returncode == 0 and settings(out).fetch.robots
    for command in (["probe", site.url], ["extract", f"{site.url}/quienes-somos/"]):
        assert presslift(*command, *given).returncode == 0
    refused(presslift("migrate", site.url, "-o", tmp_path / "tiny", "--max-size", 1000), 3, site.url)
    refused(presslift("sync", out, "--timeout", "0"), 2, "--timeout")


def test_a_given_delay_holds_on_loopback(tmp_path: Path, site: DemoSite) -> None:
    import time

    begun = time.monotonic()
    assert presslift("probe", site.url, "--delay", 0.15).returncode == 0
    assert time.monotonic() - begun > 2


# ---- extract


def test_extract_of_files_folders_and_stdin(tmp_path: Path) -> None:
    (tmp_path / "pages" / "deep").mkdir(parents=True)
    (tmp_path / "pages" / "b.html").write_text(PAGE.format(title="Second"))
    (tmp_path / "pages" / "deep" / "c.HTM").write_text(PAGE.format(title="Third"))
    (tmp_path / "pages" / "a.html.gz").write_bytes(gzip.compress(PAGE.format(title="First").encode()))
    (tmp_path / "pages" / "notes.txt").write_text("no page")
    (tmp_path / "odd").write_text(PAGE.format(title="Without a suffix"))
    done = presslift("extract", tmp_path / "pages", tmp_path / "odd", "-", input=PAGE.format(title="From stdin"))
    assert (done.returncode, done.stderr) == (0, "")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["title"] for r in records] == ["First", "Second", "Third", "Without a suffix", "From stdin"]
    done = presslift("extract", "-", "--url", "https://example.org/2025/a-post/", input=PAGE.format(title="T"))
    (record,) = map(json.loads, done.stdout.splitlines())
    assert record["url"] == "https://example.org/2025/a-post/" and record["id"]
    assert [link["url"] for link in record["links"]] == ["https://example.org/2025/a-post/other/"]


def test_extract_of_addresses(site: DemoSite) -> None:
    asked = len(site.requests)
    done = presslift("extract", f"{site.url}/2025/03/18/la-ruta-del-litio/", f"{site.url}/2025/01/20/el-precio-del-agua/")
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["slug"] for line in done.stdout.splitlines()] == ["la-ruta-del-litio", "el-precio-del-agua"]
    assert site.requests[asked:].count("/robots.txt") == 1


def test_extract_of_a_warc(out: Path, tmp_path: Path) -> None:
    (warc,) = (out / "archive").glob("*.warc.gz")
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(warc.read_bytes()))
    for path in (warc, plain):
        done = presslift("extract", path)
        assert done.returncode == 0, done.stderr
        records = [json.loads(line) for line in done.stdout.splitlines()]
        assert {r["slug"] for r in records} == slugs(out), done.stderr
        assert "no articles" in done.stderr and len(done.stderr.splitlines()) == 1


def test_extract_names_what_is_broken_and_goes_on(tmp_path: Path, out: Path, site: DemoSite) -> None:
    (tmp_path / "good.html").write_text(PAGE.format(title="Good"))
    (tmp_path / "cut.html.gz").write_bytes(gzip.compress(PAGE.format(title="Cut").encode())[:-20])
    (tmp_path / "damaged.html.gz").write_bytes(b"\x1f\x8b\x08\x00" + b"\x00" * 6 + b"\xff" * 50)
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "none.warc.gz").write_bytes(b"no WARC at all")
    (tmp_path / "bare").mkdir()
    (warc,) = (out / "archive").glob("*.warc.gz")
    (tmp_path / "cut.warc.gz").write_bytes(warc.read_bytes()[: warc.stat().st_size * 3 // 4])
    broken = ["nowhere.html", "cut.html.gz", "damaged.html.gz", "empty.html", "none.warc.gz", "bare", "cut.warc.gz", f"{site.url}/nowhere/"]
    done = presslift("extract", *broken, "good.html", cwd=tmp_path)
    assert done.returncode == 1
    titles = [json.loads(line)["title"] for line in done.stdout.splitlines()]
    assert titles[-1] == "Good" and len(titles) > 1, "what stands before the cut is read"
    errors = [line for line in done.stderr.splitlines() if line.startswith("presslift: ")]
    # What was cut off may name the page that it was cut in as well.
    assert list(dict.fromkeys(next((name for name in broken if name in line), line) for line in errors)) == broken
    assert "Traceback" not in done.stderr


# ---- transforms of one's own


def test_own_transforms_are_found_beside_config_wherever_the_command_runs(site: DemoSite, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "loudly.py").write_text(
        "from msgspec.structs import replace\n\ndef shout(article, context):\n    return replace(article, title=article.title.upper())\n"
    )
    (tmp_path / "mine" / "config.yaml").write_text("transforms: [{use: clean_html}, {use: 'loudly:shout'}, {use: text}]\n")
    out = tmp_path / "OUT"
    assert presslift("migrate", site.url, "-o", out, "--config", tmp_path / "mine" / "config.yaml", "--limit", 2, cwd="/").returncode == 0
    titles = [json.loads(line)["title"] for line in (out / "export" / "articles.jsonl").open(encoding="utf-8")]
    assert titles and all(title == title.upper() for title in titles)
    shutil.copy(tmp_path / "mine" / "loudly.py", out)
    assert presslift("sync", out, cwd="/").returncode == 0


# ---- demo


def test_demo(tmp_path: Path) -> None:
    done = presslift("demo", "-o", tmp_path / "OUT")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(tmp_path / "OUT")
    assert "\x1b" not in done.stdout + done.stderr and "Elena Marín Soto" in done.stdout and "byte for byte as it was" in done.stdout
    assert presslift("check", tmp_path / "OUT").returncode == 0
    before = tree(tmp_path / "OUT")
    refused(presslift("demo", "-o", tmp_path / "OUT"), 2, str(tmp_path / "OUT"), "there already")
    assert tree(tmp_path / "OUT") == before


def test_demo_chooses_a_folder(tmp_path: Path) -> None:
    done = presslift("demo", "-q", env={"TMPDIR": str(tmp_path)})
    folder = Path(done.stdout.splitlines()[-1])
    assert folder.is_dir() and folder.is_relative_to(tmp_path) and (folder / "export" / "articles.jsonl").is_file()


def test_demo_serves(tmp_path: Path) -> None:
    import signal

    from tests.commands import PRESSLIFT

    process = subprocess.Popen([PRESSLIFT, "demo", "--serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert presslift("probe", address).returncode == 0
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=10)
    assert process.returncode == 130 and told.splitlines()[-1] == "presslift: stopped"


def test_help_costs_little() -> None:
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert presslift("--help", fresh=True).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.4, "0.1 s on an idle machine"


def test_the_module_runs_as_the_command_does() -> None:
    done = subprocess.run([sys.executable, "-m", "presslift.cli", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("presslift, version ")
