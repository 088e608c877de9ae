"""Results in words: what a run did, what a site offers, how an OUT stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from presslift.spans import duration

if TYPE_CHECKING:
    from presslift.config import Settings
    from presslift.pipeline import RunSummary
    from presslift.records import Change, SiteFacts

CHANGES = ("created", "updated", "moved", "restored", "removed")
MOST_SHOWN = 20
PLURALS = {"post": "posts", "page": "pages", "category": "categories", "post_tag": "tags", "user": "accounts", "comment": "comments"}


def summary_lines(summary: RunSummary) -> list[str]:
    """A run for people."""
    found = ", ".join(f"{name} {n}" for name, n in summary.found_by.items())
    gone = summary.discovered - summary.exported - summary.failed - summary.excluded
    lines = [
        f"{summary.site}: {number(summary.discovered, 'address', 'addresses')}{f' ({found})' if found else ''}: "
        f"{summary.exported} exported, {summary.failed} failed, {summary.excluded} excluded{f', {gone} gone' if gone > 0 else ''}"
    ]
    if summary.stale:
        lines.append(f"  {summary.stale} of those exported as they were, or from REST or the feed alone: the page itself could not be read")
    if summary.missing_parts:
        lines.append(f"  {summary.missing_parts} listings, further pages of articles or pages of comments could not be read")
    if summary.excluded_by:
        lines.append("  excluded: " + ", ".join(f"{n} {reason}" for reason, n in summary.excluded_by.items()))
    changes = ", ".join(f"{getattr(summary, name)} {name}" for name in CHANGES if getattr(summary, name))
    lines.append(f"  changes: {changes or 'none'}; exports {'written' if summary.exports_written else 'left as they were'}")
    lines += [f"  incomplete: {text}" for text in summary.incomplete]
    lines.append(f"  {number(summary.requests, 'request')}, {summary.bytes_read / 1e6:.1f} MB, {summary.seconds:.1f} s")
    if summary.exit_code:
        lines.append(f"  not everything could be read: see {Path(summary.out) / 'export' / 'failures.jsonl'}; the next sync tries again")
    return lines


def change_line(change: Change) -> str:
    """An event for people: seq, when, what, where, and what of it changed."""
    more = f"  (was {change.old_url})" if change.old_url else f"  ({', '.join(change.fields)})" if change.fields else ""
    return f"{change.seq:>6}  {change.at[:16].replace('T', ' ')}  {change.change:<8}  {change.url}{more}"


def scope_line(settings: Settings) -> str | None:
    """What keeps articles out, in a line; ``None`` when nothing does."""
    scope = settings.scope
    parts = [f"{name} {', '.join(map(str, value))}" for name in ("types", "include", "exclude") if (value := getattr(scope, name))]
    parts += [f"{name} {value}" for name in ("since", "limit") if (value := getattr(scope, name)) is not None]
    parts += [] if scope.comments else ["no comments"]
    return "; ".join(parts) or None


def facts_lines(facts: SiteFacts, cost: dict[str, float]) -> list[str]:
    """A site for people."""
    counts = ", ".join(f"{'?' if n is None else n} {PLURALS.get(name, name) if n != 1 else name}" for name, n in facts.counts.items())
    also = f" (also {', '.join(facts.languages[1:])})" if len(facts.languages) > 1 else ""
    full = "" if facts.feed_full_text is None else " (full text)" if facts.feed_full_text else " (excerpts)"
    minutes = cost.get("minutes", 0)
    rows = [
        ("site", f"{facts.url}{f' “{facts.name}”' if facts.name else ''}"),
        ("WordPress", f"{facts.wordpress_version or 'version unknown'} ({'; '.join(facts.evidence[:3])})"),
        ("theme", f"{facts.theme or 'unknown'}{f', builder {facts.builder}' if facts.builder else ''}"),
        ("plugins", ", ".join(facts.plugins) or "none that matter"),
        ("language", f"{facts.language or 'unknown'}{also}, time zone {facts.timezone or facts.utc_offset or 'unknown'}"),
        ("permalinks", facts.permalink_structure or "unknown"),
        ("REST", facts.rest_root or f"shut ({facts.rest_detail or 'no answer'})"),
        ("sitemaps", ", ".join(facts.sitemaps) or "none"),
        ("feeds", f"{', '.join(facts.feeds) or 'none'}{full}"),
        ("counts", counts or "unknown"),
        (
            "cost",
            f"about {number(round(cost.get('requests', 0)), 'request')}, {f'{minutes:,.0f} min' if minutes >= 1 else 'under a minute'}",
        ),
    ]
    return [f"{name:<11} {value}" for name, value in rows]


def status_lines(state: dict[str, Any]) -> Iterator[str]:
    """How an OUT stands, for people: what it holds, the last runs, what is due, what failed."""
    yield f"{state['out']}: {number(state['articles'], 'article')} of {state['site'] or 'no site yet'}"
    yield "addresses  " + (", ".join(f"{n} {name}" for name, n in state["addresses"].items()) or "none yet")
    for run in state["runs"]:
        yield f"run {run['id']:<6} {_run_line(run)}"
    for text in state["due"]:
        yield f"due        {text}"
    if (state["health"] or {}).get("next_due_at"):
        yield f"next       due at {state['health']['next_due_at']}"
    for text in state["distrusted"]:
        yield f"distrust   {text}"
    for failure in state["failures"][:MOST_SHOWN]:
        detail = f" ({failure['detail']})" if failure["detail"] else ""
        yield f"failed     {failure['url']}: {failure['reason']}{detail}"
    if len(state["failures"]) > MOST_SHOWN:
        yield f"           and {len(state['failures']) - MOST_SHOWN} more: see {Path(state['out']) / 'export' / 'failures.jsonl'}"


def _run_line(run: dict[str, Any]) -> str:
    numbers = run["numbers"]
    head = f"{run['started_at'][:16].replace('T', ' ')} UTC  {run['command']:<8} {run['state']}"
    if run["state"] != "done":
        code = f", exit code {run['exit_code']}" if run["exit_code"] else ""
        return head + code + (f": {numbers['error']}" if numbers.get("error") else "")
    did = ", ".join(f"{numbers[name]} {name}" for name in CHANGES if numbers.get(name)) or "no change"
    failures = sum(numbers.get(name) or 0 for name in ("failed", "stale", "missing_parts"))
    failed = f", {number(failures, 'failure')}" if failures else ""
    return f"{head}: {did}{failed}; {number(numbers.get('requests', 0), 'request')}, {duration(numbers.get('seconds', 0))}"


def number(n: int, one: str, many: str | None = None) -> str:
    """``1 request``, ``2,034 requests``."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
