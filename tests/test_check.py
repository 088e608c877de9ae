"""``check`` finds what does not hold, whatever it is, and nothing where all of it holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from presslift.checking import Accounted, CheckResult, check, format_result
from presslift.config import ExportSettings
from presslift.errors import NotAnOut
from presslift.exports import write_dataset
from presslift.hashing import content_hash
from presslift.records import Article, Change, Embed, Footnote, Link, Ref
from tests.exports.making import SITE, Made, article


def accounts(count: int = 3) -> list[Accounted]:
    """What became of every address of ``Made``."""
    return [
        *(Accounted(url=f"{SITE}/entrada-{n}/", outcome="exported", article_id=f"{n:016x}") for n in range(1, count + 1)),
        Accounted(url=f"{SITE}/rota/", outcome="failed", reason="http_status"),
        Accounted(url=f"{SITE}/tag/x/", outcome="excluded", reason="an archive, no article"),
        Accounted(url=f"{SITE}/ida/", outcome="removed", reason="HTTP 410", article_id="e" * 16),
    ]


def checked(folder: Path, source: Made | None = None, accounting: list[Accounted] | None = None) -> CheckResult:
    """Export a source and check it."""
    write_dataset(source or Made(), folder, ["jsonl", "csv"], ExportSettings())
    return check(folder, accounting)


class One(Made):
    """A single article, with values of its own, its hash made after them or before."""

    def __init__(self, *, hashed: bool = True, **values: Any):
        super().__init__(1)
        self.one = msgspec.structs.replace(article(1), **values)
        if hashed:
            self.one.content_hash = content_hash(self.one)

    def articles(self) -> Iterator[Article]:
        yield self.one


def kinds(result: CheckResult) -> list[str]:
    """The kinds of problem found."""
    return [problem.kind for problem in result.problems]


def test_all_of_it_holds(tmp_path: Path) -> None:
    result = checked(tmp_path, accounting=accounts())
    assert result.problems == []
    assert result.ok
    assert {name: result.counts[name] for name in ("discovered", "exported", "failed", "excluded", "removed")} == {
        "discovered": 6, "exported": 3, "failed": 1, "excluded": 1, "removed": 1,
    }  # fmt: skip
    assert (result.counts["articles"], result.counts["links"], result.counts["footnotes"], result.counts["files"]) == (3, 9, 3, 4)
    text = format_result(result)
    assert "6 discovered = 3 exported, 1 failed, 1 excluded, 1 removed" in text
    assert text.endswith("all of it holds")


def test_an_empty_export_holds(tmp_path: Path) -> None:
    source = Made(0)
    source.redirect_list = []
    assert checked(tmp_path, source, accounts(0)).ok


def test_an_export_alone_is_checked_without_its_addresses(tmp_path: Path) -> None:
    result = checked(tmp_path)
    assert result.ok
    assert "discovered" not in result.counts
    assert "addresses" not in format_result(result)


# ---- addresses


@pytest.mark.parametrize(
    ("lacking", "more", "says"),
    [
        (None, Accounted(url=f"{SITE}/nueva/", outcome=None), "neither exported nor failed nor excluded"),
        (None, Accounted(url=f"{SITE}/otra/", outcome="exported", article_id="d" * 16), "counts as exported, and no record has it"),
        (None, Accounted(url=f"{SITE}/otra/", outcome="exported"), "counts as exported, and no record has it"),
        (None, Accounted(url=f"{SITE}/otra/", outcome="failed", reason="timeout"), "failures.jsonl does not name it"),
        (None, Accounted(url=f"{SITE}/otra/", outcome="failed"), "failed without a reason"),
        (None, Accounted(url=f"{SITE}/otra/", outcome="excluded", reason="scope"), "the table does not name it"),
        (None, Accounted(url=f"{SITE}/otra/", outcome="excluded"), "excluded without a reason"),
        (f"{SITE}/entrada-2/", None, "no discovered address leads to it"),
    ],
)
def test_an_address_that_is_not_accounted_for_is_named(tmp_path: Path, lacking: str | None, more: Accounted | None, says: str) -> None:
    accounting = [one for one in accounts() if one.url != lacking] + ([more] if more else [])
    result = checked(tmp_path, accounting=accounting)
    (problem,) = result.problems
    assert (problem.kind, problem.url) == ("unaccounted", more.url if more else lacking)
    assert says in problem.detail
    assert not result.ok
    assert problem.detail in format_result(result)


def test_what_was_removed_must_not_be_there(tmp_path: Path) -> None:
    gone = Accounted(url=f"{SITE}/entrada-1/", outcome="removed", reason="HTTP 410", article_id=f"{1:016x}")
    assert kinds(checked(tmp_path, accounting=[*accounts(), gone])) == ["hidden"]


def test_an_open_address_is_counted(tmp_path: Path) -> None:
    result = checked(tmp_path, accounting=[*accounts(), Accounted(url=f"{SITE}/x/", outcome=None)])
    assert "7 discovered = 3 exported, 1 failed, 1 excluded, 1 removed, 1 open" in format_result(result)


def test_addresses_come_from_the_store(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "presslift.sqlite") as db:
        db.execute("CREATE TABLE addresses (url TEXT, state TEXT, reason TEXT, article TEXT)")
        db.executemany("INSERT INTO addresses VALUES (?, ?, ?, ?)", [(a.url, a.outcome, a.reason, a.article_id) for a in accounts()])
    assert checked(tmp_path).counts["discovered"] == 6
    with sqlite3.connect(tmp_path / "presslift.sqlite") as db:
        db.execute("INSERT INTO addresses VALUES (?, 'pending', NULL, NULL)", [f"{SITE}/nueva/"])
    assert kinds(check(tmp_path)) == ["unaccounted"]
    (tmp_path / "presslift.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(NotAnOut, match="is not a presslift store"):
        check(tmp_path)


def test_a_folder_without_an_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnOut):
        check(tmp_path)


# ---- the set and its records


def change(path: Path, old: bytes, new: bytes) -> None:
    """Change a file behind presslift's back."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("articles.jsonl", b'"comment_count":1', b'"comment_count":"1"', {"hash", "schema", "table"}),
        ("articles.jsonl", b'"comment_count":1', b'"comment_count":1,"mood":"good"', {"hash", "schema"}),
        ("articles.jsonl", b'"menu_order":null,', b"", {"hash", "schema"}),
        ("articles.jsonl", b'"title":"T', b'"title":"t', {"hash", "content_hash"}),
        ("articles.jsonl", b'"id":"0000000000000002"', b'"id":"0000000000000003"', {"hash", "key", "foreign_key"}),
        ("articles.jsonl", b'"article_id":"0000000000000001"', b'"article_id":"0000000000000009"', {"hash", "foreign_key"}),
        ("articles.jsonl", b'{"id"', b'{{"id"', {"hash", "schema", "table"}),
        ("files.jsonl", b"foto-2", b"foto-9", {"hash", "foreign_key"}),
        ("terms.jsonl", b"deporte", b"deportes", {"hash", "foreign_key"}),
        ("authors.jsonl", b"eva-gomez", b"ana-ruiz", {"hash", "key", "foreign_key"}),
        ("failures.jsonl", b"http_status", b"bad_luck", {"hash", "schema"}),
        ("links.csv", b"0000000000000001,1", b"0000000000000001,7", {"hash"}),
        ("links.csv", b"position", b"place", {"hash", "table"}),
        ("comments.csv", b"\r\n0000000000000003", b"\r\n0000000000000003,7,,,,,,,,\r\n0000000000000003", {"hash", "table"}),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, file: str, old: bytes, new: bytes, expected: set[str]) -> None:
    write_dataset(Made(), tmp_path, ["jsonl", "csv"], ExportSettings())
    change(tmp_path / "export" / file, old, new)
    result = check(tmp_path)
    assert expected <= set(kinds(result))
    assert file in str(result.problems[0].detail)


