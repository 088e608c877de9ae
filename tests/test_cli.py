"""The commands as users meet them: what goes to stdout and what to stderr, every option, every kind of input."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from presslift.config import Settings, load_settings
from presslift.demo.site import DemoSite
from tests.commands import presslift, refused, tree

PAGE = """<!doctype html><html lang="en"><head><title>{title}</title></head><body class="single postid-7"><article><h1>{title}</h1>
<div class="entry-content"><p>Some words of text that stand here for the length of a line, and <a href="other/">a link</a>.</p></div>
</article></body></html>"""


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
