"""The command line: thin, each command one function of the API. stdout is data; all else goes to stderr."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from presslift import __version__
from presslift.cli_options import (
    CONFIG_OPTION,
    CONFIG_WITHOUT_OUT,
    FOLDER,
    STATUSES_OPTION,
    Group,
    chosen_settings,
    fetching,
    listed,
    scoped,
)

if TYPE_CHECKING:
    from presslift.terminal import Terminal

REMOVALS_OPTION = click.option("--accept-removals", is_flag=True, help="Remove what is gone, however much it is.")
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="presslift")
@click.pass_context
def cli(context: click.Context) -> None:
    """Get the content out of an existing WordPress site: whole, clean, provably complete, and kept in step.

    \b
    presslift migrate https://example.org -o OUT    everything into OUT
    presslift sync OUT                              bring it up to date
    presslift check OUT                             prove that nothing is missing
    presslift demo                                  see it work, offline

    Results go to stdout, messages to stderr. Exit codes: 0 well, 1 some pages failed, 2 usage, 3 the site, 4 another run,
    5 a person must decide, 70 a defect, 74 the disk, 130 and 143 stopped.
    """
    from presslift.terminal import Terminal

    context.ensure_object(Terminal)


@cli.command(short_help="See the whole job on a built-in site, offline.")
@click.option("-o", "--out", type=FOLDER, metavar="OUT", help="The folder to make.  [default: a new one below the temporary folder]")
@click.option("--serve", is_flag=True, help="Only serve the built-in site, until Ctrl-C.")
@click.pass_obj
def demo(terminal: Terminal, /, out: Path | None, serve: bool) -> None:
    """Serve a built-in WordPress-shaped site on loopback, migrate it, change it, sync it, show the result.

    Offline, and gone when it ends; the last line on stdout is the folder it made.
    """
    from presslift.demo import run_demo, serve_demo

    if serve:
        serve_demo()
        return
    click.echo(run_demo(out, terminal))


@cli.command(short_help="Say what a site is and offers, and what a migration costs.")
@click.argument("url")
@JSON_OPTION
@CONFIG_WITHOUT_OUT
@fetching
@click.pass_obj
def probe(terminal: Terminal, /, url: str, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Say what the site at URL is and offers, and what a migration would cost."""
    import msgspec

    from presslift.pipeline import probe as run
    from presslift.scraper.probe import estimate_cost
    from presslift.summaries import facts_lines

    settings = chosen_settings(config, None, flags)
    terminal.start(settings)
    facts = run(url, settings=settings, explicit_delay=flags["delay"] is not None, progress=terminal.progress, stop=terminal.stop)
    cost = estimate_cost(facts, settings)
    if as_json:
        terminal.give(json.dumps(msgspec.to_builtins(facts) | {"cost": cost}, ensure_ascii=False, indent=1))
    else:
        terminal.give("\n".join(facts_lines(facts, cost)))


@cli.command(short_help="Take everything public from a site into a folder.")
@click.argument("url")
@click.option("-o", "--out", type=FOLDER, required=True, metavar="OUT", help="The folder to fill; one of the same site is gone on with.")
@CONFIG_OPTION
@scoped
@REMOVALS_OPTION
@fetching
@click.pass_obj
def migrate(terminal: Terminal, /, url: str, out: Path, config: Path | None, **flags: Any) -> None:
    """Take everything public from the WordPress site at URL into the folder OUT.

    What is given here is kept in OUT/config.yaml, and holds for later commands too. An empty value takes it back:
    --exclude '', --types '', --since '', --limit 0.
    """
    from presslift.pipeline import migrate as run
    from presslift.summaries import scope_line

    settings = chosen_settings(config, out, flags)
    terminal.start(settings, out, resumable=True)
    if scope := scope_line(settings):
        terminal.say(f"scope: {scope}")
    if settings.scope.media != "none":
        terminal.say("media: addresses and captions are recorded; this version downloads no files", level="warning")
    summary = run(
        url,
        out,
        config=settings,
        options=terminal.options(explicit_delay=flags["delay"] is not None, accept_removals=flags["accept_removals"]),
    )
    terminal.finish(summary)
    sys.exit(summary.exit_code)