def test_counts_of_a_spreadsheet_are_those_of_its_tables(tmp_path: Path) -> None:
    write_dataset(Made(1), tmp_path, ["jsonl", "csv"], ExportSettings())
    change(tmp_path / "export" / "articles.csv", b",1,2,3,2,1,", b",1,2,4,2,1,")
    assert "link_count adds up to 4, links has 3 rows" in format_result(check(tmp_path))


def test_sequence_numbers_rise(tmp_path: Path) -> None:
    source = Made()
    source.event_list = [
        Change(seq=n, at="2024-03-01T00:00:00Z", run=2, change="updated", article_id=f"{1:016x}", url=SITE) for n in (2, 2)
    ]
    assert kinds(checked(tmp_path, source)) == ["key"]


def test_a_fetched_file_must_be_there_as_it_was(tmp_path: Path) -> None:
    one = article(1)
    one.media[0].local_path, one.media[0].sha256 = "media/foto.jpg", "0" * 64
    one.media[1].local_path = "../outside.jpg"
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "foto.jpg").write_bytes(b"x")
    result = checked(tmp_path, One(media=one.media))
    assert sorted(problem.detail for problem in result.problems) == [
        "../outside.jpg leads out of the folder",
        "media/foto.jpg is not the file that was fetched",
    ]
    (tmp_path / "media" / "foto.jpg").unlink()
    assert "media/foto.jpg is gone" in format_result(check(tmp_path))


# ---- within a record

