"""Hostile and broken sites against the whole job: each fault is recovered from or named, and the rest of the site comes whole."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest

from presslift.pipeline import migrate
from tests.faulty import DOORS, PAGES_ALONE, FaultySite, failures, holds, lines, quick, records
from tests.servers import (
    Behaviour,
    bad_chunks,
    counting_redirects,
    cut_chunks,
    dripping,
    endless,
    endless_headers,
    garbage,
    gzip_bomb,
    hung_up,
    page,
    redirect,
    reset,
    sends,
    stalled,
    truncated,
)  # fmt: skip

WORDS = "<p>Un texto cualquiera que no debe aparecer en ninguna parte, porque es el de un error.</p>"


def wordpress(title: str, inner: str) -> str:
    return f'<!DOCTYPE html><html lang="es"><head><title>{title}</title></head><body class="page">{inner}</body></html>'


BROKEN: dict[str, tuple[Behaviour, str]] = {
    "reset": (reset(), "connection"),
    "hung-up": (hung_up(), "connection"),
    "stalled": (stalled(), "timeout"),
    "drip": (dripping(0.1), "timeout"),
    "drip-head": (dripping(0.1, head=True), "timeout"),
    "truncated": (truncated(WORDS), "connection"),
    "cut-chunks": (cut_chunks(), "connection"),
    "bad-chunks": (bad_chunks(), "connection"),
    "no-http": (garbage(), "bad_answer"),
    "endless": (endless(), "too_large"),
    "endless-head": (endless_headers(), "bad_answer"),
    "gzip-bomb": (gzip_bomb(), "too_large"),
    "twice-gzip": (page(gzip.compress(gzip.compress(bytes(50_000_000))), Content_Encoding="gzip, gzip"), "too_large"),
    "unknown-encoding": (sends("zstd-and-more", b"????"), "bad_answer"),
    "loop": (redirect("/loop-2/"), "redirect_refused"),
    "for-ever": (redirect("/n/1"), "redirect_refused"),
    "elsewhere": (redirect("http://example.invalid/"), "redirect_refused"),
    "file": (redirect("file:///etc/passwd"), "redirect_refused"),
    "private": (redirect("http://10.0.0.1/"), "redirect_refused"),
    "link-local": (redirect("http://169.254.169.254/latest/meta-data/"), "redirect_refused"),
    "octal": (redirect("http://0251.0376.0251.0376/"), "redirect_refused"),
    "decimal": (redirect("http://2852039166/"), "redirect_refused"),
    "mapped": (redirect("http://[::ffff:169.254.169.254]/"), "redirect_refused"),
    "no-address": (redirect("http://[bad/"), "redirect_refused"),
    "status-500": (page(WORDS, 500), "http_status"),
    "status-503": (page(WORDS, 503), "http_status"),
    "status-404": (page(WORDS, 404), "http_status"),
    "status-403": (page(WORDS, 403), "http_status"),
    "status-999": (page(WORDS, 999), "http_status"),
    "empty": (page(""), "not_html"),
    "pdf": (page(b"%PDF-1.7 not a page"), "not_html"),
    "json": (page('{"code": "no"}', content_type="application/json"), "not_html"),
    "picture": (page(b"\x89PNG\r\n\x1a\n" + bytes(100)), "not_html"),
    "database": (page("<h1>Error establishing a database connection</h1>"), "server_error_page"),
    "fatal": (page("<br />\n<b>Fatal error</b>:  Uncaught Error: Call to undefined function x() in /var/www/wp-content/plugins/x.php:12\nStack trace:\n#0 {main}\n  thrown in <b>/var/www/x.php</b> on line <b>12</b><br />"), "server_error_page"),
    "critical": (page(wordpress("Error", "<p>There has been a critical error on this website.</p>")), "server_error_page"),
    "soft-404": (page(wordpress("Página no encontrada", "<h1>Página no encontrada</h1><p>Nada por aquí.</p>")), "soft_404"),
    "sent-home": (redirect("/"), "soft_404"),
    "login": (redirect("/wp-login.php?redirect_to=x"), "login_wall"),
    "bot": (page("<title>Just a moment...</title><div id='challenge-running'></div><script>window._cf_chl_opt={}</script>", 403), "bot_wall"),
}  # fmt: skip


def broken_site(doors: dict[str, bool]) -> FaultySite:
    site = FaultySite(**doors)
    for slug, (behaviour, _) in BROKEN.items():
        site.faults[site.add(slug)] = behaviour
    site.faults["/loop-2/"] = redirect("/loop-3/")
    site.faults["/loop-3/"] = redirect("/loop-2/")
    site.faults["/wp-login.php"] = page(
        wordpress("Acceder", '<form id="loginform" action="/wp-login.php"><input name="log"><input name="pwd" type="password"></form>')
    )
    site.everywhere = lambda target: counting_redirects("/n/") if target.startswith("/n/") else None
    return site


DEAD_LINKS = {"status-404", "soft-404", "sent-home", "empty", "pdf", "json", "picture", "login"}
"""What a link alone leads to is no article that failed: files and log-ins are left out, nothing is nothing."""


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_broken_pages_are_named_and_the_rest_comes_whole(tmp_path: Path, doors: dict[str, bool]) -> None:
    out = tmp_path / "OUT"
    started = time.monotonic()
    with broken_site(doors) as site:
        summary = migrate(site.url, out, config=quick())
        whole = site.slugs - set(BROKEN)
        told = {url.rstrip("/").rsplit("/", 1)[-1]: reason for url, reason in failures(out, site).items()}
    assert time.monotonic() - started < 20
    assert summary.exit_code == 1
    wanted = {slug: reason for slug, (_, reason) in BROKEN.items() if reason and not (doors == PAGES_ALONE and slug in DEAD_LINKS)}
    assert {slug: told.get(slug) for slug in wanted} == wanted
    found = records(out)
    assert whole <= set(found)
    assert all("que no debe aparecer" not in (a["body_text"] or "") for a in found.values())
    assert lines(out, "removed") == []
    holds(out)
