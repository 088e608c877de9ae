"""A real WordPress asked in the name of an account: what editors see is taken when it is asked for, and followed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import presslift
from presslift.config import CustomField, Settings
from presslift.errors import SiteError
from presslift.pipeline import Options, migrate, sync
from tests.conftest import require
from tests.faulty import lines
from tests.wordpress.server import RealWordPress

STATUSES = ["publish", "protected", "private", "future", "pending", "draft"]
TITLES = {
    "OCULTO draft": "draft",
    "OCULTO private": "private",
    "OCULTO pending": "pending",
    "OCULTO futuro": "future",
    "OCULTO contraseña": "protected",
}
MOVED, EDITED = ["published", "status"], ["status"]
HAPPENINGS: dict[str, list[tuple[str, list[str]]]] = {
    "edit_draft": [("updated", ["body_html", "custom"])],
    "publish_draft": [("moved", []), ("updated", MOVED)],
    "unpublish": [("moved", []), ("updated", MOVED)],
    "publish_private": [("updated", EDITED)],
    "hide_private": [("updated", EDITED)],
    "new_draft": [("created", [])],
    "trash_draft": [("removed", [])],
    "delete_pending": [("removed", [])],
    "open_locked": [("updated", EDITED)],
    "lock": [("updated", EDITED)],
}


@pytest.fixture(scope="module")
def wordpress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealWordPress]:
    require("php", "mariadb-install-db", "/usr/share/wordpress/wp-load.php", "/usr/share/wordpress/wp-content/themes/twentytwentyone")
    with RealWordPress(tmp_path_factory.mktemp("wordpress"), "es_ES", "twentytwentyone") as site:
        yield site


def enter(site: RealWordPress, monkeypatch: pytest.MonkeyPatch, name: str) -> str:
    """Have an account's new application password in the environment; the password."""
    account = json.loads(site.php("account.php", name))
    monkeypatch.setenv("PRESSLIFT_USER", account["user"])
    monkeypatch.setenv("PRESSLIFT_PASSWORD", account["password"])
    return str(account["password"])


def wanting(*statuses: str) -> Settings:
    settings = Settings()
    settings.scope.statuses = list(statuses)  # type: ignore[arg-type]
    settings.custom = {"blocks": CustomField(rest="content.raw")}
    return settings


def hidden(out: Path) -> dict[str, str]:
    return {a["title"]: a["status"] for a in lines(out, "articles") if a["status"] != "publish"}


def test_an_editor_gets_all_that_is_asked_for(wordpress: RealWordPress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password = enter(wordpress, monkeypatch, "admin")
    out, settings = tmp_path / "OUT", wanting(*STATUSES)
    summary = migrate(wordpress.url, out, config=settings)
    assert summary.exit_code == 0 and hidden(out) == TITLES
    for article in lines(out, "articles"):
        if article["status"] != "publish":
            assert article["body_text"].startswith("SECRETO") and article["authors"][0]["name"] == "Nora Quintana"
            assert article["custom"]["blocks"] == f"<p>{article['body_text']}</p>"
        else:
            assert article["custom"]["blocks"].startswith("<!-- wp:"), article["title"]
    assert sync(out, config=settings).looked_at == "nothing"
    follows(wordpress, out, settings)
    result = presslift.check(out)
    assert result.ok, result.problems
    held = b"".join(gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in out.rglob("*") if p.is_file())
    # Neither the account's password nor that of the protected post, which REST shows to editors.
    assert password.encode() not in held and b'"clave"' not in held


def follows(site: RealWordPress, out: Path, settings: Settings) -> None:
    """One thing happens after another, and each is told once."""
    ids = {a["wp_id"]: a["id"] for a in lines(out, "articles")}
    for what, wanted in HAPPENINGS.items():
        before = len(lines(out, "changes"))
        id = json.loads(site.php("unpublished.php", what))["id"]
        sync(out, config=settings)
        told = lines(out, "changes")[before:]
        assert [(e["change"], e["fields"]) for e in told] == wanted, what
        assert {e["wp_id"] for e in told} == {id} and {e["article_id"] for e in told} <= {ids.get(id, told[0]["article_id"])}, what
        assert sync(out, config=settings).looked_at == "nothing", what


def test_without_being_asked_an_editor_s_account_leaks_nothing(
    wordpress: RealWordPress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(wordpress, monkeypatch, "reader")
    enter(wordpress, monkeypatch, "admin")
    out = tmp_path / "OUT"
    migrate(wordpress.url, out, config=Settings())
    assert hidden(out) == {}
    export = "".join(p.read_text(encoding="utf-8") for p in (out / "export").iterdir() if p.name != "excluded.csv")
    assert "SECRETO" not in export and "OCULTO" not in export
    assert "reader" not in (out / "export" / "authors.csv").read_text(encoding="utf-8")


def test_who_may_not_see_it_is_told_so(wordpress: RealWordPress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(wordpress, monkeypatch, "reader")
    with pytest.raises(SiteError, match="PRESSLIFT_USER"):
        migrate(wordpress.url, tmp_path / "OUT", config=wanting("publish", "draft"))
    for given in ("wrong", "admin"):
        monkeypatch.setenv("PRESSLIFT_USER", "admin" if given == "wrong" else "nobody")
        monkeypatch.setenv("PRESSLIFT_PASSWORD", "no password of anybody's")
        with pytest.raises(SiteError, match="PRESSLIFT_USER and PRESSLIFT_PASSWORD"):
            migrate(wordpress.url, tmp_path / "OUT", config=Settings())
    assert not (tmp_path / "OUT").exists()


def test_an_author_s_own_drafts_come_and_the_others_are_named(
    wordpress: RealWordPress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(wordpress, monkeypatch, "writer0")
    out = tmp_path / "OUT"
    settings = Settings()
    settings.scope.statuses = ["publish", "draft", "pending"]
    summary = migrate(wordpress.url, out, config=settings, options=Options())
    assert "OCULTO draft" in hidden(out)
    assert summary.exit_code == 1 and any("page: " in line for line in summary.incomplete), summary.incomplete
    assert len([a for a in lines(out, "articles") if a["status"] == "publish"]) >= len(wordpress.truth)
