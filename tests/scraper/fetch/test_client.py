"""The client against servers that behave and misbehave: recovered, or a named failure, in bounded time."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from presslift.config import FetchSettings
from presslift.errors import FetchError, Stopped, UsageError
from presslift.scraper.fetch.client import Client
from presslift.scraper.fetch.response import Response
from tests import servers
from tests.servers import Server, page, redirect

MakeClient = Callable[..., Client]


@pytest.fixture
def make() -> Iterator[MakeClient]:
    made: list[Client] = []

    def client(url: str, *, start: str | None = None, environ: dict[str, str] | None = None, **settings: Any) -> Client:
        own = {name: settings.pop(name) for name in ("aliases", "explicit_delay", "archive", "stop") if name in settings}
        fetch = FetchSettings(**{"timeout": 1.0, "attempts": 2, **settings})
        made.append(Client(fetch, start or url, environ=environ or {}, **own))
        return made[-1]

    yield client
    for one in made:
        one.stop.set()
        one.close()


def failure(client: Client, url: str, **options: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        client.get(url, **options)
    return caught.value


def test_page_as_served(make: MakeClient) -> None:
    with Server({"/a/": page("<p>día</p>", X_Thing="one")}) as site:
        client = make(site.url)
        answer = client.get(f"{site.url}/a/#part")
        assert (answer.status, answer.text, answer.content_type) == (200, "<p>día</p>", "text/html")
        assert answer.headers["x-thing"] == "one"
        assert answer.final_url == f"{site.url}/a/"
        assert answer.fetched_at.endswith("Z") and len(answer.sha256) == 64
        asked = site.asked("/a/")[0].headers
        assert asked["user-agent"].startswith("presslift/") and "pypi.org" in asked["user-agent"]
        assert client.requests == 2  # robots.txt and the page
        client.get(f"{site.url}/robots.txt", kind="robots")
        assert client.requests == 2


def test_4xx_is_an_answer_and_5xx_is_not(make: MakeClient) -> None:
    with Server({"/gone": page("gone", 410), "/no": page("no", 403), "/bad": page("bad", 500), "/not-made": page("no", 501)}) as site:
        client = make(site.url)
        assert client.get(site.url + "/gone").status == 410
        assert client.get(site.url + "/no").status == 403
        bad = failure(client, site.url + "/bad")
        assert (bad.reason, bad.status, bad.attempts) == ("http_status", 500, 2)
        assert len(site.asked("/bad")) == 2
        assert failure(client, site.url + "/not-made").attempts == 1


@pytest.mark.parametrize(
    "broken",
    [
        page("busy", 503),
        page("busy", 429, Retry_After="0"),
        servers.reset(),
        servers.hung_up(),
        servers.truncated("<p>half"),
        servers.cut_chunks(),
        servers.bad_chunks(),
        servers.garbage(),
    ],
    ids=["503", "429", "reset", "hung up", "truncated", "cut chunks", "bad chunks", "garbage"],
)
def test_recovers_from_a_hiccup(make: MakeClient, broken: servers.Behaviour) -> None:
    with Server({"/": [broken, page("<p>well</p>")]}) as site:
        answer = make(site.url).get(site.url + "/")
        assert (answer.text, answer.attempts) == ("<p>well</p>", 2)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (servers.reset(), "connection"),
        (servers.hung_up(), "connection"),
        (servers.truncated("<p>half"), "connection"),
        (servers.cut_chunks(), "connection"),
        (servers.bad_chunks(), "connection"),
        (servers.garbage(), "bad_answer"),
        (servers.endless_headers(), "bad_answer"),
        (servers.stalled(), "timeout"),
        (servers.dripping(), "timeout"),
        (servers.dripping(head=True), "timeout"),
        (servers.endless(), "too_large"),
        (servers.gzip_bomb(), "too_large"),
        (servers.counting_redirects(), "redirect_refused"),
        (redirect("/x"), "redirect_refused"),
    ],
)
def test_hostile_servers_end_in_a_named_failure(make: MakeClient, behaviour: servers.Behaviour, reason: str) -> None:
    with Server({"/x": behaviour, "/well": page("ok")}, default=behaviour) as site:
        client = make(site.url, robots=False, timeout=0.7, max_size=3_000_000, max_decompressed_size=5_000_000)
        started = time.monotonic()
        assert failure(client, site.url + "/x").reason == reason
        assert time.monotonic() - started < 4
        assert client.get(site.url + "/well").text == "ok"


def test_refused_connection_and_unknown_host(make: MakeClient) -> None:
    nobody = f"http://127.0.0.1:{servers.free_port()}"
    refused = failure(make(nobody), nobody + "/")
    assert (refused.reason, refused.attempts) == ("connection", 2)
    typo = failure(make("http://no-such-host.invalid", attempts=1), "http://no-such-host.invalid/")
    assert typo.reason == "connection" and "no-such-host.invalid" in typo.detail


def test_retry_after_is_honoured(make: MakeClient) -> None:
    with Server({"/": [page("wait", 429, Retry_After="1"), page("ok")], "/long": page("wait", 503, Retry_After="3600")}) as site:
        client = make(site.url)
        client.get(site.url + "/")
        first, second = site.asked("/")
        assert second.at - first.at >= 0.95
        long = failure(client, site.url + "/long")
        assert long.attempts == 1 and "3,600" in long.detail


def test_conditional_requests(make: MakeClient) -> None:
    with Server({"/feed/": servers.conditional("<rss/>", '"abc"')}) as site:
        client = make(site.url)
        first = client.get(site.url + "/feed/", kind="feed")
        again = client.get(site.url + "/feed/", kind="feed", etag=first.headers["etag"])
        assert not first.not_modified and again.not_modified and again.body == b""


def test_redirects_within_the_site(make: MakeClient) -> None:
    with Server({"/old": redirect("/new/", 301), "/new/": page("here"), "/é": page("accent"), "/to-é": redirect("/é", 302)}) as site:
        client = make(site.url)
        answer = client.get(site.url + "/old")
        assert (answer.url, answer.final_url) == (site.url + "/old", site.url + "/new/")
        assert answer.redirects == ((301, site.url + "/old"),)
        assert client.get(site.url + "/to-%C3%A9").status == 404
        assert make(site.url).get(site.url + "/old").text == "here"


def test_a_redirect_with_a_long_body_is_not_read_without_bound(make: MakeClient) -> None:
    def moved(visit: servers.Visit) -> None:
        visit.head(301, {"Location": "/new/"})
        while not visit.closing.is_set():
            visit.write(b"x" * 65536)

    with Server({"/old": moved, "/new/": page("here")}) as site:
        assert failure(make(site.url, max_size=1_000_000), site.url + "/old").reason == "too_large"


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "//example.com/",
        "https://example.com/",
        "javascript:alert(1)",
        "data:text/html,hello",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://user@example.com/",
        "http://127.0.0.1:99999/",
        "http://[broken/",
    ],
)
def test_redirects_elsewhere_are_refused(make: MakeClient, target: str) -> None:
    with Server({"/": redirect(target)}) as site:
        refused = failure(make(site.url), site.url + "/")
        assert refused.reason == "redirect_refused"
        assert len(site.visits) == 2


def test_other_hosts_are_not_asked_unless_named(make: MakeClient) -> None:
    with Server({"/": page("mine")}) as site, Server({"/": page("yours")}) as other:
        assert failure(make(site.url), other.url + "/").reason == "address_refused"
        assert not other.visits
        assert make(site.url, aliases=[other.url]).get(other.url + "/").text == "yours"


def test_private_addresses_need_a_private_start(make: MakeClient) -> None:
    with Server({"/": page("secret"), "/pic.png": page(b"\x89PNG", content_type="image/png")}) as site:
        client = make(site.url, start="http://192.0.2.1/", aliases=[site.url])
        refused = failure(client, site.url + "/")
        assert refused.reason == "address_refused" and "loopback" in refused.detail
        assert failure(client, f"http://2130706433:{site.port}/pic.png", kind="media").reason == "address_refused"
        assert failure(client, f"http://localhost:{site.port}/pic.png", kind="media").reason == "address_refused"
        assert not site.visits
        assert make(site.url).get(f"http://localhost:{site.port}/pic.png", kind="media").status == 200


def test_cookies_last_for_one_chain_of_redirects(make: MakeClient) -> None:
    with Server({"/a": servers.needs_cookie("in"), "/b": page("b")}) as site:
        client = make(site.url)
        assert client.get(site.url + "/a").text == "in"
        client.get(site.url + "/b")
        assert "cookie" not in site.asked("/b")[0].headers


def test_robots_are_obeyed_and_can_be_ignored(make: MakeClient) -> None:
    robots = page("User-agent: *\nDisallow: /private/\n", content_type="text/plain")
    with Server({"/robots.txt": robots, "/private/a": page("a"), "/open": redirect("/private/a"), "/b": page("b")}) as site:
        client = make(site.url)
        assert failure(client, site.url + "/private/a").reason == "robots"
        assert failure(client, site.url + "/open").reason == "robots"
        assert client.get(site.url + "/b").text == "b"
        assert not site.asked("/private/a")
        assert make(site.url, robots=False).get(site.url + "/private/a").text == "a"


def test_robots_that_answer_5xx_forbid_all(make: MakeClient) -> None:
    with Server({"/robots.txt": page("oops", 500), "/": page("home")}) as site:
        client = make(site.url)
        refused = failure(client, site.url + "/")
        assert (refused.reason, refused.status) == ("robots", 500) and "500" in refused.detail
        assert client.robots.state == "unreachable"
        assert not site.asked("/")


def test_crawl_delay_holds_on_loopback_too(make: MakeClient) -> None:
    robots = page("User-agent: *\nCrawl-delay: 0.3\n", content_type="text/plain")
    with Server({"/robots.txt": robots}, default=page("ok")) as site:
        client = make(site.url, delay=5.0)
        list(client.map(f"{site.url}/{n}" for n in range(4)))
        times = sorted(v.at for v in site.visits if v.path != "/robots.txt")
        assert all(b - a >= 0.27 for a, b in itertools.pairwise(times))


def test_delay_on_loopback_only_when_asked_for(make: MakeClient) -> None:
    with Server(default=page("ok")) as site:
        started = time.monotonic()
        list(make(site.url, delay=2.0).map(f"{site.url}/{n}" for n in range(5)))
        assert time.monotonic() - started < 1.5
        site.visits.clear()
        list(make(site.url, delay=0.25, explicit_delay=True).map(f"{site.url}/{n}" for n in range(3)))
        times = sorted(v.at for v in site.visits)
        assert all(b - a >= 0.2 for a, b in itertools.pairwise(times))


def test_map_asks_many_at_once_within_a_window(make: MakeClient) -> None:
    taken = 0

    def addresses(site: Server) -> Iterator[str]:
        nonlocal taken
        for n in range(40):
            taken += 1
            yield f"{site.url}/{n}"

    crowd = servers.Crowd(0.02, page("ok"))
    with Server({"/7": page("x", 404), "/9": servers.garbage()}, default=crowd) as site:
        client = make(site.url, concurrency=3, attempts=1)
        results = client.map(addresses(site))
        first = next(results)
        assert taken <= 7
        outcomes = dict([first, *results])
        assert len(outcomes) == 40
        failed = [url for url, o in outcomes.items() if isinstance(o, FetchError)]
        assert failed == [f"{site.url}/9"]
        assert 1 < crowd.most <= 3


def test_trouble_halves_the_concurrency_and_it_recovers(make: MakeClient) -> None:
    crowd = servers.Crowd(0.02, page("ok"))
    with Server({"/busy": page("busy", 503)}, default=crowd) as site:
        client = make(site.url, concurrency=4, attempts=2)
        failure(client, site.url + "/busy")
        list(client.map(f"{site.url}/{n}" for n in range(6)))
        assert crowd.most == 1
        list(client.map(f"{site.url}/more{n}" for n in range(60)))
        assert crowd.most == 4


def test_stop_ends_what_is_under_way(make: MakeClient) -> None:
    with Server({"/stall": servers.stalled()}) as site:
        client = make(site.url, timeout=15)
        threading.Timer(0.3, client.stop.set).start()
        started = time.monotonic()
        with pytest.raises(Stopped):
            client.get(site.url + "/stall")
        assert list(client.map([site.url + "/stall"] * 3)) == []
        assert time.monotonic() - started < 2


def test_request_budget(make: MakeClient) -> None:
    with Server(default=page("ok")) as site:
        client = make(site.url, max_requests=3)
        client.get(site.url + "/1")
        client.get(site.url + "/2")
        assert failure(client, site.url + "/3").reason == "budget"
        assert len(site.visits) == 3


def test_byte_budget(make: MakeClient) -> None:
    with Server(default=page("x" * 600)) as site:
        client = make(site.url, max_bytes=1500, robots=False)
        for n in range(3):
            client.get(f"{site.url}/{n}")
        assert failure(client, site.url + "/3").reason == "budget"
        assert len(site.visits) == 3 and client.bytes_read == 1800


def test_a_dead_site_is_not_waited_for_again_and_again(make: MakeClient) -> None:
    with Server({"/well": page("ok")}, default=servers.reset()) as site:
        client = make(site.url, robots=False, attempts=2)
        for n in range(9):
            failure(client, f"{site.url}/{n}")
        assert client.unanswered == 9
        assert len(site.visits) == 8 * 2 + 1
        client.get(site.url + "/well")
        assert client.unanswered == 0


def test_credentials_go_to_the_site_alone(make: MakeClient) -> None:
    environ = {
        "PRESSLIFT_USER": "me",
        "PRESSLIFT_PASSWORD": "abcd efgh",
        "PRESSLIFT_BASIC_AUTH": "wall:pass",
        "PRESSLIFT_COOKIE": "staging=key",
    }
    with Server(default=page("ok")) as site, Server(default=page("ok")) as other:
        client = make(site.url, environ=environ, aliases=[other.url])
        client.get(site.url + "/page")
        client.get(site.url + "/wp-json/wp/v2/posts", kind="rest")
        client.get(other.url + "/page")
        client.get(other.url + "/pic.png", kind="media")
        sent = {v.path: v.headers for v in site.visits}
        assert sent["/page"]["cookie"] == "staging=key"
        assert sent["/page"]["authorization"] == "Basic d2FsbDpwYXNz"
        assert sent["/wp-json/wp/v2/posts"]["authorization"] == "Basic bWU6YWJjZCBlZmdo"
        assert other.visits and not any({"cookie", "authorization"} & set(v.headers) for v in other.visits)
        assert client.authenticated
    with pytest.raises(UsageError):
        make("http://127.0.0.1/", environ={"PRESSLIFT_BASIC_AUTH": "nocolon"})


def test_a_user_name_in_an_address_is_not_sent(make: MakeClient) -> None:
    with Server(default=page("ok")) as site:
        answer = make(site.url).get(f"http://me:secret@127.0.0.1:{site.port}/a")
        assert "secret" not in answer.final_url
        assert not any("authorization" in v.headers for v in site.visits)


def test_bot_walls_are_named_and_not_hammered(make: MakeClient) -> None:
    wall = page("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", 503, cf_mitigated="challenge")
    with Server({"/": wall}) as site:
        walled = failure(make(site.url, attempts=4), site.url + "/")
        assert (walled.reason, walled.status) == ("bot_wall", 503) and "Cloudflare" in walled.detail
        assert len(site.asked("/")) == 1


def test_a_robots_behind_a_wall_names_the_wall(make: MakeClient) -> None:
    wall = page("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", 503, cf_mitigated="challenge")
    with Server(default=wall) as site:
        assert failure(make(site.url), site.url + "/").reason == "bot_wall"


@pytest.mark.parametrize("address", ["", "nonsense", "mailto:a@example.org", "http://", "http://[", "http://exa mple/", "//x"])
def test_what_is_no_address(make: MakeClient, address: str) -> None:
    assert failure(make("http://127.0.0.1:1/"), address).reason == "address_refused"


def test_answers_are_frozen(make: MakeClient) -> None:
    with Server(default=page("ok")) as site:
        answer: Response = make(site.url).get(site.url + "/")
        with pytest.raises(AttributeError):
            answer.status = 5  # type: ignore[misc]
