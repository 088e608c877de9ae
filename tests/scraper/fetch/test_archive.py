"""The archive: what was served comes back, other tools read it, and a kill costs nothing that was written."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from presslift.config import FetchSettings
from presslift.errors import OutUnwritable
from presslift.scraper.fetch.archive import Archive, read_warc
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.warc_records import Exchange, Had
from tests import servers
from tests.servers import Server, page


def exchange(url: str = "https://example.org/a", body: bytes = b"<p>a</p>", **more: object) -> Exchange:
    given: dict[str, object] = {
        "url": url, "status": 200, "reason": "OK", "headers": [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))],
        "body": body, "request_headers": [("Host", "example.org"), ("Cookie", "secret=1"), ("Authorization", "Basic c2VjcmV0")],
        "fetched_at": "2026-01-02T03:04:05Z",
    }  # fmt: skip
    return Exchange(**{**given, **more})  # type: ignore[arg-type]


def valid(folder: Path) -> None:
    files = sorted(folder.glob("*.warc.gz"))
    done = subprocess.run(
        [sys.executable, "-c", "from warcio.cli import main; main()", "check", "-v", *map(str, files)], capture_output=True, text=True
    )
    assert done.returncode == 0 and "fail" not in done.stdout.lower(), done.stdout + done.stderr
    assert "digest pass" in done.stdout


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        first = archive.write(exchange())
        packed = gzip.compress("<p>día</p>".encode())
        headers = [
            ("Content-Encoding", "gzip"),
            ("Transfer-Encoding", "chunked"),
            ("Content-Type", "text/html"),
            ("X-Odd", "wörd\r\n folded"),
            ("X-Nämé", "a"),
        ]
        second = archive.write(exchange("https://example.org/é?q=1", packed, headers=headers, status=404, reason="Não há"))
        one, two = archive.read(*first), archive.read(*second)
        assert (one.url, one.status, one.text, one.fetched_at) == ("https://example.org/a", 200, "<p>a</p>", "2026-01-02T03:04:05Z")
        assert one.content_type == "text/html"
        assert (two.status, two.text) == (404, "<p>día</p>") and (two.warc, two.offset) == second
    assert list(Archive(tmp_path).iterate()) == [one, two]
    valid(tmp_path)


def test_secrets_are_not_kept(tmp_path: Path) -> None:
    environ = {
        "PRESSLIFT_BASIC_AUTH": "wall:hush-hush",
        "PRESSLIFT_COOKIE": "staging=hush",
        "PRESSLIFT_USER": "u",
        "PRESSLIFT_PASSWORD": "hush2",
    }
    with Server(default=page("ok")) as site, Archive(tmp_path) as archive:
        client = Client(FetchSettings(), site.url, archive=archive, environ=environ)
        client.get(site.url + "/a")
        client.get(site.url + "/wp-json/", kind="rest")
        assert "hush" not in repr(vars(client))
        client.close()
    kept = b"".join(gzip.decompress(f.read_bytes()) for f in tmp_path.iterdir())
    for secret in (b"hush", b"d2FsbDpodXNoLWh1c2g", b"dTpodXNoMg"):
        assert secret not in kept
    assert kept.count(b"[redacted]") >= 4
    valid(tmp_path)


def test_all_traffic_of_a_client(tmp_path: Path) -> None:
    routes: dict[str, servers.Behaviour | list[servers.Behaviour]] = {
        "/old": servers.redirect("/new"),
        "/new": servers.chunked(b"<p>in ", b"pieces</p>"),
        "/zip": servers.compressed("packed"),
        "/flaky": [page("busy", 503), page("fine")],
        "/same": servers.conditional("same", '"1"'),
        "/pic.png": page(b"\x89PNG", content_type="image/png"),
    }
    with Server(routes) as site, Archive(tmp_path) as archive:
        client = Client(FetchSettings(), site.url, archive=archive, environ={})
        answers = [client.get(site.url + path) for path in ("/old", "/zip", "/flaky")]
        client.get(site.url + "/same", etag='"1"')
        picture = client.get(site.url + "/pic.png", kind="media")
        client.close()
        for answer in answers:
            assert answer.warc is not None and answer.offset is not None
            assert archive.read(answer.warc, answer.offset).body == answer.body
        assert picture.warc is None
        kept = [(r.url.removeprefix(site.url), r.status) for r in archive.iterate()]
    assert kept == [("/robots.txt", 404), ("/old", 301), ("/new", 200), ("/zip", 200), ("/flaky", 503), ("/flaky", 200)]
    valid(tmp_path)


def test_a_new_file_when_one_is_full_and_each_run(tmp_path: Path) -> None:
    with Archive(tmp_path, max_file_size=3000) as archive:
        places = [archive.write(exchange(f"https://example.org/{n}", os.urandom(900))) for n in range(5)]
    assert len({file for file, _ in places}) >= 3
    with Archive(tmp_path) as again:
        again.write(exchange())
    assert [r.url for r in again.iterate()] == [*(f"https://example.org/{n}" for n in range(5)), "https://example.org/a"]
    assert not list(tmp_path.glob("*.open"))
    valid(tmp_path)


def test_nothing_written_no_file(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive"):
        pass
    assert not (tmp_path / "archive").exists()


def test_a_half_record_is_taken_back_at_the_next_run(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    places = [archive.write(exchange(f"https://example.org/{n}")) for n in range(3)]
    path = tmp_path / places[0][0]
    whole = path.read_bytes()
    for cut in (len(whole) - 1, places[2][1] + 5, places[2][1], 3, 0):
        path.write_bytes(whole[:cut])
        Path(f"{path}.open").touch()
        expected = sum(offset + 100 < cut for _, offset in places)
        assert len(list(read_warc(path))) == expected
        Archive(tmp_path).close()
        if cut > 100:
            assert path.read_bytes() == whole[: path.stat().st_size]
            assert len(list(read_warc(path))) == expected
            valid(tmp_path)
        else:
            assert not path.exists()
        assert not Path(f"{path}.open").exists()


def test_killed_while_writing(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\nfrom tests.scraper.fetch.test_archive import exchange\nfrom presslift.scraper.fetch.archive import Archive\n"
        "archive = Archive(pathlib.Path(sys.argv[1]))\nn = 0\n"
        "while True:\n    place = archive.write(exchange(f'https://example.org/{n}', b'x' * 5000)); print(n, *place, flush=True); n += 1\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    )
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(30)]
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait()
    archive = Archive(tmp_path)
    for line in (t for t in told if t.endswith("\n")):
        number, file, offset = line.split()
        assert archive.read(file, int(offset)).url == f"https://example.org/{number}"
    valid(tmp_path)


def test_many_threads(tmp_path: Path) -> None:
    places: dict[str, tuple[str, int]] = {}
    with Archive(tmp_path, max_file_size=50_000) as archive:

        def work(name: int) -> None:
            for n in range(20):
                url = f"https://example.org/{name}/{n}"
                places[url] = archive.write(exchange(url, os.urandom(500)))

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(places) == 80
        assert all(archive.read(*place).url == url for url, place in places.items())


def test_what_is_not_there(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        file, offset = archive.write(exchange())
        for name, place in (("none.warc.gz", 0), (file, offset + 7), (file, 10_000_000), ("../../etc/passwd", 0), (file, 0)):
            with pytest.raises(LookupError):
                archive.read(name, place)


def test_a_full_disk_is_said_and_leaves_the_file_whole(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib, resource, signal\nfrom tests.scraper.fetch.test_archive import exchange\n"
        "from presslift.scraper.fetch.archive import Archive\nfrom presslift.errors import OutUnwritable\nimport os\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))\n"
        "archive = Archive(pathlib.Path(sys.argv[1]))\n"
        "try:\n    while True: archive.write(exchange(body=os.urandom(700)))\n"
        "except OutUnwritable as error: print(error)\narchive.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."}
    )
    assert "can't be written" in done.stdout, done.stderr
    assert list(Archive(tmp_path).iterate())
    valid(tmp_path)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("in the way")
    with pytest.raises(OutUnwritable):
        Archive(tmp_path / "archive").write(exchange())


def test_damage_is_passed_over_or_named(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        for n in range(3):
            archive.write(exchange(f"https://example.org/{n}", os.urandom(500)))
    (path,) = tmp_path.glob("*.warc.gz")
    whole, data = list(read_warc(path, strict=True)), path.read_bytes()
    assert len(whole) == 3
    for end in (found.offset + part for found in whole for part in (1, 20, 300, 500)):
        path.write_bytes(data[:end])
        assert all(found in whole for found in read_warc(path)), "no half responses"
        with pytest.raises(EOFError):
            list(read_warc(path, strict=True))
    for junk in (b"", b"no WARC at all", gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n\r\n")):
        path.write_bytes(junk)
        assert list(read_warc(path)) == []
        with pytest.raises(EOFError):
            list(read_warc(path, strict=True))


def test_what_was_had_before_is_referred_to(tmp_path: Path) -> None:
    body, other = b"<p>The same as yesterday</p>" * 300, b"<p>Something else</p>" * 300
    with Archive(tmp_path / "a") as archive:
        place = archive.write(exchange(body=body))
    had = Had(sha256="x", fetched_at="2026-01-02T03:04:05Z", warc=place[0], offset=place[1])
    (first,) = (tmp_path / "a").glob("*.warc.gz")
    with Archive(tmp_path / "a") as archive:
        assert archive.write(exchange(body=body), had=had) == place
        elsewhere = archive.write(exchange(body=other), had=had)
        assert elsewhere != place and archive.read(*elsewhere).body == other
        assert archive.read(*place).body == body
        # What is not there any more, or never was, can't be referred to.
        gone = had._replace(warc="presslift-gone.warc.gz")
        assert archive.read(*archive.write(exchange(body=body), had=gone)).body == body
    second = next(p for p in (tmp_path / "a").glob("*.warc.gz") if p != first)
    kinds = [record.rec_type for record in ArchiveIterator(second.open("rb"))]
    assert kinds == ["warcinfo", "revisit", "response", "request", "response", "request"]
    assert len(list(read_warc(second))) == 2
    valid(tmp_path / "a")
