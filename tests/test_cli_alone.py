"""Commands that need no OUT: config, help, extract, demo."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from presslift.demo.site import DemoSite
from tests.commands import presslift, refused, tree
from tests.test_cli import PAGE, slugs


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
