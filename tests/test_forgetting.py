"""What is forgotten stands nowhere in OUT any more, byte for byte, and no later run brings it back."""

from __future__ import annotations

import gzip
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

import presslift as package
from presslift.config import Settings
from presslift.demo.site import DemoSite
from presslift.errors import UsageError
from presslift.pipeline import Options, migrate, reparse, sync
from presslift.scraper.fetch.archive import Archive, read_warc
from presslift.scraper.fetch.blanking import blank, members, packed
from tests.commands import presslift, refused
from tests.faulty import DOORS, FaultySite, changes, holds, lines, records
from tests.scraper.fetch.test_archive import exchange

SECRET = "La frase que nadie debe leer"


def traces(out: Path, word: str) -> list[str]:
    """Files of OUT in which a word stands, archives decompressed."""
    found = []
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if path.name.endswith(".gz"):
            data = gzip.decompress(data)
        if word.encode() in data:
            found.append(str(path.relative_to(out)))
    return found


def tell_secret(site: DemoSite, id: int = 103) -> str:
    post = site.by_id(id)
    assert post is not None
    post["content"] += f"<p>{SECRET}, ni en el archivo ni en la tabla.</p>"
    return site.link(post)


@pytest.fixture(params=DOORS)
def site(request: pytest.FixtureRequest) -> Iterator[DemoSite]:
    with FaultySite(**DOORS[request.param]) as served:
        yield served