@cli.command(short_help="Bring a folder up to date with its site.")
@click.argument("out", type=FOLDER)
@CONFIG_OPTION
@click.option("--every", metavar="SPAN", help="Stay, and sync again after so long: 30m, 6h, 1d. With jitter, and back-off on failures.")
@click.option("--full", is_flag=True, help="Look at every page, whatever the site says of changes.")
@click.option("--dry-run", is_flag=True, help="Only name the addresses that would be asked for.")
@click.option("--comments/--no-comments", default=None, help="Take comments, or leave them out: those taken before go as well.")
@STATUSES_OPTION
@REMOVALS_OPTION
@fetching
@click.pass_obj
def sync(terminal: Terminal, /, out: Path, config: Path | None, every: str | None, dry_run: bool, **flags: Any) -> None:
    """Bring OUT up to date with its site: new, changed, moved and vanished articles.

    What is given here is kept in OUT/config.yaml, and holds for later commands too. How a run ended, and when the next is due,
    stands in OUT/health.json.
    """
    from presslift.cli_sync import keep_in_step, say_what_would_be_asked, sync_once
    from presslift.pipeline.folders import open_folder

    open_folder(out)
    if dry_run:
        say_what_would_be_asked(terminal, out, chosen_settings(config, out, flags), full=flags["full"])
    elif every is not None:
        keep_in_step(terminal, out, every, config, flags)
    else:
        sys.exit(sync_once(terminal, out, config, flags))


@cli.command(short_help="Name what changed since an event.")
@click.argument("out", type=FOLDER)
@click.option("--since", type=click.IntRange(min=0), default=0, metavar="SEQ", help="Only events after this one.  [default: all]")
@JSON_OPTION
@click.pass_obj
def changes(terminal: Terminal, /, out: Path, since: int, as_json: bool) -> None:
    """Name what changed in OUT after the event SEQ: created, updated, moved, removed, restored; one a line, oldest first.

    With --json as in changes.jsonl. Remember the last seq, and give it as --since the next time.
    """
    import msgspec

    from presslift.following import changes as run
    from presslift.summaries import change_line

    terminal.start(None, out)
    for change in run(out, since=since):
        terminal.give(msgspec.json.encode(change).decode() if as_json else change_line(change))


@cli.command(short_help="Take an article or a commenter out for good.")
@click.argument("out", type=FOLDER)
@click.argument("names", nargs=-1, required=True, metavar="URL|NAME…")
@CONFIG_OPTION
@click.pass_obj
def forget(terminal: Terminal, /, out: Path, names: tuple[str, ...], config: Path | None) -> None:
    """Take articles, comments or people who commented out of OUT: out of store, exports, archive and media, for good.

    An article is named by its address, a comment by its own (…#comment-12), a person by the name or the address that stand
    under the comments. Later runs leave them out; addresses are listed as excluded, with the reason forgotten.
    """
    from presslift.pipeline.folders import open_folder
    from presslift.pipeline.forget import forget as run

    open_folder(out)
    settings = chosen_settings(config, out, {})
    terminal.start(settings, out)
    for line in run(out, names, settings=settings):
        terminal.say(f"forgotten: {line}")


@cli.command(short_help="Print what cron or systemd needs to sync a folder.")
@click.argument("out", type=FOLDER)
@click.option("--every", required=True, metavar="SPAN", help="Between two runs: 30m, 6h, 1d.")
@click.option("--as", "kind", type=click.Choice(["cron", "systemd"]), required=True, help="A line, or a service and its timer.")
@click.option("--into", type=FOLDER, metavar="FOLDER", help="Write the units there instead, such as /etc/systemd/system.")
@click.pass_obj
def schedule(terminal: Terminal, /, out: Path, every: str, kind: str, into: Path | None) -> None:
    """Print a cron line, or a systemd service and timer, that keep OUT in step. Nothing is installed."""
    from presslift.cli_sync import print_schedule
    from presslift.pipeline.folders import open_folder

    terminal.start(None, out)
    print_schedule(terminal, open_folder(out), every, kind, into)


@cli.command(short_help="Prove that a folder's dataset is whole.")
@click.argument("out", type=FOLDER)
@JSON_OPTION
@click.pass_obj
def check(terminal: Terminal, /, out: Path, as_json: bool) -> None:
    """Prove the dataset in OUT: everything discovered is exported, failed or excluded with a reason, and all of it holds."""
    import msgspec

    from presslift.checking import check as run
    from presslift.checking import format_result

    terminal.start(None, out)
    result = run(out)
    terminal.give(msgspec.json.encode(result).decode() if as_json else format_result(result))
    sys.exit(0 if result.ok else 1)


