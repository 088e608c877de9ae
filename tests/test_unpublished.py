"""Drafts, private and protected posts: taken when asked for, by the account that may see them, and by no accident."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from presslift.config import CustomField, Settings
from presslift.errors import SiteError, UsageError
from presslift.pipeline import Options, migrate, sync
from presslift.pipeline.forecast import forecast
from tests.commands import presslift, refused
from tests.faulty import FaultySite, changes, failures, holds, lines, quick, records
from tests.servers import Visit, as_json, page

PASSWORD = "abcd EFGH ijkl 1234 mnop 5678"
POST_PASSWORD = 'the \\"post\'s\\" own'
ALL = ["publish", "protected", "private", "future", "pending", "draft"]
BASIC = "Basic " + base64.b64encode(f"editor:{PASSWORD}".encode()).decode()


class Newsroom(FaultySite):
    """The built-in site with entries that are not public, which REST shows as WordPress does: in ``context=edit``, to an editor."""

    def __init__(self, **doors: bool):
        super().__init__(**doors)
        self.hidden: dict[int, dict[str, Any]] = {}
        self.asked: list[Visit] = []
        self.role, self.knows = "editor", True
        for number, status in enumerate(("private", "future", "pending", "draft", "trash"), 501):
            self.hidden[number] = {"status": status, "text": f"Un texto oculto, todavía {status}.", "modified": "2025-05-01T10:00:00"}

    def _behave(self, visit: Visit) -> None:
        self.asked.append(visit)
        query = {k: v[0] for k, v in parse_qs(urlsplit(visit.target).query).items()}
        token = visit.headers.get("authorization")
        if "/wp-json/" in visit.path and self.rest and token and token != BASIC:
            return self._say(visit, 401, "incorrect_password")
        if visit.path == "/wp-json/wp/v2/users/me" and self.rest:
            self.requests.append(visit.target)
            return as_json({"id": 1})(visit) if token == BASIC and self.knows else self._say(visit, 401, "rest_not_logged_in")
        is_edit = (query.get("context") == "edit" and {"status", "include"} & set(query)) or visit.path.rpartition("/")[2].isdigit()
        if "/wp-json/wp/v2/" in visit.path and is_edit and self.rest:
            return self._edit(visit, query, known=token == BASIC and self.role == "editor")
        super()._behave(visit)

    def _edit(self, visit: Visit, query: dict[str, str], known: bool) -> None:
        self.requests.append(visit.target)
        name = visit.path.removeprefix("/wp-json/wp/v2/").strip("/")
        if not known:
            return self._say(visit, 403 if visit.headers.get("authorization") else 400, "rest_forbidden_context")
        if name.partition("/")[2]:
            entry = self.hidden.get(int(name.partition("/")[2]))
            return as_json(self._entry(*self._pair(name)))(visit) if entry else self._say(visit, 404, "rest_post_invalid_id")
        wanted = query.get("status", "publish").split(",")
        items = [self._entry(i, e) for i, e in self.hidden.items() if e["status"] in wanted] if name == "posts" else []
        if "include" in query:
            ids = set(map(int, query["include"].split(",")))
            locked = [p for p in self.data["posts"] if p.get("password") and p["id"] in ids]
            items = [i for i in items if i["id"] in ids] + [self._opened(p) for p in locked if "publish" in wanted]
        fields = query["_fields"].split(",") if "_fields" in query else None
        shown = [{k: v for k, v in item.items() if fields is None or k in fields} for item in items]
        as_json(shown, X_WP_Total=str(len(items)), X_WP_TotalPages="1")(visit)

    def _pair(self, name: str) -> tuple[int, dict[str, Any]]:
        number = int(name.partition("/")[2])
        return number, self.hidden[number]

    def _say(self, visit: Visit, status: int, code: str) -> None:
        as_json({"code": code, "message": "No.", "data": {"status": status}}, status)(visit)

    def _entry(self, number: int, entry: dict[str, Any]) -> dict[str, Any]:
        address = f"/{entry['slug']}/" if "slug" in entry else f"/?p={number}"
        return {
            "id": number, "status": entry["status"], "type": "post", "link": self.url + address, "slug": entry.get("slug", ""),
            "date": "2025-05-01T10:00:00", "date_gmt": "2025-05-01T15:00:00", "modified": entry["modified"], "modified_gmt": entry["modified"],
            "title": {"raw": f"Oculto {number}", "rendered": f"{'Privado: ' if entry['status'] == 'private' else ''}Oculto {number}"},
            "content": {"raw": f"<!-- wp:paragraph -->\n<p>{entry['text']}</p>\n<!-- /wp:paragraph -->", "rendered": f"<p>{entry['text']}</p>", "protected": False},
            "excerpt": {"raw": "", "rendered": "", "protected": False}, "password": "", "author": 1, "categories": [2], "tags": [], "featured_media": 0,
        }  # fmt: skip

    def _opened(self, post: dict[str, Any]) -> dict[str, Any]:
        item = self._rest_post(post, "post")
        text = f"<p>Lo que guarda la contraseña de {post['id']}.</p>"
        return item | {"content": {"raw": text, "rendered": text, "protected": True}, "password": POST_PASSWORD}


@pytest.fixture
def site() -> Iterator[Newsroom]:
    with Newsroom() as started:
        yield started


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSLIFT_USER", "editor")
    monkeypatch.setenv("PRESSLIFT_PASSWORD", PASSWORD)


def wanting(*statuses: str) -> Settings:
    settings = quick()
    settings.scope.statuses = ["publish", *statuses]  # type: ignore[list-item]
    return settings


def standing(out: Path) -> dict[int, str]:
    return {a["wp_id"]: a["status"] for a in lines(out, "articles") if a["status"] != "publish"}


def everything(out: Path) -> bytes:
    """All that OUT holds, unzipped."""
    parts = [p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()]
    return b"\n".join(gzip.decompress(p) if p[:2] == b"\x1f\x8b" else p for p in parts)


def test_what_is_asked_for_is_taken_and_says_what_it_is(site: Newsroom, account: None, tmp_path: Path) -> None:
    locked = next(p["id"] for p in site.data["posts"] if p.get("password"))
    settings = wanting(*ALL[1:])
    settings.custom = {"blocks": CustomField(rest="content.raw")}
    summary = migrate(site.url, tmp_path / "OUT", config=settings)
    assert summary.exit_code == 0 and failures(tmp_path / "OUT") == {}
    assert standing(tmp_path / "OUT") == {501: "private", 502: "future", 503: "pending", 504: "draft", locked: "protected"}
    got = {a["wp_id"]: a for a in lines(tmp_path / "OUT", "articles")}
    assert got[504]["body_text"] == "Un texto oculto, todavía draft." and got[504]["url"] == f"{site.url}/?p=504"
    assert (got[504]["published"], got[502]["published_date"], got[501]["title"]) == (None, "2025-05-01", "Oculto 501")
    assert got[504]["custom"]["blocks"].startswith("<!-- wp:paragraph -->\n<p>")
    assert got[locked]["body_text"] == f"Lo que guarda la contraseña de {locked}."
    assert not any(f"p={number}" in visit.target and "wp-json" not in visit.target for visit in site.asked for number in got)
    holds(tmp_path / "OUT")


def test_an_account_alone_takes_nothing_more(site: Newsroom, account: None, tmp_path: Path) -> None:
    migrate(site.url, tmp_path / "OUT", config=quick())
    assert set(records(tmp_path / "OUT")) == site.slugs and standing(tmp_path / "OUT") == {}
    assert not any("context=edit" in visit.target or "status=" in visit.target for visit in site.asked)
    assert b"texto oculto" not in everything(tmp_path / "OUT")


def test_a_flag_without_an_account_is_told_before_anything_is_asked(site: Newsroom, tmp_path: Path) -> None:
    done = presslift("migrate", site.url, "-o", tmp_path / "OUT", "--statuses", "draft,private")
    refused(done, 2, "draft, private", "PRESSLIFT_USER", "PRESSLIFT_PASSWORD")
    assert site.asked == [] and not (tmp_path / "OUT").exists()
    refused(presslift("migrate", site.url, "-o", tmp_path / "OUT", "--statuses", "drafts"), 2, "--statuses", "draft")
    half = presslift("migrate", site.url, "-o", tmp_path / "OUT", env={"PRESSLIFT_USER": "editor"})
    refused(half, 2, "PRESSLIFT_USER is set and PRESSLIFT_PASSWORD is not")
    with pytest.raises(UsageError, match="source: html"):
        settings = wanting("draft")
        settings.scope.source = "html"
        migrate(site.url, tmp_path / "OUT", config=settings)


@pytest.mark.parametrize("flags", [(), ("--statuses", "draft")])
def test_a_wrong_password_changes_nothing(site: Newsroom, tmp_path: Path, flags: tuple[str, ...]) -> None:
    env = {"PRESSLIFT_USER": "editor", "PRESSLIFT_PASSWORD": "wrong secret"}
    done = presslift("migrate", site.url, "-o", tmp_path / "OUT", *flags, env=env)
    line = refused_by_site(done, "incorrect_password", "PRESSLIFT_PASSWORD")
    assert "wrong secret" not in line and not (tmp_path / "OUT").exists()


def refused_by_site(done: Any, *words: str) -> str:
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    line: str = done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr and all(word in line for word in words), line
    return line


def test_an_account_that_is_not_heeded_is_told(site: Newsroom, account: None, tmp_path: Path) -> None:
    site.knows = False
    with pytest.raises(SiteError, match="rest_not_logged_in"):
        migrate(site.url, tmp_path / "OUT", config=quick())
    assert not (tmp_path / "OUT").exists()


def test_an_account_that_may_not_edit_is_told_so(site: Newsroom, account: None, tmp_path: Path) -> None:
    site.role = "subscriber"
    with pytest.raises(SiteError, match="PRESSLIFT_USER"):
        migrate(site.url, tmp_path / "OUT", config=wanting("draft"))
    assert not (tmp_path / "OUT").exists()


def test_drafts_are_followed(site: Newsroom, account: None, tmp_path: Path) -> None:
    out, settings = tmp_path / "OUT", wanting(*ALL[1:])
    migrate(site.url, out, config=settings)
    ids = {a["wp_id"]: a["id"] for a in lines(out, "articles")}
    quiet = sync(out, config=settings)
    assert (quiet.looked_at, quiet.exports_written) == ("nothing", False)

    site.hidden[504] |= {"text": "Un texto oculto, corregido.", "modified": "2025-06-01T10:00:00"}
    site.hidden[601] = {"status": "draft", "text": "Un texto oculto y nuevo.", "modified": "2025-06-01T11:00:00"}
    del site.hidden[503]
    site.hidden[502]["status"] = "trash"
    sync(out, config=settings, options=Options(accept_removals=True))
    assert sorted(changes(out)) == [("created", "?p=601"), ("removed", "?p=502"), ("removed", "?p=503"), ("updated", "?p=504")]

    # The draft comes out: the same record at its address.
    del site.hidden[504]
    path = site.add("salida", id=504, title="Oculto 504", modified="2025-06-02T10:00:00")
    sync(out, config=settings)
    told = [(row["change"], row["article_id"], row["url"], row["old_url"], row["fields"]) for row in lines(out, "changes")[4:]]
    assert told[0] == ("moved", ids[504], site.url + path, f"{site.url}/?p=504", [])
    assert told[1][:2] == ("updated", ids[504]) and {"status", "published", "body_html"} <= set(told[1][4]) and len(told) == 2
    assert records(out)["salida"]["status"] == "publish"
    holds(out)


def test_a_rest_that_fails_removes_no_draft(site: Newsroom, account: None, tmp_path: Path) -> None:
    out, settings = tmp_path / "OUT", wanting(*ALL[1:])
    migrate(site.url, out, config=settings)
    before = lines(out, "articles")
    for name, fault in (
        ("down", page("", 500)),
        ("lost", as_json([])),
        ("shut", as_json({"code": "rest_no_route", "message": "No."}, 404)),
    ):
        site.everywhere = lambda target, fault=fault: fault if "wp-json" in target or "rest_route" in target else None  # type: ignore[misc]
        edit, site._edit = site._edit, lambda visit, query, known, fault=fault: fault(visit)  # type: ignore[method-assign, misc]
        for _ in range(2):
            sync(out, config=settings, options=Options(full=True))
        site._edit = edit  # type: ignore[method-assign]
        assert lines(out, "removed") == [] and [a["id"] for a in lines(out, "articles")] == [a["id"] for a in before], name
        assert standing(out) == {a["wp_id"]: a["status"] for a in before if a["status"] != "publish"}, name
        holds(out)
    site.everywhere = lambda target: None
    assert sync(out, config=settings, options=Options(full=True)).exit_code == 0
    assert changes(out) == []


def test_what_is_taken_back_is_excluded_not_removed(site: Newsroom, account: None, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    migrate(site.url, out, config=wanting(*ALL[1:]))
    # Without the account nothing is asked, and nothing is lost.
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("PRESSLIFT_PASSWORD")
        patched.delenv("PRESSLIFT_USER")
        with pytest.raises(UsageError, match="PRESSLIFT_USER"):
            sync(out)
    assert len(standing(out)) == 5
    sync(out, config=wanting("private"))
    assert standing(out) == {501: "private"} and changes(out) == []
    excluded = {row["url"]: row["rule"] for row in rows_of(out)}
    assert excluded[f"{site.url}/?p=504"] == "statuses: publish, private"
    sync(out, config=quick())
    assert standing(out) == {} and changes(out) == [] and lines(out, "removed") == []
    holds(out)


def rows_of(out: Path) -> list[dict[str, str]]:
    import csv

    with (out / "export" / "excluded.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_no_secret_is_found_anywhere(site: Newsroom, tmp_path: Path) -> None:
    wall, cookie = "tester:behind the wall", "staging=crumbs-of-a-cookie"
    env = {"PRESSLIFT_USER": "editor", "PRESSLIFT_PASSWORD": PASSWORD, "PRESSLIFT_BASIC_AUTH": wall, "PRESSLIFT_COOKIE": cookie}
    out = tmp_path / "OUT"
    told = ""
    for arguments in (
        ("migrate", site.url, "-o", out, "--statuses", ",".join(ALL), "--verbose"),
        ("sync", out, "--full", "--log-format", "json", "--verbose"),
        ("status", out, "--json"),
    ):
        done = presslift(*arguments, env=env)
        assert done.returncode == 0, done.stderr
        told += done.stdout + done.stderr
    assert len(standing(out)) == 5
    # A defect leaves a traceback behind.
    (tmp_path / "house.py").write_text("def broken(article, context):\n    raise RuntimeError('a defect')\n")
    (tmp_path / "own.yaml").write_text("transforms: [{use: 'house:broken'}]\nscope: {statuses: [publish, draft]}\n")
    done = presslift("sync", out, "--config", tmp_path / "own.yaml", "--full", "--verbose", env=env)
    told += done.stdout + done.stderr
    held = everything(out)
    assert done.returncode != 0 and b"a defect" in held and b"Traceback" in held
    secrets = [PASSWORD, BASIC.removeprefix("Basic "), POST_PASSWORD, json.dumps(POST_PASSWORD)[1:-1]]
    secrets += [wall, "behind the wall", base64.b64encode(wall.encode()).decode(), cookie, "crumbs-of-a-cookie"]
    for secret in secrets:
        assert secret.encode() not in held and secret not in told, secret
    by_account = [visit for visit in site.asked if visit.headers.get("authorization") == BASIC]
    assert by_account and all("/wp-json/" in visit.path for visit in by_account)
    assert all(visit.headers["cookie"].startswith(cookie) for visit in site.asked)


def test_a_dry_run_names_what_is_asked_of_unpublished_entries(site: Newsroom, account: None, tmp_path: Path) -> None:
    out, settings = tmp_path / "OUT", wanting("draft")
    migrate(site.url, out, config=settings)
    told = set(forecast(out, settings=settings).urls)
    start = len(site.asked)
    sync(out, config=settings)
    assert {site.url + visit.target for visit in site.asked[start:]} == told