LINK = Link(position=1, url=f"{SITE}/a/?q=ñ&x=1", text="a", kind="internal")
HTML = '<p><a href="/a/?q=%C3%B1&amp;x=1">a</a></p>'


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"links": [LINK], "body_html": HTML, "content_html": HTML, "body_markdown": f"[a]({SITE}/a/?q=ñ&x=1)"}, []),
        (
            {
                "links": [LINK],
                "body_html": HTML,
                "content_html": HTML,
                "body_markdown": "<table><tr><td>" + HTML[3:-4] + "</td></tr></table>",
            },
            [],
        ),
        ({"links": [LINK], "body_html": HTML, "content_html": HTML, "body_markdown": "a"}, ["links"]),
        ({"links": [LINK], "body_html": HTML, "content_html": "<p>a</p>", "body_markdown": "[a](/a/?q=ñ&x=1)"}, ["links"]),
        ({"links": [LINK, LINK], "body_html": HTML, "content_html": HTML * 2, "body_markdown": "[a](/a/?q=ñ&x=1) " * 2}, ["links"]),
        ({"links": [], "body_html": HTML, "content_html": HTML, "body_markdown": "[a](/a/?q=ñ&x=1)"}, ["links"] * 3),
        ({"links": [], "body_html": None, "content_html": None, "body_markdown": None}, []),
        ({"links": [LINK], "body_html": None, "content_html": None, "body_markdown": None}, ["links"] * 3),
        ({"links": [], "body_html": "<p>`[a](b)`</p>", "content_html": "<p>`[a](b)`</p>", "body_markdown": "`[a](b)` \\[a](b) [^1]"}, []),
    ],
)
def test_links_are_the_same_everywhere(tmp_path: Path, values: dict[str, Any], expected: list[str]) -> None:
    assert kinds(checked(tmp_path, One(footnotes=[], **values))) == expected


def test_a_link_in_markdown_may_stand_for_what_is_embedded(tmp_path: Path) -> None:
    frame = '<iframe src="https://video.example/embed/1"></iframe>' * 2
    embeds = [Embed(position=1, url="https://video.example/watch?v=1")]
    values: dict[str, Any] = {"links": [], "footnotes": [], "body_html": frame, "content_html": frame, "embeds": embeds}
    for markdown, expected in {
        "<https://video.example/watch?v=1>\n\n[video](https://video.example/watch?v=1)": [],
        "<https://video.example/>": ["links"],
    }.items():
        assert kinds(checked(tmp_path, One(body_markdown=markdown, **values))) == expected


def note(anchor: str | None = "fnref-1", place: Any = "body") -> Footnote:
    return Footnote(index=1, marker="1", html="N", text="N", style="linked", refs=[Ref(place=place, anchor=anchor)])


MARK = '<sup id="fnref-1"><a href="#fn-1">1</a></sup>'
LIST = '<ol><li id="fn-1">N <a href="#fnref-1">↩</a></li></ol>'


@pytest.mark.parametrize(
    ("footnotes", "body", "content", "says"),
    [
        ([note()], MARK, MARK + LIST, ""),
        ([note()], MARK, MARK, "#fn-1 leads nowhere"),
        ([note("fnref-2")], MARK, MARK + LIST, "its mention fnref-2 is not in the body"),
        ([note("fnref-1", "byline")], "<p>x</p>", '<p>x</p><ol><li id="fn-1">N</li></ol>', ""),
        ([note("fnref-1", "byline")], "<p>x</p>", "<p>x</p>" + LIST, "#fnref-1 leads nowhere"),
        ([], MARK, MARK + LIST, "#fn-1 is no note of the record"),
        ([note()], MARK, None, "no content_html"),
    ],
)
def test_notes_lead_somewhere(tmp_path: Path, footnotes: list[Footnote], body: str, content: str | None, says: str) -> None:
    result = checked(tmp_path, One(links=[], footnotes=footnotes, body_html=body, content_html=content, body_markdown="x"))
    assert result.ok == (says == "")
    assert says in format_result(result)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<p>[gallery ids="1,2"]</p>', ["shortcode"]),
        ("<p>Antes <em>x</em> [vc_row][vc_column]texto[/vc_column][/vc_row]</p>", ["shortcode"] * 4),
        ("<p>dice [sic] que […] [1] [Nota del editor]</p>", []),
        ('<pre>[gallery ids="1,2"]</pre><p>y <code>[vc_row]</code>.</p>', []),
    ],
)
def test_raw_shortcodes_are_named(tmp_path: Path, body: str, expected: list[str]) -> None:
    assert kinds(checked(tmp_path, One(links=[], footnotes=[], body_html=body, content_html=body, body_markdown="x"))) == expected


@pytest.mark.parametrize(
    "values",
    [
        {"status": "draft"},
        {"status": "private"},
        {"title": "Protected: The plan"},
        {"title": "Privado: El plan"},
        {"title": "Protégé\xa0: Le plan"},
        {
            "body_html": '<form class="post-password-form"><input name="post_password"></form>',
            "links": [],
            "content_html": "<p></p>",
            "body_markdown": "",
            "footnotes": [],
        },
    ],
)
def test_what_is_hidden_on_the_site_is_named(tmp_path: Path, values: dict[str, Any]) -> None:
    assert kinds(checked(tmp_path, One(**values))) == ["hidden"]


def test_a_hash_that_is_not_the_contents_is_named(tmp_path: Path) -> None:
    assert kinds(checked(tmp_path, One(hashed=False, subtitle="nuevo"))) == ["content_hash"]


def test_many_problems_are_shown_in_short(tmp_path: Path) -> None:
    result = checked(tmp_path, Made(30, status="draft"))
    text = format_result(result)
    assert len(result.problems) == 30
    assert "… and 10 more (30 hidden)" in text
    assert text.endswith("30 problems")
