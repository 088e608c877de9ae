"""The command line: thin, each command one function of the API. stdout is data; all else goes to stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from presslift import __version__

if TYPE_CHECKING:
    from presslift.config import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

FETCH_OPTIONS = (
    click.option("--delay", type=click.FloatRange(min=0), metavar="SECONDS", help="Seconds between requests to one host."),
    click.option("--concurrency", type=click.IntRange(1, 64), metavar="N", help="Requests to one host at a time."),
    click.option("--timeout", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Seconds for one whole response."),
    click.option("--max-size", type=click.IntRange(min=1000), metavar="BYTES", help="Largest response taken."),
    click.option("--user-agent", metavar="TEXT", help="Sent with every request."),
    click.option("--ignore-robots", is_flag=True, help="Don't obey robots.txt: for your own site only."),
)

CONFIG_OPTION = click.option(
    "--config", "config", type=click.Path(path_type=Path), metavar="FILE", help="Settings; see `presslift config`."
)


def fetching(command: Command) -> Command:
    """Add the options of every command that fetches."""
    for option in reversed(FETCH_OPTIONS):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="presslift")
@click.option("-q", "--quiet", is_flag=True, help="Only errors on stderr.")
@click.option("-v", "--verbose", is_flag=True, help="Each request on stderr.")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="How messages are written on stderr.  [default: text]")
@click.pass_context
def cli(context: click.Context, quiet: bool, verbose: bool, log_format: str | None) -> None:
    """Get the content out of an existing WordPress site: whole, clean, provably complete, and kept in step.

    \b
    presslift migrate https://example.org -o OUT    everything into OUT
    presslift sync OUT                              bring it up to date
    presslift check OUT                             prove that nothing is missing
    presslift demo                                  see it work, offline
    """
    from presslift.terminal import Terminal

    context.obj = Terminal(quiet=quiet, verbose=verbose, log_format=log_format or "text")


def _settings(config: Path | None, out: Path | None = None, **flags: Any) -> Settings:
    from presslift.config import load_settings, override

    own = out / "config.yaml" if out is not None else None
    chosen = config or (own if own is not None and own.is_file() else None)
    return override(load_settings(chosen), **{k: v for k, v in flags.items() if v is not None and v != ()})


def _fetch_flags(flags: dict[str, Any]) -> dict[str, Any]:
    names = ("delay", "concurrency", "timeout", "max_size", "user_agent")
    chosen = {f"fetch.{name}": flags[name] for name in names if flags.get(name) is not None}
    return chosen | ({"fetch.robots": False} if flags.get("ignore_robots") else {})


@cli.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@CONFIG_OPTION
@fetching
@click.pass_obj
def probe(terminal: Any, /, url: str, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Say what a site is and offers, and what a migration would cost."""
    from presslift.pipeline import probe as run
    from presslift.scraper.probe import estimate_cost

    settings = _settings(config, **_fetch_flags(flags))
    terminal.start(settings)
    facts = run(url, settings=settings, explicit_delay=flags.get("delay") is not None)
    terminal.show_facts(facts, estimate_cost(facts, settings), as_json)


@cli.command()
@click.argument("url")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="OUT",
    help="The folder to fill; of the same site: goes on where it stood.",
)
@CONFIG_OPTION
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N articles; the rest is excluded, not removed.")
@click.option("--since", metavar="DATE", help="Only articles published on or after yyyy-mm-dd.")
@click.option("--include", multiple=True, metavar="REGEX", help="Only addresses that match; may be repeated.")
@click.option("--exclude", multiple=True, metavar="REGEX", help="No addresses that match; may be repeated.")
@click.option("--types", metavar="TYPE,…", help="Only these post types.")
@click.option("--source", type=click.Choice(["auto", "rest", "html"]), help="Where content is read from.  [default: auto]")
@click.option("--media", type=click.Choice(["none", "content", "all"]), help="Pictures and files to download.  [default: none]")
@click.option("--no-comments", is_flag=True, help="Leave comments out.")
@click.option("--formats", metavar="FORMAT,…", help="What to export.  [default: jsonl,csv]")
@click.option("--accept-removals", is_flag=True, help="Remove what is gone, however much it is.")
@fetching
@click.pass_obj
def migrate(terminal: Any, /, url: str, out: Path, config: Path | None, **flags: Any) -> None:
    """Take everything public from the WordPress site at URL into the folder OUT."""
    from presslift.pipeline import migrate as run

    settings = _settings(config, out, **_scope_flags(flags), **_fetch_flags(flags))
    terminal.start(settings, out)
    summary = run(
        url,
        out,
        config=settings,
        options=terminal.options(explicit_delay=flags.get("delay") is not None, accept_removals=flags["accept_removals"]),
    )
    terminal.finish(summary)
    sys.exit(summary.exit_code)


def _scope_flags(flags: dict[str, Any]) -> dict[str, Any]:
    chosen: dict[str, Any] = {f"scope.{name}": flags.get(name) for name in ("limit", "since", "source", "media")}
    chosen |= {f"scope.{name}": list(flags[name]) if flags.get(name) else None for name in ("include", "exclude")}
    chosen["scope.types"] = _listed(flags.get("types"))
    chosen["export.formats"] = _listed(flags.get("formats"))
    chosen["scope.comments"] = False if flags.get("no_comments") else None
    return {k: v for k, v in chosen.items() if v is not None}


