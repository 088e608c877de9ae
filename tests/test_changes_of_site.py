"""What a site changes about itself between two syncs (doors, theme, furniture, clocks), its articles being what they were."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from presslift.pipeline import Options, getting, migrate, reparse, sync
from tests.faulty import DOORS, NO_REST, OPEN, PAGES_ALONE, FaultySite, changes, content, failures, holds, lines, quick, records, snapshot
from tests.servers import page
from tests.test_hostile_listings import JSON, Answer, change

FULL = Options(full=True)
MINUTES = itertools.count()


def edit(site: FaultySite, id: int = 103) -> str:
    post = site.by_id(id)
    assert post is not None
    post |= {"content": post["content"] + "<p>Añadido hoy.</p>", "modified": f"2025-05-02T10:{next(MINUTES):02}:00"}
    return str(post["slug"])


# ---- doors

CLOSING: dict[str, tuple[dict[str, bool], dict[str, bool]]] = {
    "rest": (OPEN, {"rest": False}),
    "rest_and_sitemap": (OPEN, {"rest": False, "sitemap": False}),
    "rest_and_feed": (OPEN, {"rest": False, "feed": False}),
    "everything": (OPEN, {"rest": False, "feed": False, "sitemap": False}),
    "feed": (NO_REST, {"feed": False}),
    "sitemap": (NO_REST, {"sitemap": False}),
    "feed_and_sitemap": (NO_REST, {"feed": False, "sitemap": False}),
}


@pytest.mark.parametrize("closing", CLOSING)
def test_doors_that_close_change_nothing_and_hide_no_edit(tmp_path: Path, closing: str) -> None:
    out, (doors, shut) = tmp_path / "OUT", CLOSING[closing]
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        before = (out / "export" / "articles.jsonl").read_bytes()
        for door, open_ in shut.items():
            setattr(site, door, open_)
        summary = sync(out, config=quick())
        assert (summary.exit_code, summary.updated, summary.removed, changes(out)) == (0, 0, 0, [])
        assert (out / "export" / "articles.jsonl").read_bytes() == before
        told = content(out)
        sync(out, config=quick(), options=FULL)
        assert content(out) == told and changes(out) == []
        holds(out)
        edited = edit(site)
        sync(out, config=quick())
        assert changes(out) == [("updated", edited)]
        assert "Añadido hoy." in records(out)[edited]["body_text"]
        assert records(out)[edited]["categories"] != []
        # And open again: what was known before is known again.
        for door in shut:
            setattr(site, door, True)
        sync(out, config=quick(), options=FULL)
        assert lines(out, "removed") == []
        assert {slug for _, slug in changes(out)} == {edited}
        assert "Añadido hoy." in records(out)[edited]["body_text"]
        holds(out)


@pytest.mark.parametrize("closing", ["rest", "rest_and_feed", "everything", "feed"])
def test_what_a_silent_source_told_stands_through_edits_of_other_things(tmp_path: Path, closing: str) -> None:
    """The excerpt that no page prints, the seconds of a date, ids: an edit of the text takes none of it away."""
    out, (doors, shut) = tmp_path / "OUT", CLOSING[closing]
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        before = records(out)[str(site.by_id(101)["slug"])]  # type: ignore[index]
        assert before["excerpt_source"] == "manual" or closing == "feed"
        for door, open_ in shut.items():
            setattr(site, door, open_)
        for number in (1, 2):
            slug = edit(site, 101)
            sync(out, config=quick())
            assert [(c["change"], c["fields"]) for c in lines(out, "changes")] == [("updated", ["body_html"])] * number
        after = records(out)[slug]
        for name in ("title", "excerpt", "excerpt_source", "wp_id", "guid", "published", "published_precision", "authors", "wp_author", "terms", "featured_image", "sticky"):  # fmt: skip
            assert after[name] == before[name], name
        reparse(out)
        assert records(out)[slug]["excerpt"] == before["excerpt"]
        # What the page tells otherwise holds.
        post = site.by_id(101)
        assert post is not None
        post["title"] = "Otro título"
        edit(site, 101)
        sync(out, config=quick())
        assert records(out)[slug]["title"] == "Otro título" and records(out)[slug]["excerpt"] == before["excerpt"]
        holds(out)


def test_comments_that_rest_hides_for_a_day_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        # A theme that prints none.
        change(
            site,
            lambda t: t.startswith("/20"),
            lambda t, a: (a[0], a[1], re.sub(rb'<ol class="comment-list">.*</ol>', b"", a[2], flags=re.S), a[3]),
        )
        migrate(site.url, out, config=quick())
        before = content(out)
        assert any(a["comments"] for a in lines(out, "articles"))
        site.everywhere = lambda target: page("{}", 500, JSON) if "/wp/v2/comments" in target else None
        for options in (Options(), FULL):
            sync(out, config=quick(), options=options)
            assert content(out) == before and changes(out) == []
        holds(out)
        site.everywhere = lambda target: None
        sync(out, config=quick(), options=FULL)
        assert content(out) == before and changes(out) == [] and failures(out) == {}


def test_a_page_of_comments_that_fails_loses_none(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**NO_REST) as site:
        older = "comment-page-1"
        links = f'<div class="comment-navigation"><a class="prev page-numbers" href="{site.url}{site.path(101)}{older}/#comments">anteriores</a></div>'
        extra = '<li class="comment" id="comment-70"><article class="comment-body"><b class="fn">Otra</b><div class="comment-content"><p>De la primera página.</p></div></article></li>'

        def answer(target: str, good: Answer) -> Answer:
            if older in target:
                status, kind, body, headers = site.by_path(101)
                return (
                    status,
                    kind,
                    re.sub(rb'<ol class="comment-list">.*</ol>', f'<ol class="comment-list">{extra}</ol>'.encode(), body, flags=re.S),
                    headers,
                )
            return good[0], good[1], good[2].replace(b'<div id="respond"', links.encode() + b'<div id="respond"'), good[3]

        plain = site.answer
        site.by_path = lambda id: plain(site.path(id))  # type: ignore[attr-defined]
        change(site, lambda t: t.startswith(site.path(101)), answer)
        migrate(site.url, out, config=quick())
        before = content(out)
        post = site.by_id(101)
        assert post is not None
        assert len(records(out)[post["slug"]]["comments"]) == 3
        site.everywhere = lambda target: page("", 500) if older in target else None
        summary = sync(out, config=quick(), options=FULL)
        assert content(out) == before and changes(out) == []
        assert summary.exit_code == 1 and any(older in url for url in failures(out))
        site.everywhere = lambda target: None
        assert sync(out, config=quick(), options=FULL).exit_code == 0
        assert content(out) == before and failures(out) == {}
        holds(out)


# ---- looks


def themed(target: str, good: Answer) -> Answer:
    """Another theme: other names of classes, another order of boxes."""
    if "html" not in good[1]:
        return good
    text = good[2].decode()
    for old, new in (
        ("cm-", "zeta-"),
        ("colormag", "zeta"),
        ("related-posts-wrapper", "zeta-more"),
        ("single-related-posts", "zeta-more-one"),
        ("comments-area", "zeta-talk"),
        ("widget", "zeta-box"),
    ):
        text = text.replace(old, new)
    return good[0], good[1], text.encode(), good[3]


@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_a_new_theme_removes_nothing_and_empties_nothing(tmp_path: Path, doors: dict[str, bool]) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        before = records(out)
        change(site, lambda t: True, themed)
        for options in (Options(), FULL):
            sync(out, config=quick(), options=options)
            after = records(out)
            assert set(after) == set(before)
            assert lines(out, "removed") == []
            for slug, article in after.items():
                assert article["title"] == before[slug]["title"]
                assert article["word_count"] >= 0.9 * before[slug]["word_count"], slug
                assert article["word_count"] <= 1.2 * before[slug]["word_count"] + 10, slug
            holds(out)
        assert changes(out) == []


PROMOTIONS = {
    "sign_up": "Suscríbase hoy a nuestro boletín semanal y reciba cada lunes una selección de crónicas, gratis y sin publicidad.",
    "plain": "Ya está en la calle el número doce de la revista, con doscientas páginas sobre los ríos del continente.",
}


@pytest.mark.parametrize("promotion", PROMOTIONS)
@pytest.mark.parametrize("doors", DOORS.values(), ids=DOORS)
def test_a_promotion_under_every_post_is_no_edit(tmp_path: Path, doors: dict[str, bool], promotion: str) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**doors) as site:
        migrate(site.url, out, config=quick())
        before = content(out)
        # Plugins hang it on the content, wherever that is printed.
        for post in site.data["posts"]:
            post |= {"content": post["content"] + f'<p class="promo-x">{PROMOTIONS[promotion]}</p>'}
        for options in (FULL, Options()):
            sync(out, config=quick(), options=options)
            assert lines(out, "removed") == []
            assert content(out) == before
            assert changes(out) == []
        holds(out)


def test_one_note_on_some_posts_is_an_edit(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**PAGES_ALONE) as site:
        for number in range(12):
            site.add(f"nota-{number}")
        migrate(site.url, out, config=quick())
        edited = site.data["posts"][:5]
        for post in edited:
            post |= {"content": post["content"] + "<p>Corrección: la cifra de la tercera frase era de otro año y ya está enmendada.</p>"}
        sync(out, config=quick())
        assert sorted(changes(out)) == sorted(("updated", post["slug"]) for post in edited)


def test_what_changes_from_visit_to_visit_is_no_edit(tmp_path: Path) -> None:
    """Nonces, counters, views, related posts of the day."""
    out = tmp_path / "OUT"
    visits = [0]

    def noisy(target: str, good: Answer) -> Answer:
        visits[0] += 1
        extra = f'<input type="hidden" name="_wpnonce" value="{visits[0]:x}"><div class="post-views">{visits[0]} visitas</div>'
        return (
            good[0],
            good[1],
            good[2].replace(b'<div class="cm-entry-summary">', f'{extra}<div class="cm-entry-summary" data-token="{visits[0]}">'.encode()),
            good[3],
        )

    with FaultySite(**PAGES_ALONE) as site:
        change(site, lambda t: t.startswith("/20"), noisy)
        migrate(site.url, out, config=quick())
        for post in site.data["posts"]:
            post["related"] = [p["id"] for p in site.data["posts"] if p is not post][:2]
        sync(out, config=quick())
        assert changes(out) == []


# ---- clocks


def test_a_clock_that_goes_backwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "OUT"

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) - timedelta(days=400)

    with FaultySite() as site:
        migrate(site.url, out, config=quick())
        edited = edit(site, 104)
        sync(out, config=quick())
        monkeypatch.setattr(getting, "datetime", Yesterday)
        assert getting.now() < datetime.now(UTC).isoformat()[:10]
        again = edit(site, 103)
        sync(out, config=quick())
        site.data["posts"].remove(site.by_id(105))
        sync(out, config=quick())
        before = snapshot(out / "export")
        sync(out, config=quick())
        assert snapshot(out / "export") == before
        monkeypatch.undo()
        sync(out, config=quick())
        assert snapshot(out / "export") == before
    assert changes(out) == [("updated", edited), ("updated", again), ("removed", "un-ferrocarril-para-otra-epoca")]
    sequence = [row["seq"] for row in lines(out, "changes")]
    assert sequence == sorted(set(sequence))
    holds(out)


def test_a_page_that_fails_on_the_day_that_rest_closes_is_asked_for_again(tmp_path: Path) -> None:
    """The feed goes on to tell of the article; its edit is not taken for read."""
    out = tmp_path / "OUT"
    with FaultySite() as site:
        migrate(site.url, out, config=quick())
        edited = edit(site)
        site.rest, site.faults = False, {site.path(103): page("broken", 500)}
        for options in (Options(), FULL):
            sync(out, config=quick(), options=options)
            assert failures(out, site)[site.path(103)] == "http_status"
        site.faults = {}
        sync(out, config=quick())
        assert changes(out) == [("updated", edited)] and failures(out) == {}
        assert "Añadido hoy." in records(out)[edited]["body_text"]
        holds(out)
