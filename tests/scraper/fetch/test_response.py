"""Bodies as they come: compressed, lying about it, or made to burst."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from presslift.config import FetchSettings
from presslift.scraper.fetch.client import Client, retry_after
from presslift.scraper.fetch.response import Response, Unreadable, decompress
from tests import servers
from tests.servers import Server, page


def get(site: Server, path: str) -> Response:
    with Client(FetchSettings(attempts=2), site.url, environ={}) as client:
        return client.get(site.url + path)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw-deflate"])
def test_compression(encoding: str) -> None:
    with Server({"/": servers.compressed("<p>packed</p>" * 50, encoding)}) as site:
        assert get(site, "/").text == "<p>packed</p>" * 50


def test_encodings_that_lie() -> None:
    routes = {
        "/br": servers.sends("br", b"\x8b\x00 not asked for"),
        "/broken": servers.sends("gzip", b"\x1f\x8b\x08\x00 broken"),
        "/plain": page("<p>not packed</p>", Content_Encoding="gzip"),
    }
    with Server(routes) as site:
        assert get(site, "/br").text == "<p>plain after all</p>"
        assert get(site, "/broken").text == "<p>plain after all</p>"
        assert get(site, "/plain").text == "<p>not packed</p>"


@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
@pytest.mark.parametrize("size", [11, 3_999_999, 4_000_001, 9_000_000])
def test_bounds_hold_to_the_byte(name: str, pack: Callable[[bytes], bytes], size: int) -> None:
    data = (os.urandom(1000) * (size // 1000 + 1))[:size]
    packed = pack(data)
    assert decompress(packed, name, size) == data
    assert decompress(packed, name, size - 1, cut=True) == data[:-1]
    for broken, most, reason in ((packed, size - 1, "too_large"), (packed[:-9], size, "connection")):
        with pytest.raises(Unreadable) as caught:
            decompress(broken, name, most)
        assert caught.value.reason == reason


def test_members_and_layers() -> None:
    assert decompress(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0", "gzip", 10) == b"ab"
    assert decompress(zlib.compress(gzip.compress(b"a")), "gzip, deflate", 100) == b"a"
    with pytest.raises(Unreadable):
        decompress(b"", "gzip, gzip, gzip", 100)


def test_retry_after_in_both_forms() -> None:
    assert retry_after("120") == 120
    in_a_minute = datetime.now(UTC) + timedelta(seconds=60)
    assert 55 < (retry_after(format_datetime(in_a_minute, usegmt=True)) or 0) <= 60
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after("soon") is None and retry_after(None) is None and retry_after("") is None