def _listed(text: str | None) -> list[str] | None:
    return [part.strip() for part in text.split(",") if part.strip()] if text else None


@cli.command()
@click.argument("out", type=click.Path(path_type=Path))
@CONFIG_OPTION
@click.option("--full", is_flag=True, help="Look at every page, whatever the site says of changes.")
@click.option("--accept-removals", is_flag=True, help="Remove what is gone, however much it is.")
@fetching
@click.pass_obj
def sync(terminal: Any, /, out: Path, config: Path | None, full: bool, accept_removals: bool, **flags: Any) -> None:
    """Bring OUT up to date with its site."""
    from presslift.pipeline import sync as run
    from presslift.pipeline.run import open_folder

    open_folder(out)
    settings = _settings(config, out, **_fetch_flags(flags))
    terminal.start(settings, out)
    summary = run(
        out,
        config=settings,
        options=terminal.options(full=full, accept_removals=accept_removals, explicit_delay=flags.get("delay") is not None),
    )
    terminal.finish(summary)
    sys.exit(summary.exit_code)


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE|DIR|URL|WARC…")
@click.option("--url", metavar="URL", help="Where a single FILE was served, for its relative links.")
@CONFIG_OPTION
@fetching
@click.pass_obj
def extract(terminal: Any, /, inputs: tuple[str, ...], url: str | None, config: Path | None, **flags: Any) -> None:
    """Read pages into records, as JSON lines on stdout; no state. `-` reads a page from stdin."""
    from presslift.pipeline.inputs import extract_all

    settings = _settings(config, **_fetch_flags(flags))
    terminal.start(settings)
    failed = 0
    for line, error in extract_all(inputs, url, settings, explicit_delay=flags.get("delay") is not None):
        if error is not None:
            failed += 1
            terminal.say(str(error), error=True)
        else:
            sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()
    sys.exit(1 if failed else 0)


@cli.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--to", "formats", multiple=True, metavar="FORMAT", help="jsonl, csv; may be repeated.  [default: as in OUT's config.yaml]")
@click.argument("more", nargs=-1, metavar="[FORMAT]…")
@CONFIG_OPTION
@click.pass_obj
def export(terminal: Any, /, out: Path, formats: tuple[str, ...], more: tuple[str, ...], config: Path | None) -> None:
    """Write the exports of OUT anew from its store, offline."""
    from presslift.pipeline import export as run
    from presslift.pipeline.run import open_folder

    open_folder(out)
    settings = _settings(config, out)
    terminal.start(settings)
    chosen = [part for text in (*formats, *more) for part in (_listed(text) or [])]
    for path in run(out, chosen or None, settings=settings):
        click.echo(path)


@cli.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--learn", is_flag=True, help="Learn the site's profile anew as well.")
@CONFIG_OPTION
@click.pass_obj
def reparse(terminal: Any, /, out: Path, learn: bool, config: Path | None) -> None:
    """Parse the archive of OUT anew and write its exports, offline."""
    from presslift.pipeline import reparse as run
    from presslift.pipeline.run import open_folder

    open_folder(out)
    settings = _settings(config, out)
    terminal.start(settings)
    summary = run(out, learn=learn, settings=settings, progress=terminal.progress)
    terminal.say(f"{summary.exported} records read from the archive, {summary.updated} changed")
    click.echo(summary.out)


@cli.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def check(out: Path, as_json: bool) -> None:
    """Prove the dataset in OUT: everything discovered is exported, failed or excluded with a reason, and all of it holds."""
    import msgspec

    from presslift.checking import check as run
    from presslift.checking import format_result

    result = run(out)
    click.echo(msgspec.json.encode(result).decode() if as_json else format_result(result))
    sys.exit(0 if result.ok else 1)


@cli.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.pass_obj
def status(terminal: Any, /, out: Path, as_json: bool) -> None:
    """Say what the last runs on OUT did, and what failed."""
    import json

    from presslift.pipeline import status as run

    state = run(out)
    if as_json:
        click.echo(json.dumps(state, ensure_ascii=False, indent=1))
    else:
        terminal.show_status(state)


@cli.command()
@click.option("--schema", is_flag=True, help="The JSON Schema of config.yaml.")
@click.option("--check", "file", type=click.Path(path_type=Path), metavar="FILE", help="Check a file; exit code 2 when it is wrong.")
def config(schema: bool, file: Path | None) -> None:
    """Print the commented default config.yaml, its schema, or check a file."""
    import json

    from presslift.config import default_text, load_settings, settings_schema

    if file is not None:
        load_settings(file)
        click.echo(f"{file}: good", err=True)
    elif schema:
        click.echo(json.dumps(settings_schema(), ensure_ascii=False, indent=2))
    else:
        click.echo(default_text(), nl=False)


@cli.command()
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="The folder to make.  [default: a new one below the temporary folder]",
)
@click.option("--serve", is_flag=True, help="Only serve the built-in site, until Ctrl-C.")
@click.pass_obj
def demo(terminal: Any, /, out: Path | None, serve: bool) -> None:
    """Serve a built-in WordPress-shaped site on loopback, migrate it, change it, sync it, show the result. Offline."""
    from presslift.demo import run_demo, serve_demo

    if serve:
        serve_demo()
        return
    folder = run_demo(out, terminal)
    click.echo(folder)


def main() -> None:
    """Run the command line; every outcome has its exit code (see the README)."""
    from presslift.terminal import guarded

    sys.exit(guarded(cli))


if __name__ == "__main__":
    main()
