"""Whatever one page makes the code raise is told of that page alone: the run goes on, and what was read of it before stays."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

import presslift
from presslift.config import CustomField, Settings
from presslift.errors import ParseError
from presslift.pipeline import Options, RunSummary, export, migrate, reparse, sync
from tests.commands import presslift as command
from tests.faulty import DOORS, NO_REST, PAGES_ALONE, FaultySite, failures, holds, lines, quick, records

ODD = '<p>El texto de la nota rara, con sus palabras.</p><p class="odd">Lo raro.</p>'
BAD_ATTRIBUTE = {"odd": CustomField(selector=".odd", attribute="{x")}
"""A field of the user's own that a page with such an element can't be read for: lxml refuses the attribute's name."""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a module of the user's own, where it is found."""

    def write(name: str, text: str) -> str:
        monkeypatch.delitem(sys.modules, name, raising=False)
        (tmp_path / f"{name}.py").write_text(text)
        return f"{name}:odd"

    monkeypatch.syspath_prepend(str(tmp_path))
    return write


def with_transform(use: str) -> Settings:
    settings = quick()
    settings.transforms = [*settings.transforms, {"use": use}]
    return settings


def with_field() -> Settings:
    settings = quick()
    settings.custom = BAD_ATTRIBUTE
    return settings


def detail(out: Path, url: str) -> str:
    (row,) = [row for row in lines(out, "failures") if row["url"] == url]
    assert (row["kind"], row["reason"]) == ("page", "parse_error")
    return str(row["detail"])


def is_as_before(out: Path, summary: RunSummary, before: dict[str, bytes]) -> None:
    assert not summary.exports_written
    assert {p.name: p.read_bytes() for p in (out / "export").iterdir()} == before


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_a_transform_that_raises_is_named_for_its_page_and_the_record_comes_without_it(
    tmp_path: Path, own: Any, doors: dict[str, bool]
) -> None:
    out, flag = tmp_path / "OUT", tmp_path / "mended"
    use = own(
        "own_raising",
        f"import pathlib\ndef odd(article, context):\n    if article.slug == 'rara' and not pathlib.Path({str(flag)!r}).exists():\n"
        "        raise LookupError(f'no word for {article.slug}')\n    article.subtitle = 'Mía'\n    return article\n",
    )
    with FaultySite(**doors) as site:
        url = site.url + site.add("rara", content=ODD)
        summary = migrate(site.url, out, config=with_transform(use))
        found = records(out)
        assert set(found) == site.slugs and summary.exit_code == 1
        assert detail(out, url) == f"transform {use}: LookupError: no word for rara (own_raising.py:4 in odd)"
        assert found["rara"]["subtitle"] is None and "nota rara" in found["rara"]["body_text"]
        assert found["rara"]["extraction"]["warnings"][-1] == (
            f"transform {use} failed and was left out: LookupError: no word for rara (own_raising.py:4 in odd)"
        )
        assert {a["subtitle"] for slug, a in found.items() if slug != "rara"} == {"Mía"}
        log = (out / "presslift.log").read_text()
        assert url in log and "Traceback" in log and "LookupError: no word for rara" in log
        holds(out)
        # It fails again, and nothing is written anew; once it is mended, the next run makes the record with it.
        before = {p.name: p.read_bytes() for p in (out / "export").iterdir()}
        again = sync(out, config=with_transform(use))
        assert again.exit_code == 1
        is_as_before(out, again, before)
        flag.touch()
        assert sync(out, config=with_transform(use)).exit_code == 0
        assert records(out)["rara"]["subtitle"] == "Mía" and failures(out) == {}
        holds(out)


def test_a_failing_transform_is_told_at_the_command_line(tmp_path: Path, own: Any) -> None:
    own(
        "own_command",
        "def odd(article, context):\n    if article.slug == 'rara':\n        raise LookupError('no word')\n    return article\n",
    )
    (tmp_path / "config.yaml").write_text('transforms:\n  - use: clean_html\n  - use: text\n  - use: "own_command:odd"\n')
    with FaultySite() as site:
        site.add("rara", content=ODD)
        done = command("migrate", site.url, "-o", tmp_path / "OUT", "--config", tmp_path / "config.yaml", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "1 failed" in done.stderr or "failures.jsonl" in done.stderr
    assert failures(tmp_path / "OUT", site)[site.path(1000 + len(site.data["posts"]) - 1)] == "parse_error"


@pytest.mark.parametrize("doors", [NO_REST, PAGES_ALONE], ids=["no_rest", "pages_alone"])
def test_a_page_that_can_not_be_read_fails_alone(tmp_path: Path, doors: dict[str, bool]) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**doors) as site:
        site.feed = False
        url = site.url + site.add("rara", content=ODD)
        summary = migrate(site.url, out, config=with_field())
        assert set(records(out)) == site.slugs - {"rara"} and summary.exit_code == 1 and summary.failed == 1
        said = detail(out, url)
        assert said.startswith("ValueError: Invalid tag name (") and "scraper/parse/custom_fields.py:" in said
        assert "ValueError" in (out / "presslift.log").read_text()
        holds(out)
        # Mended, it is read in the next run.
        assert sync(out, config=quick()).exit_code == 0
        assert set(records(out)) == site.slugs and failures(out) == {}
        holds(out)


def test_where_rest_tells_of_it_the_record_comes_without_the_page(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        url = site.url + site.add("rara", content=ODD)
        assert migrate(site.url, out, config=with_field()).exit_code == 1
        assert "nota rara" in records(out)["rara"]["body_text"]
        assert "custom_fields.py" in detail(out, url)
        holds(out)


def test_what_was_read_before_stays(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**PAGES_ALONE) as site:
        url = site.url + site.add("rara", content="<p>El texto de antes, que se pudo leer entero.</p>")
        assert migrate(site.url, out, config=with_field()).exit_code == 0
        site.data["posts"][-1]["content"] = ODD
        assert sync(out, config=with_field(), options=Options(full=True)).exit_code == 1
        assert "texto de antes" in records(out)["rara"]["body_text"]
        assert "custom_fields.py" in detail(out, url) and lines(out, "removed") == []
        holds(out)
        # So does a reading of the archive, which fails at the same page.
        assert reparse(out, settings=with_field()).exit_code == 1
        assert "texto de antes" in records(out)["rara"]["body_text"]


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_a_record_that_can_not_be_written_is_named_and_the_export_holds(tmp_path: Path, own: Any, doors: dict[str, bool]) -> None:
    out = tmp_path / "OUT"
    use = own(
        "own_giant",
        "def odd(article, context):\n    if article.slug == 'rara':\n        article.wp_id = article.comment_count = 2 ** 63\n    return article\n",
    )
    settings = with_transform(use)
    with FaultySite(**doors) as site:
        url = site.url + site.add("rara", content=ODD)
        summary = migrate(site.url, out, config=settings)
        assert set(records(out)) == site.slugs - {"rara"} and summary.exit_code == 1
        assert "too large" in detail(out, url)
        assert "OverflowError" in (out / "presslift.log").read_text()
        holds(out)
        before = {p.name: p.read_bytes() for p in (out / "export").iterdir()}
        assert sync(out, config=settings).exit_code == 1
        assert {p.name: p.read_bytes() for p in (out / "export").iterdir()} == before
        export(out, settings=settings)
        holds(out)


def test_one_bad_file_of_many_is_named(tmp_path: Path, own: Any) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for number in range(6):
        text = ODD if number == 3 else f"<p>El texto de la página {number}, con sus palabras.</p>"
        (pages / f"{number}.html").write_text(
            f"<html><body><article><h1>Nota {number}</h1><div class=entry-content>{text}</div></article></body></html>"
        )
    (pages / "4.html").write_bytes(b"")
    own("own_files", "def odd(article, context):\n    if article.title == 'Nota 5':\n        raise KeyError('five')\n    return article\n")
    (tmp_path / "config.yaml").write_text(
        'custom:\n  odd: {selector: ".odd", attribute: "{x"}\ntransforms:\n  - use: text\n  - use: "own_files:odd"\n'
    )
    done = command("extract", pages, "--config", tmp_path / "config.yaml", cwd=tmp_path, env={"TMPDIR": str(tmp_path)})
    assert done.returncode == 1
    titles = [msgspec.json.decode(line)["title"] for line in done.stdout.splitlines()]
    assert titles == ["Nota 0", "Nota 1", "Nota 2", "Nota 5"]
    told = done.stderr.splitlines()
    (log,) = tmp_path.glob("presslift-*.log")
    assert len(told) == 3
    assert "3.html: parse_error (ValueError: Invalid" in told[0] and "custom_fields.py" in told[0] and str(log) in told[0]
    assert "4.html: not_html" in told[1]
    assert "5.html: transform own_files:odd failed and was left out: KeyError: 'five' (own_files.py:3 in odd)" in told[2]
    assert log.read_text().count("Traceback") >= 2


def test_of_one_page_the_library_raises_its_own_error() -> None:
    settings = Settings(custom=BAD_ATTRIBUTE)
    with pytest.raises(ParseError, match="custom_fields") as caught:
        presslift.extract(f"<article>{ODD}</article>", "https://site.example/a/", config=settings)
    assert caught.value.reason == "parse_error" and isinstance(caught.value.__cause__, ValueError)