def test_an_article_is_forgotten_for_good(site: DemoSite, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    url = tell_secret(site)
    migrate(site.url, out, config=Settings())
    assert len(traces(out, SECRET)) >= 3
    (line,) = package.forget(out, [url])
    assert "the article" in line
    for _ in range(2):
        assert traces(out, SECRET) == []
        assert "el-precio-del-agua" not in records(out)
        assert changes(out)[-1] == ("removed", "el-precio-del-agua")
        holds(out)
        # Neither a look at what changed nor one at everything brings it back.
        sync(out, config=Settings())
        sync(out, config=Settings(), options=Options(full=True))
    assert ",forgotten,forget" in (out / "export" / "excluded.csv").read_text(encoding="utf-8-sig").replace("\r", "")
    before = records(out)
    reparse(out)
    assert records(out) == before and len(before) == 8


def test_its_new_address_is_forgotten_with_it(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        url = tell_secret(site)
        migrate(site.url, out, config=Settings())
        package.forget(out, [url])
        post = site.by_id(103)
        assert post is not None
        post |= {"slug": "con-otro-nombre", "modified": "2025-08-01T00:00:00"}
        sync(out, config=Settings())
        assert traces(out, SECRET) == [] and len(records(out)) == 8


def test_an_address_can_be_named_before_it_is_known(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        migrate(site.url, out, config=Settings())
        coming = site.add("por-venir", content=f"<p>{SECRET}.</p>", date="2025-05-05T00:00:00")
        (line,) = package.forget(out, [site.url + coming])
        assert "unknown so far" in line
        sync(out, config=Settings())
        assert "por-venir" not in records(out) and traces(out, SECRET) == []


@pytest.mark.parametrize("by", ["name", "address", "comment"])
def test_a_commenter_is_forgotten_for_good(site: DemoSite, tmp_path: Path, by: str) -> None:
    out, name = tmp_path / "OUT", "Ermelinda Quispe Mamani"
    post = site.by_id(101)
    assert post is not None
    post["comments"].append({"id": 9, "author": name, "date": "2025-04-04T10:00:00", "text": SECRET})
    post["comments"].append({"id": 10, "author": "Nora Quintana", "date": "2025-04-05T10:00:00", "text": "Le respondo.", "parent": 9})
    migrate(site.url, out, config=Settings())
    comments = records(out)["la-ruta-del-litio"]["comments"]
    assert [c["id"] for c in comments] == [1, 2, 9, 10]
    what = {"name": name.upper(), "address": f"{site.link(post)}#comment-9", "comment": f"{site.link(post)}#comment-9"}[by]
    package.forget(out, [what])
    for _ in range(2):
        assert traces(out, SECRET) == []
        if by == "name":
            assert traces(out, name) == []
        after = records(out)["la-ruta-del-litio"]["comments"]
        assert [(c["id"], c["parent"]) for c in after] == [(1, None), (2, 1), (10, None)]
        assert lines(out, "changes")[-1]["fields"] == ["comments"]
        holds(out)
        sync(out, config=Settings())
        sync(out, config=Settings(), options=Options(full=True))
    assert [e[0] for e in changes(out)] == ["updated"]
    reparse(out)
    assert [c["id"] for c in records(out)["la-ruta-del-litio"]["comments"]] == [1, 2, 10]


def test_quiet_days_stay_quiet(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        migrate(site.url, out, config=Settings())
        package.forget(out, ["Ramiro", site.url + "/2025/01/20/el-precio-del-agua/"])
        asked = len(site.requests)
        assert sync(out, config=Settings()).looked_at == "nothing" and len(site.requests) - asked == 4


def test_comments_go_when_they_are_not_wanted_any_more(site: DemoSite, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    post = site.by_id(101)
    assert post is not None
    post["comments"].append({"id": 9, "author": "Ermelinda", "date": "2025-04-04T10:00:00", "text": SECRET})
    migrate(site.url, out, config=Settings())
    assert records(out)["la-ruta-del-litio"]["comments"]
    assert presslift("sync", out, "--no-comments", "-q").returncode == 0
    assert all(a["comments"] == [] for a in records(out).values())
    assert lines(out, "changes")[-1]["fields"] == ["comments"]
    assert [p for p in traces(out, SECRET) if not p.startswith("archive")] == []
    assert presslift("sync", out, "-q").returncode == 0
    assert all(a["comments"] == [] for a in records(out).values())
    holds(out)


def test_names_that_nobody_bears_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with DemoSite() as site:
        migrate(site.url, out, config=Settings())
        before = {p: p.read_bytes() for p in (out / "export").iterdir()}
        for name in ("Nadie Ninguno", "http://[", "//[::1", "http://a:port/", "https://elsewhere.example/x/#comment-²"):
            refused(presslift("forget", out, name), 2, name, "nobody of this name")
        with pytest.raises(UsageError, match="no article"):
            package.forget(out, ["https://elsewhere.example/page/"])
        assert {p: p.read_bytes() for p in (out / "export").iterdir()} == before
        done = presslift("forget", out, "ramiro")
        assert done.returncode == 0 and "forgotten: ramiro: 1 comment\n" in done.stderr
        refused(presslift("forget", tmp_path, "x"), 2, "no OUT")


def test_what_was_cut_off_is_finished_by_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from presslift.pipeline import forget as module

    out = tmp_path / "OUT"
    with DemoSite() as site:
        url = tell_secret(site)
        migrate(site.url, out, config=Settings())
        for name in ("sweep", "Eraser", "export_if_changed"):

            def killed(*given: Any, **named: Any) -> None:
                raise KeyboardInterrupt

            with monkeypatch.context() as patch:
                patch.setattr(module, name, killed)
                with pytest.raises(KeyboardInterrupt):
                    package.forget(out, [url])
        sync(out, config=Settings())
        assert traces(out, SECRET) == [] and "el-precio-del-agua" not in records(out)
        holds(out)


# ---- the archive's bytes


def test_every_other_record_stays_where_it_is(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    bodies = {f"https://example.org/{n}/": f"<p>Page {n}. {'word ' * n}</p>".encode() for n in (1, 5, 900)}
    headers = [("Content-Type", "text/html"), ("Server", "nginx/1.24"), ("X-Powered-By", "PHP/8.2"), ("Vary", "Accept-Encoding")]
    places = {url: archive.write(exchange(url, body, headers=headers)) for url, body in bodies.items()}
    archive.close()
    (path,) = tmp_path.glob("*.warc.gz")
    size = path.stat().st_size
    (done,) = blank(path, lambda r: b"" if r.url.endswith("/5/") else None)
    assert path.stat().st_size == size and (done.warc, done.offset) == places["https://example.org/5/"]
    (changed,) = blank(path, lambda r: r.body.replace(b"Page 900", b"Pag") if r.url.endswith("/900/") else None)
    assert changed.offset == places["https://example.org/900/"][1]
    archive = Archive(tmp_path)
    for url, place in places.items():
        kept = archive.read(*place)
        expected = {"5/": b"", "0/": bodies[url].replace(b"Page 900", b"Pag")}.get(url[-2:], bodies[url])
        assert (kept.url, kept.body) == (url, bodies[url] if url.endswith("/1/") else expected)
        assert kept.status == (410 if url.endswith("/5/") else 200)
    assert [r.url for r in read_warc(path, strict=True)] == list(bodies)
    # Other tools read it as well.
    assert subprocess.run(["gzip", "-t", path], capture_output=True).returncode == 0
    with path.open("rb") as stream:
        assert sum(record.rec_type == "response" for record in ArchiveIterator(stream, check_digests=True)) == 3


def test_records_are_packed_to_the_byte() -> None:
    data = b"WARC/1.1\r\n" + b"some text of a record, " * 40
    least = next(size for size in range(20, 400) if packed(data, size) is not None)
    for size in [*range(least + 2, least + 40), 70_000, 200_001]:
        one = packed(data, size)
        assert one is not None and len(one) == size and gzip.decompress(one) == data
        assert gzip.GzipFile(fileobj=io.BytesIO(one)).read() == data
    assert packed(data, 30) is None


def test_members_end_where_a_file_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(gzip.compress(b"one") + gzip.compress(b"two") + gzip.compress(b"three" * 100)[:20])
    assert [m.data for m in members(path)] == [b"one", b"two"]
