"""The built-in site migrated, changed and synced before one's eyes, offline."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from presslift.demo.site import DemoSite
from presslift.errors import UsageError

if TYPE_CHECKING:
    from presslift.terminal import Terminal

SEED = "la-ruta-del-litio"


def serve_demo() -> None:
    """Serve the built-in site until interrupted; its address is printed."""
    with DemoSite() as site:
        click.echo(site.url)
        click.echo("serving the built-in site; Ctrl-C ends it", err=True)
        while True:
            time.sleep(3600)


def change(site: DemoSite) -> None:
    """One post edited, one renamed, one deleted, one new: what a day on a site looks like."""
    posts = site.data["posts"]
    edited = next(p for p in posts if p["id"] == 104)
    edited["content"] += "<p>Corrección: los sellos son cuatro.</p>"
    edited["modified"] = "2025-04-02T09:00:00"
    renamed = next(p for p in posts if p["id"] == 106)
    old = site.link(renamed).removeprefix(site.url)
    renamed |= {"slug": "lo-que-dicen-los-salares", "modified": "2025-04-02T09:30:00"}
    site.moved[old] = site.link(renamed).removeprefix(site.url)
    posts[:] = [p for p in posts if p["id"] != 105]
    posts.append(
        {
            "id": 108,
            "slug": "el-puerto-abre-el-domingo",
            "title": "El puerto abre el domingo",
            "date": "2025-04-02T10:00:00",
            "categories": [4],
            "tags": [],
            "related": [],
            "content": "<p>Desde el próximo domingo el muelle sur trabajará también los días festivos, según una nota de dos líneas que nadie ha firmado.</p>",
        }
    )


def run_demo(out: Path | None, terminal: Terminal) -> Path:
    """Migrate, change, sync, show. Returns the folder made. Raises ``UsageError`` when ``out`` is there already."""
    from presslift.config import Settings
    from presslift.pipeline import migrate, sync

    if out is not None and out.exists():
        raise UsageError(f"{out}: is there already; name a new folder")
    folder = out or Path(tempfile.mkdtemp(prefix="presslift-demo-")) / "OUT"
    terminal.start(Settings())
    with DemoSite() as site:
        click.echo(f"A WordPress site is up at {site.url} (built in, on loopback): migrating it …\n")
        first = migrate(site.url, folder, config=Settings(), progress=terminal.progress)
        outcome = (
            f"{first.exported} articles out of {first.discovered} addresses, {first.excluded} left out on purpose, {first.failed} failed"
        )
        click.echo(f"{outcome}; {first.requests} requests, {first.seconds:.1f} s\n")
        articles = {a["slug"]: a for a in map(json.loads, (folder / "export" / "articles.jsonl").open(encoding="utf-8"))}
        click.echo(terminal.heading("What it read of one article, part by part"))
        for name, value in parts(articles[SEED]):
            click.echo(f"  {name:<12} {value}")
        change(site)
        click.echo("\nThe site changes: one post edited, one renamed, one deleted, one new. Syncing …\n")
        sync(folder, config=Settings(), progress=terminal.progress)
        for line in (folder / "export" / "changes.jsonl").open(encoding="utf-8"):
            event = json.loads(line)
            more = f" (was {event['old_url']})" if event["old_url"] else f" ({', '.join(event['fields'])})" if event["fields"] else ""
            click.echo(f"  {event['change']:<8} {event['url']}{more}")
        before = snapshot(folder / "export")
        again = sync(folder, config=Settings())
        same = before == snapshot(folder / "export")
        click.echo(
            f"\nA second sync finds nothing new: {again.requests} requests, every export {'byte for byte as it was' if same else 'CHANGED'}."
        )
    click.echo(f"\n{terminal.heading('Where it is')}")
    for name, what in (
        ("export/articles.jsonl", "whole records, one a line"),
        ("export/articles.csv", "the table of articles; footnotes, related, terms, … beside it"),
        ("export/datapackage.json", "what every column means, keys and hashes"),
        ("archive/", "every response as served (WARC)"),
        ("presslift.sqlite", "the store: everything known"),
    ):
        click.echo(f"  {f'{folder}/{name}':<{len(str(folder)) + 26}} {what}")
    click.echo(f"\nTry: presslift check {folder}\n")
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def parts(article: dict[str, Any]) -> list[tuple[str, str]]:
    """Each part of an article as a line."""
    account = article["wp_author"] or {}
    rows = [
        ("category", ", ".join(t["name"] for t in article["categories"])),
        ("title", article["title"]),
        ("published", f"{article['published']}  (printed as “marzo 18, 2025”)"),
        ("account", f"{account.get('name')}  (WordPress's, not the author)"),
        ("byline", article["byline"]),
        ("authors", ", ".join(a["name"] for a in article["authors"])),
        ("pull quote", article["lead_quote"]),
        ("body", f"{article['word_count']} words: {cut(article['body_text'] or '', 70)}"),
        *(
            (
                f"footnote {n['index']}",
                f"{n['marker']} in the {n['refs'][0]['place'] if n['refs'] else 'text: nowhere'}: {cut(n['text'], 80)}",
            )
            for n in article["footnotes"]
        ),
        ("translation", ", ".join(f"{t['language']}: {t['url']}" for t in article["translations"])),
        *(("related", " ".join(filter(None, [r["title"], r["date"] and f"({r['date']})", f"[{r['place']}]"]))) for r in article["related"]),
        (
            "links",
            f"{len(article['links'])} in the body, {sum(bool(link['article_id']) for link in article['links'])} of them to other articles",
        ),
        (
            "pictures",
            ", ".join(
                " ".join(filter(None, [m["role"], m["url"].rsplit("/", 1)[-1], m["caption"] and f"“{m['caption']}”"]))
                for m in article["media"]
            ),
        ),
        *(
            ("comment", f"{c['author']['name']}" + (f", answering {c['parent']}" if c["parent"] else "") + f": {c['text']}")
            for c in article["comments"]
        ),
    ]
    return [(name, value or "none") for name, value in rows]


def cut(text: str, most: int) -> str:
    """The start of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rstrip()}…"


def discard(folder: Path) -> None:
    """Remove a demo's folder."""
    shutil.rmtree(folder, ignore_errors=True)
