"""Normal forms of addresses, hosts of a site, and the identity of articles."""

from __future__ import annotations

import pytest

from presslift.errors import UsageError
from presslift.scraper.fetch.addresses import article_id, article_key, canonical, same_site, site_host, site_hosts, start_address, twins


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTP://Example.ORG:80/a/", "http://example.org/a/"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("https://example.org/%d0%bf%d1%80/", "https://example.org/%D0%BF%D1%80/"),
        ("https://example.org/%7Eme/a%2db", "https://example.org/~me/a-b"),
        ("https://example.org/a/../b/./c", "https://example.org/b/c"),
        ("https://example.org/../../a", "https://example.org/a"),
        ("https://example.org/a#part", "https://example.org/a"),
        ("https://me:secret@example.org/a", "https://example.org/a"),
        ("https://example.org/a?utm_source=x&utm_medium=y", "https://example.org/a"),
        ("https://example.org/a?replytocom=4#respond", "https://example.org/a"),
        ("https://example.org/?p=5&fbclid=abc", "https://example.org/?p=5"),
        ("https://example.org/?PHPSESSID=abc&p=5&amp", "https://example.org/?p=5"),
        (" https://example.org/a\n", "https://example.org/a"),
        ("https://example.org/a?", "https://example.org/a"),
        ("https://example.org/100%/a b", "https://example.org/100%25/a%20b"),
    ],
)
def test_one_address_in_two_spellings(one: str, other: str) -> None:
    assert canonical(one) == canonical(other) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/a", "https://example.org/A"),
        ("https://example.org/a", "https://example.org/a/"),
        ("https://example.org/?p=5", "https://example.org/?p=6"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1"),
        ("https://example.org:8080/", "https://example.org/"),
    ],
)
def test_different_addresses_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "text", ["", "no address", "mailto:me@example.org", "javascript:void(0)", "http://[broken", "http://a:99999999/", "//", "data:,x"]
)
def test_what_is_no_address_comes_back(text: str) -> None:
    assert canonical(text) in (text, text + "/")


def test_canonical_is_stable_and_resolves() -> None:
    for url in ("https://é.example/ä?ö=ü&x=%41%2f", "http://example.org/a%zz?b=%", "http://[::1]:8080/a"):
        assert canonical(canonical(url)) == canonical(url)
    assert canonical("../b?x=1", "https://example.org/a/c/") == "https://example.org/a/b?x=1"
    assert canonical("//cdn.example.org/x", "https://example.org/") == "https://cdn.example.org/x"


def test_hosts_of_a_site() -> None:
    assert site_host("https://Example.org:443/a") == site_host("example.org") == site_host("http://example.org:80") == "example.org"
    assert site_host("http://127.0.0.1:8900/") == "127.0.0.1:8900"
    assert twins("www.example.org") == {"example.org", "www.example.org"}
    assert twins("127.0.0.1:8900") == {"127.0.0.1:8900"} and twins("localhost") == {"localhost"}
    hosts = site_hosts("https://example.org/", ["es.example.com", "https://www.example.net/"])
    assert hosts == {"example.org", "www.example.org", "es.example.com", "www.es.example.com", "example.net", "www.example.net"}
    assert same_site("http://www.example.org/a", hosts) and same_site("https://example.net/", hosts)
    assert not same_site("https://example.org.evil.example/", hosts)
    assert not same_site("https://example.org@evil.example/", hosts)
    assert not same_site("ftp://example.org/", hosts) and not same_site("https://example.org:8443/", hosts)


def test_identity_of_articles() -> None:
    key = article_key("https://example.org/%D0%BF%D1%80/?utm_source=x", "example.org")
    assert key == "/пр/"
    assert article_key("https://example.org/cafe%CC%81/", "example.org") == "/caf\u00e9/"
    same = {
        article_id(f"{start}/2024/a/?p=1", start) for start in ("https://example.org", "http://www.example.org", "http://127.0.0.1:8900")
    }
    assert len(same) == 1 and len(same.pop()) == 16
    assert article_id("http://www.example.org/a", "https://example.org/") == article_id("https://example.org/a", "example.org")
    assert article_key("https://en.example.org/a", "example.org") == "//en.example.org/a"
    assert article_id("https://en.example.org/a", "example.org") != article_id("https://example.org/a", "example.org")
    assert article_id("https://example.org/a%FF", "example.org")


def test_what_a_person_types() -> None:
    assert start_address("example.org") == "https://example.org/"
    assert start_address(" HTTP://Example.org/blog ") == "http://example.org/blog"
    assert start_address("http://localhost:8900") == "http://localhost:8900/"
    for wrong in ("", "ftp://example.org", "http://", "not a site", "http://exa mple.org", "example", "http://a.b:port/"):
        with pytest.raises(UsageError):
            start_address(wrong)