@cli.command(short_help="Say how a folder stands: last runs, due, failed.")
@click.argument("out", type=FOLDER)
@JSON_OPTION
@click.pass_obj
def status(terminal: Terminal, /, out: Path, as_json: bool) -> None:
    """Say what the last runs on OUT did, what is due, and what failed."""
    from presslift.pipeline import status as run
    from presslift.summaries import status_lines

    terminal.start(None, out)
    state = run(out)
    terminal.give(json.dumps(state, ensure_ascii=False, indent=1) if as_json else "\n".join(status_lines(state)))


@cli.command(short_help="Write a folder's exports anew, offline.")
@click.argument("out", type=FOLDER)
@click.option("--to", "formats", multiple=True, metavar="FORMAT", help="jsonl, csv; may be repeated.")
@click.argument("more", nargs=-1, metavar="[FORMAT]…")
@CONFIG_OPTION
@click.pass_obj
def export(terminal: Terminal, /, out: Path, formats: tuple[str, ...], more: tuple[str, ...], config: Path | None) -> None:
    """Write the exports of OUT anew from its store, offline; the files are named on stdout.

    The formats of OUT/config.yaml are written, and those given with --to beside them, from now on.
    """
    from presslift.pipeline import export as run
    from presslift.pipeline.folders import open_folder

    open_folder(out)
    settings = chosen_settings(config, out, {})
    terminal.start(settings, out)
    asked = [part for text in (*formats, *more) for part in listed(text)]
    paths = run(out, asked or None, settings=settings)
    together = list(dict.fromkeys([*settings.export.formats, *asked]))
    terminal.say(f"{out}: {len(paths)} files of {', '.join(together)}")
    for path in paths:
        terminal.give(str(path))


@cli.command(short_help="Parse a folder's archive anew, offline.")
@click.argument("out", type=FOLDER)
@click.option("--learn", is_flag=True, help="Learn the site's profile anew as well.")
@CONFIG_OPTION
@click.pass_obj
def reparse(terminal: Terminal, /, out: Path, learn: bool, config: Path | None) -> None:
    """Parse the archive of OUT anew and write its exports, offline: after correcting overrides.yaml, or with a newer presslift."""
    from presslift.pipeline import reparse as run
    from presslift.pipeline.folders import open_folder

    open_folder(out)
    settings = chosen_settings(config, out, {})
    terminal.start(settings, out)
    summary = run(out, learn=learn, settings=settings, progress=terminal.progress)
    terminal.say(f"{summary.exported} records read from the archive, {summary.updated} changed")
    if summary.failed:
        terminal.say(f"{summary.failed} pages are not in the archive any more, or could not be read: their records stay", level="warning")
    terminal.give(summary.out)
    sys.exit(summary.exit_code)


@cli.command(short_help="Read single pages into records, as JSON lines.")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE|DIR|URL|WARC…")
@click.option("--url", metavar="URL", help="Where a single FILE was served, for its relative links.")
@CONFIG_WITHOUT_OUT
@fetching
@click.pass_obj
def extract(terminal: Terminal, /, inputs: tuple[str, ...], url: str | None, config: Path | None, **flags: Any) -> None:
    """Read pages into records, as JSON lines on stdout; no state.

    Pages come from files, folders, web addresses and WARCs, plain or gzipped; `-` reads one from stdin. What can't be read
    is named on stderr, and the exit code is 1.
    """
    from presslift.pipeline.inputs import extract_all

    settings = chosen_settings(config, None, flags)
    terminal.start(settings)
    failed = 0
    for line, error in extract_all(inputs, url, settings, explicit_delay=flags["delay"] is not None, stop=terminal.stop):
        if error is not None:
            failed += 1
            terminal.last_line(str(error))
        else:
            sys.stdout.buffer.write(line + b"\n")
            sys.stdout.buffer.flush()
    sys.exit(1 if failed else 0)


@cli.command(short_help="Print the default settings, or check a file of them.")
@click.option("--schema", is_flag=True, help="The JSON Schema of config.yaml.")
@click.option("--check", "file", type=FOLDER, metavar="FILE", help="Check a file; exit code 2 when it is wrong.")
@click.pass_obj
def config(terminal: Terminal, /, schema: bool, file: Path | None) -> None:
    """Print the commented default config.yaml, its JSON Schema, or check a file."""
    from presslift.config import default_text, load_settings, settings_schema

    if file is not None:
        load_settings(file)
        terminal.say(f"{file}: good")
    elif schema:
        terminal.give(json.dumps(settings_schema(), ensure_ascii=False, indent=2))
    else:
        click.echo(default_text(), nl=False)


def main() -> None:
    """Run the command line; every outcome has its exit code (see the README)."""
    from presslift.outcomes import run

    sys.exit(run(cli))


if __name__ == "__main__":
    main()
