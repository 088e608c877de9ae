"""robots.txt in all its variants."""

from __future__ import annotations

import time

import pytest

from presslift.errors import FetchError
from presslift.scraper.fetch.response import Response
from presslift.scraper.fetch.robots import Robots, product

AGENT = "presslift/0.1 (+https://pypi.org/project/presslift/)"


def robots(body: str | bytes, status: int = 200) -> Robots:
    data = body.encode() if isinstance(body, str) else body
    url = "https://example.org/robots.txt"
    return Robots(Response(url=url, final_url=url, status=status, headers={}, body=data, fetched_at="", sha256=""), AGENT)


def allowed(rules: Robots, path: str) -> bool:
    return rules.allows(f"https://example.org{path}")


def test_own_group_before_the_common_one_and_several_groups_together() -> None:
    rules = robots(
        "User-agent: *\nDisallow: /\n\nUser-agent: PressLift\nDisallow: /a/\nCrawl-delay: 2.5\n\n"
        "User-agent: other\nDisallow: /c/\n\nUser-agent: presslift\nDisallow: /b/\n"
    )
    assert [allowed(rules, p) for p in ("/a/x", "/b/x", "/c/x", "/")] == [False, False, True, True]
    assert rules.crawl_delay == 2.5


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_mark(ending: str) -> None:
    rules = robots(
        "\ufeff" + ending.join(["User-agent: *", "Disallow: /private/", "Allow: /private/open", "Sitemap: https://example.org/s.xml"])
    )
    assert not allowed(rules, "/private/a") and allowed(rules, "/private/open/a")
    assert rules.sitemaps == ["https://example.org/s.xml"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_none_is_leave(status: int) -> None:
    rules = robots("User-agent: *\nDisallow: /", status)
    assert rules.state == "missing" and allowed(rules, "/")


def test_a_page_instead_is_none() -> None:
    rules = robots("<!DOCTYPE html><html><body>User-agent: *\nDisallow: /\n</body></html>")
    assert rules.state == "missing" and allowed(rules, "/")


def test_empty_and_rubbish_allow() -> None:
    for body in ("", "\x00\x01\x02", "Disallow", "Disallow: /", "User-agent: *\nDisallow:\n", b"\xff\xfe\x00U"):
        assert allowed(robots(body), "/a")


def test_5xx_and_silence_forbid() -> None:
    for failure in (FetchError("u", "http_status", "HTTP 503", 503), FetchError("u", "timeout"), FetchError("u", "connection")):
        rules = Robots(failure, AGENT)
        assert rules.state == "unreachable" and not allowed(rules, "/")
    assert "503" in Robots(FetchError("u", "http_status", "HTTP 503", 503), AGENT).detail
    assert Robots(FetchError("u", "redirect_refused"), AGENT).state == "missing"


def test_huge_is_cut_and_quick() -> None:
    started = time.process_time()
    rules = robots("User-agent: *\nDisallow: /first/\n" + "Disallow: /*a*b*c*d*e$\n" * 40_000 + "Disallow: /last/\n")
    assert not allowed(rules, "/first/") and allowed(rules, "/last/")
    assert not allowed(rules, "/first/" + "abcd" * 500)
    assert time.process_time() - started < 20


@pytest.mark.parametrize("value", ["abc", "-5", "nan", "inf", ""])
def test_odd_crawl_delays_count_for_nothing(value: str) -> None:
    assert robots(f"User-agent: *\nCrawl-delay: {value}\n").crawl_delay is None


def test_ignored() -> None:
    rules = Robots(None, AGENT)
    assert rules.state == "ignored" and allowed(rules, "/") and rules.crawl_delay is None


def test_name_in_robots() -> None:
    assert product(AGENT) == "presslift"
    assert product("Mozilla/5.0 (compatible; MyMover/2.0; +https://example.org)") == "MyMover"
    assert product("") == "presslift"
