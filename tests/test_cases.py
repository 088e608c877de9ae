"""What broke for users of other tools, on a small site of its own, through the whole job where it takes a whole job to show."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import presslift
from presslift.config import CustomField, Settings
from presslift.pipeline import migrate, sync
from tests.faulty import FaultySite
from tests.scraper.discover.wordpress import Post, WordPress
from tests.servers import Behaviour, Visit, as_json, page

URL = "https://press.example.org/2024/05/the-old-bridge/"
TEXT = "The old bridge over the river was closed for repairs after the flood of last spring, and nobody knows when it opens again."
SHUT: dict[str, Any] = {"rest": False}
BARE: dict[str, Any] = {"rest": False, "sitemap": False, "feed": False}


@dataclass
class Entry(Post):
    """A post with more in REST (``told``), around its body (``after``) and in its head."""

    told: dict[str, Any] = field(default_factory=dict)
    after: str = ""
    head: str = ""


@dataclass
class Paper(WordPress):
    """A small WordPress with comments: ``comments`` are REST's items."""

    comments: list[dict[str, Any]] = field(default_factory=list)

    def item(self, post: Post) -> dict[str, Any]:
        return super().item(post) | (post.told if isinstance(post, Entry) else {})

    def rest_answer(self, route: str, query: dict[str, str]) -> Behaviour:
        if route == "/wp/v2/comments":
            return as_json(self.comments, X_WP_Total=str(len(self.comments)), X_WP_TotalPages="1")
        if route == "/wp/v2/posts" and query.get("orderby") == "modified":
            items = sorted(
                map(self.item, self.public("post")), key=lambda item: str(item.get("modified")), reverse=query.get("order") != "asc"
            )
            items = [item for item in items if str(item.get("modified")) > query.get("modified_after", "")]
            size = int(query.get("per_page", 10))
            return as_json(items[:size], X_WP_Total=str(len(items)), X_WP_TotalPages=str(-(-len(items) // size)))
        return super().rest_answer(route, query)

    def page_answer(self, visit: Visit, path: str) -> Behaviour:
        entry = next((p for p in self.posts if path == f"/{p.path}" and isinstance(p, Entry)), None)
        if entry is None or entry.protected:
            return super().page_answer(visit, path)
        body = f"<article class='post-{entry.id} post type-post hentry'><h1>{entry.title}</h1><div class='entry-content'>{entry.body}</div></article>"
        html = self.html(f"single single-post postid-{entry.id}", entry.title, f"<main>{body}{entry.after}</main>", entry.lang)
        return page(html.replace("</head>", f"{entry.head}</head>").replace("SITE/", self.url))


def job(site: WordPress, out: Path, **settings: Any) -> dict[str, dict[str, Any]]:
    """Migrate a site; its records by path."""
    chosen = Settings()
    chosen.fetch.attempts = 1
    for name, value in settings.items():
        setattr(chosen, name, value) if hasattr(chosen, name) else setattr(chosen.scope, name, value)
    migrate(site.url, out, config=chosen)
    result = presslift.check(out)
    assert result.ok, result.problems
    return records(out)


def records(out: Path) -> dict[str, dict[str, Any]]:
    return {urlsplit(a["url"]).path.strip("/"): a for a in lines(out, "articles")}


def lines(out: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "export" / f"{name}.jsonl").open(encoding="utf-8")]


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "export" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# ---- found


@pytest.mark.parametrize("doors", [{}, SHUT, BARE])
def test_equal_titles_slugs_and_days_stay_apart(tmp_path: Path, doors: dict[str, Any]) -> None:
    paths = ["hello/", "es/hello/", "en/hello/", "hello-2/"]
    with Paper([Entry(n, path, "Hello", body=f"<p>{TEXT} {path}</p>") for n, path in enumerate(paths, 1)], **doors) as site:
        found = job(site, tmp_path / "OUT")
    assert set(found) == {path.strip("/") for path in paths}
    assert len({a["id"] for a in found.values()}) == 4
    assert {a["title"] for a in found.values()} == {"Hello"} and len({a["body_text"] for a in found.values()}) == 4


@pytest.mark.parametrize("doors", [{}, SHUT, BARE])
def test_per_item_outcome(tmp_path: Path, doors: dict[str, Any]) -> None:
    content: list[Post] = [
        *[Entry(n, f"good-{n}/", f"Good {n}", body=f"<p>{TEXT} Part {n}.</p>") for n in range(1, 4)],
        Entry(7, "secret/", "Secret", protected=True),
        Entry(8, "broken/", "Broken", body=f"<p>{TEXT}</p>"),
        Entry(9, "drafts/old/", "Unwanted", body=f"<p>{TEXT}</p>"),
    ]
    with Paper(content, **doors) as site:
        site.overrides["/broken/"] = page("<h1>There has been a critical error on this website.</h1>", 500)
        settings = Settings()
        settings.fetch.attempts, settings.scope.exclude = 1, ["/drafts/"]
        summary = migrate(site.url, tmp_path / "OUT", config=settings)
        exported = {a["url"].removeprefix(site.url) for a in lines(tmp_path / "OUT", "articles")}
        failed = {f["url"].removeprefix(site.url): f for f in lines(tmp_path / "OUT", "failures")}
        excluded = {e["url"].removeprefix(site.url): e for e in lines(tmp_path / "OUT", "excluded")}
    assert exported >= {"good-1/", "good-2/", "good-3/"}
    assert excluded["secret/"]["reason"] == "protected" and "/drafts/" in excluded["drafts/old/"]["reason"] + (
        excluded["drafts/old/"]["rule"] or ""
    )
    assert (
        failed["broken/"]["reason"] in ("http_status", "server_error_page")
        and failed["broken/"]["status"] == 500
        and failed["broken/"]["found_by"]
    )
    for path in (p.path for p in content):
        assert (path in exported) + (path in excluded) + (path in failed and path not in exported) == 1, path
    assert summary.exit_code == 1 and summary.discovered == summary.exported + summary.excluded + (
        summary.failed if "broken/" not in exported else 0
    )
    assert presslift.check(tmp_path / "OUT").ok


# ---- read


def test_footnotes_core_meta(tmp_path: Path) -> None:
    marks = [("aaaa-1111", "Minutes of May, <em>page 3</em>."), ("bbbb-2222", "As told by the miller.")]
    content = "".join(
        f"<p>{TEXT}<sup data-fn='{key}' class='fn'><a href='#{key}' id='{key}-link'>{n}</a></sup></p>"
        for n, (key, _) in enumerate(marks, 1)
    )
    meta = {"footnotes": json.dumps([{"id": key, "content": text} for key, text in marks])}
    listed = "".join(f"<li id='{key}'>{text} <a href='#{key}-link' aria-label='Jump'>↩︎</a></li>" for key, text in marks)
    # The theme prints no list (a template without the block), then one that does; and REST without the meta.
    for number, (told, shown) in enumerate([({"meta": meta}, content), ({}, f"{content}<ol class='wp-block-footnotes'>{listed}</ol>")]):
        entry = Entry(1, "bridge/", "Bridge", body=shown, told=told | {"content": {"rendered": content}})
        with Paper([entry, Entry(2, "other/", "Other", body=f"<p>{TEXT}</p>")]) as site:
            out = tmp_path / f"OUT{number}"
            article = job(site, out)["bridge"]
        assert [(n["marker"], n["text"], n["style"]) for n in article["footnotes"]] == [
            ("1", "Minutes of May, page 3.", "core"),
            ("2", "As told by the miller.", "core"),
        ]
        assert article["body_html"].count('href="#fn-') == 2 and "[^2]" in article["body_markdown"] and "[2]" in article["body_text"]
        assert "aaaa-1111" not in json.dumps({k: v for k, v in article.items() if k.startswith(("body", "content_html"))})
        assert '<li id="fn-1">Minutes of May, <em>page 3</em>.' in article["content_html"]
        assert [row["text"] for row in rows(out, "footnotes")] == ["Minutes of May, page 3.", "As told by the miller."]


@pytest.mark.parametrize(
    "container",
    [
        "<div class='footnotes'>{}</div>",
        "<aside class='footnotes'>{}</aside>",
        "<footer>{}</footer>",
        "<section class='sidebar-notes widget'>{}</section>",
        "<div>{}</div>",
    ],
)
def test_footnote_list_kept(container: str) -> None:
    listed = (
        "<h2>Notes</h2><ol><li id='fn1'>First source. <a href='#r1'>↩</a></li><li id='fn2'>Second source. <a href='#r2'>↩</a></li></ol>"
    )
    body = f"<p>{TEXT}<a id='r1' href='#fn1'><sup>1</sup></a></p><p>{TEXT}<a id='r2' href='#fn2'><sup>2</sup></a></p>{container.format(listed)}"
    article = presslift.extract(single(body), URL)
    assert [(n.text, len(n.refs)) for n in article.footnotes] == [("First source.", 1), ("Second source.", 1)]
    assert "source" not in (article.body_text or "") and "Notes" not in (article.body_text or "")


def single(body: str, *, after: str = "", head: str = "") -> str:
    return (
        f"<html lang='en-US'><head><title>Bridge – Press</title>{head}</head><body class='single single-post postid-7'><main>"
        f"<article class='post-7 post type-post hentry'><h1 class='entry-title'>Bridge</h1><div class='entry-content'>{body}</div></article>{after}</main></body></html>"
    )


COMMENT = (
    "<li id='{tag}{n}' class='comment'><div><cite class='fn'>Reader {n}</cite><p>Remark number {n} on the matter.</p></div>{inside}</li>"
)


@pytest.mark.parametrize(
    "discussion",
    [
        "<section id='comments' class='comments-area'><h2>Two thoughts</h2><ol class='comment-list'>{}</ol></section>",
        "<div class='entry-content'><div class='discussion' id='respond-area'><h3>Discussion</h3><ul class='commentlist'>{}</ul></div></div>",
        "<div class='wp-block-comments'><h2>Responses</h2><ol class='wp-block-comment-template'>{}</ol></div>",
    ],
)
def test_comments_apart(discussion: str) -> None:
    threads = COMMENT.format(tag="comment-", n=1, inside=f"<ul class='children'>{COMMENT.format(tag='comment-', n=2, inside='')}</ul>")
    for html in (single(f"<p>{TEXT}</p>" * 3, after=discussion.format(threads)), single(f"<p>{TEXT}</p>" * 3 + discussion.format(threads))):
        article = presslift.extract(html, URL)
        assert "Remark" not in (article.body_text or "") and "Reader" not in (article.body_text or "")
        assert [(c.author.name, c.parent, c.text) for c in article.comments] == [
            ("Reader 1", None, "Remark number 1 on the matter."),
            ("Reader 2", 1, "Remark number 2 on the matter."),
        ]


def discussion(numbers: list[int], count: int, more: str = "") -> str:
    items = "".join(
        f"<li id='comment-{n}' class='comment depth-1'><article class='comment-body'><b class='fn'>Reader {n}</b>"
        f"<time datetime='2024-01-0{n}T10:00:00+02:00'>x</time><div class='comment-content'><p>Remark {n}.</p></div></article></li>"
        for n in numbers
    )
    return f"<div id='comments' class='comments-area'><h2 class='comments-title'>{count} thoughts on “Bridge”</h2><ol class='comment-list'>{items}</ol>{more}</div>"


def told_comment(number: int, parent: int = 0) -> dict[str, Any]:
    return {
        "id": number, "post": 1, "parent": parent, "author": 0, "author_name": f"Reader {number}", "author_url": "", "status": "approved",
        "date": f"2024-01-0{number}T10:00:00", "date_gmt": f"2024-01-0{number}T08:00:00", "content": {"rendered": f"<p>Remark {number}.</p>"}, "type": "comment",
    }  # fmt: skip


def test_comments_there(tmp_path: Path) -> None:
    body = f"<p>{TEXT}</p>"
    # From REST, threaded.
    with Paper(
        [Entry(1, "bridge/", "Bridge", body=body), Entry(2, "b/", body=body)], comments=[told_comment(1), told_comment(2, parent=1)]
    ) as site:
        article = job(site, tmp_path / "rest")["bridge"]
        rest = [(c["id"], c["parent"], c["text"], c["date_utc"]) for c in article["comments"]]
        assert rest == [(1, None, "Remark 1.", "2024-01-01T08:00:00Z"), (2, 1, "Remark 2.", "2024-01-02T08:00:00Z")]
    # From pages, the further ones too.
    older = "<nav class='comment-navigation'><a href='/bridge/comment-page-1/#comments'>Older comments</a></nav>"
    with Paper([Entry(1, "bridge/", "Bridge", body=body, after=discussion([3, 4], 4, older)), Entry(2, "b/", body=body)], **BARE) as site:
        first = Entry(1, "bridge/", "Bridge", body=body, after=discussion([1, 2], 4))
        site.overrides["/bridge/comment-page-1/"] = lambda visit: Paper.page_answer(with_posts(site, [first]), visit, "/bridge/")(visit)
        out = tmp_path / "pages"
        article = job(site, out)["bridge"]
        assert [c["text"] for c in article["comments"]] == [f"Remark {n}." for n in range(1, 5)] and article["comment_count"] == 4
        assert not [w for w in article["extraction"]["warnings"] if w.startswith("comments")]
        assert [row["author_name"] for row in rows(out, "comments")] == [f"Reader {n}" for n in range(1, 5)]
    # Fewer than the page counts.
    with Paper([Entry(1, "bridge/", "Bridge", body=body, after=discussion([1], 5)), Entry(2, "b/", body=body)], **BARE) as site:
        article = job(site, tmp_path / "fewer")["bridge"]
        assert "comments: the page counts 5, 1 were read" in article["extraction"]["warnings"]


def with_posts(site: Paper, posts: list[Post]) -> Paper:
    other = Paper(posts, **BARE)
    other.url = site.url
    return other


def test_authors_from_wordpress() -> None:
    head = "<meta name='twitter:label1' content='Written by'><meta name='twitter:data1' content='Ada Lund'><meta name='author' content='Ada Lund'>"
    body = f"<p>{TEXT}</p><p>A report by John Roebling Junior was lost, said Mary Keller, who wrote it with Peter Cooper.</p><p>{TEXT}</p>"
    after = (
        "<div class='related-posts'><h3>Related posts</h3><article><h4><a href='/x/'>Old mills</a></h4><span class='author'>By <a href='/author/eve/' rel='author'>Eve Stone</a></span></article>"
        "<article><h4><a href='/y/'>New mills</a></h4><span class='author'>By <a href='/author/max/' rel='author'>Max Brand</a></span></article></div>"
        "<div class='comments-area' id='comments'><ol class='comment-list'><li class='comment' id='comment-1'><b class='fn author'>Tom Reed</b><div class='comment-content'><p>Yes.</p></div></li></ol></div>"
    )
    html = single(body, after=after, head=head).replace(
        "<div class='entry-content'>",
        "<span class='byline'>by <span class='author vcard'><a class='url fn n' href='/author/ada/'>Ada Lund</a></span></span><div class='entry-content'>",
    )
    article = presslift.extract(html, URL)
    assert [(a.name, a.slug) for a in article.authors] == [("Ada Lund", "ada")]
    assert article.wp_author is not None and (article.wp_author.name, article.wp_author.slug) == ("Ada Lund", "ada")


@pytest.mark.parametrize("doors", [{}, SHUT, BARE])
def test_language_without_api(tmp_path: Path, doors: dict[str, Any]) -> None:
    links = "<link rel='alternate' hreflang='en' href='SITE/the-bridge/'><link rel='alternate' hreflang='es' href='SITE/es/el-puente/'>"
    posts: list[Post] = [
        Entry(1, "the-bridge/", "The bridge", body=f"<p>{TEXT}</p>", head=links),
        Entry(
            2,
            "es/el-puente/",
            "El puente",
            lang="es-ES",
            body="<p>El viejo puente sobre el río se cerró tras la crecida de la primavera pasada.</p>",
            head=links,
        ),
        Entry(3, "alone/", "Alone", body=f"<p>{TEXT}</p>"),
    ]
    with Paper(posts, **doors) as site:
        out = tmp_path / "OUT"
        found = job(site, out)
    english, spanish, alone = found["the-bridge"], found["es/el-puente"], found["alone"]
    assert (english["language"], spanish["language"], alone["language"]) == ("en-US", "es-ES", "en-US")
    assert [(t["language"], t["article_id"]) for t in english["translations"]] == [("es", spanish["id"])]
    assert [(t["language"], t["article_id"]) for t in spanish["translations"]] == [("en", english["id"])]
    assert english["translation_group"] == spanish["translation_group"] is not None and alone["translation_group"] is None
    assert {row["target_id"] for row in rows(out, "translations")} == {english["id"], spanish["id"]}


def test_custom_fields_typed(tmp_path: Path) -> None:
    box = "<div class='box'><b class='score'>8,5 / 10</b><a class='get' href='/a.pdf'>A</a><a class='get' href='/b.pdf'>B</a></div>"
    declared = {
        "price": CustomField(rest="acf.price", selector=".none"),
        "open": CustomField(rest="acf.open"),
        "score": CustomField(selector=".score", type="number"),
        "files": CustomField(selector="a.get", attribute="href", many=True),
    }
    for number, doors in enumerate(({}, SHUT)):
        with Paper(
            [Entry(1, "bridge/", "Bridge", body=f"<p>{TEXT}</p>", after=box, told={"acf": {"price": 12.5, "open": True}}), Entry(2, "b/")],
            **doors,
        ) as site:
            article = job(site, tmp_path / f"OUT{number}", custom=declared)["bridge"]
        told = {"price": 12.5, "open": True} if not doors else {"price": None}
        assert article["custom"] == told | {"score": 8.5, "files": ["/a.pdf", "/b.pdf"]}


# ---- lasts


@pytest.mark.parametrize("doors", [{}, SHUT])
def test_deleted_posts_go(tmp_path: Path, doors: dict[str, Any]) -> None:
    out = tmp_path / "OUT"
    with Paper([Entry(n, f"p-{n}/", f"P {n}", body=f"<p>{TEXT} {n}.</p>") for n in range(1, 7)], **doors) as site:
        before = job(site, out)
        site.posts = [p for p in site.posts if p.id != 3]
        for _ in range(2):
            sync(out)
        after = records(out)
    assert set(before) - set(after) == {"p-3"}
    (gone,) = lines(out, "removed")
    assert (gone["id"], gone["title"]) == (before["p-3"]["id"], "P 3") and "404" in gone["proof"]
    assert [(c["change"], c["article_id"]) for c in lines(out, "changes")] == [("removed", gone["id"])]
    assert presslift.check(out).ok


def test_delta_only(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    entries = [
        Entry(
            n,
            f"p-{n}/",
            f"P {n}",
            body=f"<p>{TEXT} {n}.</p>",
            told={"modified": "2024-01-02T03:04:05", "modified_gmt": "2024-01-02T01:04:05"},
        )
        for n in range(1, 9)
    ]
    with Paper(list(entries)) as site:
        job(site, out)
        entries[4].body += "<p>More was found.</p>"
        entries[4].told |= {"modified": "2024-03-02T03:04:05", "modified_gmt": "2024-03-02T01:04:05"}
        seen = len(site.server.visits)
        sync(out)
        asked = {urlsplit(v.target).path for v in site.server.visits[seen:] if not parse_qs(urlsplit(v.target).query)}
    assert {p.path.strip("/") for p in entries} & {path.strip("/") for path in asked} <= {"p-5"}
    assert [(c["change"], c["url"].removeprefix(site.url)) for c in lines(out, "changes")] == [("updated", "p-5/")]
    assert "More was found." in records(out)["p-5"]["body_text"]


MEASURE = """
import re, sys
from pathlib import Path
from presslift.config import Settings
from presslift.pipeline import migrate, sync
settings = Settings()
summary = migrate(sys.argv[1], sys.argv[2], config=settings)
sync(sys.argv[2], config=settings)
# Not getrusage: its number is at least what the process that started this one took.
print(summary.exported, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def peak(out: Path, posts: int) -> int:
    """The most memory, in MB, that a migration of so many posts and a sync after it take."""
    with FaultySite(**SHUT) as site:
        for number in range(posts):
            site.add(f"nota-{number}", content="<p>Un párrafo de la nota, con palabras de sobra para un texto.</p>" * 20)
        done = subprocess.run([sys.executable, "-c", MEASURE, site.url, str(out)], capture_output=True, text=True, check=True)
        exported, most = map(int, done.stdout.split())
        assert exported == len(site.slugs) == len(records(out))
    return most


def test_memory_flat(tmp_path: Path) -> None:
    """Fifteen times as many posts take no more memory."""
    few, many = peak(tmp_path / "few", 100), peak(tmp_path / "many", 1500)
    assert many < 150
    assert many < few + 15, (few, many)
