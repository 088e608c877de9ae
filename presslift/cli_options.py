"""Options that several commands share, and the command class that takes the messages' options anywhere on the line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from presslift.config import Settings

Function = TypeVar("Function", bound=Callable[..., Any])

FOLDER = click.Path(path_type=Path)
PLAIN = ("limit", "since", "source", "media", "comments", "delay", "concurrency", "timeout", "max_size", "user_agent")
"""Options named like the setting they set."""


def _configure(context: click.Context, option: click.Parameter, value: Any) -> None:
    from presslift.terminal import Terminal

    if value:
        context.ensure_object(Terminal).configure(**{str(option.name): value})


def message_options() -> list[click.Parameter]:
    """``--quiet``, ``--verbose``, ``--log-format``: before the command's name or after it."""
    shared: dict[str, Any] = {"expose_value": False, "callback": _configure}
    return [
        click.Option(["-q", "--quiet"], is_flag=True, help="Only errors on stderr.", **shared),
        click.Option(["-v", "--verbose"], is_flag=True, help="Each request on stderr.", **shared),
        click.Option(["--log-format"], type=click.Choice(["text", "json"]), help="How messages are written on stderr.", **shared),
    ]


class Command(click.Command):
    """A command that takes the options of messages after its name as well."""

    def __init__(self, *given: Any, **named: Any):
        super().__init__(*given, **named)
        self.params += message_options()


class Group(click.Group):
    """The command line: its commands are ``Command``s, listed in the order in which a newcomer needs them."""

    command_class = Command

    def __init__(self, *given: Any, **named: Any):
        super().__init__(*given, **named)
        self.params += message_options()

    def list_commands(self, context: click.Context) -> list[str]:
        """As they were declared."""
        return list(self.commands)


def _config_option(default: str) -> Callable[[Function], Function]:
    return click.option("--config", type=FOLDER, metavar="FILE", help=f"Settings; see `presslift config`.  [default: {default}]")


CONFIG_OPTION = _config_option("OUT's config.yaml")
CONFIG_WITHOUT_OUT = _config_option("those that `presslift config` prints")

FETCH_OPTIONS = (
    click.option("--delay", type=click.FloatRange(min=0), metavar="SECONDS", help="Between requests to one host."),
    click.option("--concurrency", type=click.IntRange(1, 64), metavar="N", help="Requests to one host at a time."),
    click.option("--timeout", type=click.FloatRange(min=0.1), metavar="SECONDS", help="For one whole response."),
    click.option("--max-size", type=click.IntRange(min=1000), metavar="BYTES", help="Largest response taken."),
    click.option("--user-agent", metavar="TEXT", help="Sent with every request; name a contact."),
    click.option("--ignore-robots/--obey-robots", default=None, help="robots.txt: ignore that of your own site only."),
)

STATUSES_OPTION = click.option(
    "--statuses",
    metavar="STATUS,…",
    help="Also what is not public: protected, private, future, pending, draft; needs PRESSLIFT_USER and PRESSLIFT_PASSWORD.  [default: publish]",
)

SCOPE_OPTIONS = (
    click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most N articles; the rest is excluded. 0: no limit."),
    click.option("--since", metavar="DATE", help="Only articles published on or after yyyy-mm-dd."),
    click.option("--include", multiple=True, metavar="REGEX", help="Only addresses that match; may be repeated."),
    click.option("--exclude", multiple=True, metavar="REGEX", help="No addresses that match; may be repeated."),
    click.option("--types", metavar="TYPE,…", help="Only these post types."),
    STATUSES_OPTION,
    click.option("--source", type=click.Choice(["auto", "rest", "html"]), help="Where content is read from.  [default: auto]"),
    click.option(
        "--media",
        type=click.Choice(["none", "content", "all"]),
        help="Pictures and files to download; this version lists them all and downloads none.  [default: none]",
    ),
    click.option("--comments/--no-comments", default=None, help="Take comments, or leave them out.  [default: take]"),
    click.option("--formats", metavar="FORMAT,…", help="What to export.  [default: jsonl,csv]"),
)


def fetching(command: Function) -> Function:
    """Add the options of every command that fetches."""
    return _with(FETCH_OPTIONS, command)


def scoped(command: Function) -> Function:
    """Add the options that say what is taken, and what is made of it."""
    return _with(SCOPE_OPTIONS, command)


def _with(options: tuple[Any, ...], command: Function) -> Function:
    for option in reversed(options):
        command = option(command)
    return command


def chosen_settings(config: Path | None, out: Path | None, flags: dict[str, Any]) -> Settings:
    """The settings of ``config``, else of OUT's config.yaml, else the defaults; what flags were given wins.

    An empty value (``--exclude ''``, ``--since ''``, ``--limit 0``) takes an earlier one back. Raises ``UsageError``.
    """
    from msgspec.structs import replace

    from presslift.config import load_settings, override

    if config is not None:
        from presslift.pipeline.folders import search_modules

        search_modules(config.parent)
    own = out / "config.yaml" if out is not None else None
    settings = load_settings(config or (own if own is not None and own.is_file() else None))
    given = {name: value for name in PLAIN if (value := flags.get(name)) is not None}
    back = [name for name in ("limit", "since") if given.get(name) in (0, "")]
    for name in back:
        del given[name]
    given |= {name: [text for text in flags[name] if text] for name in ("include", "exclude") if flags.get(name)}
    given |= {name: listed(flags[name]) for name in ("types", "formats") if flags.get(name) is not None}
    if flags.get("statuses") is not None:
        given["statuses"] = list(dict.fromkeys(["publish", *listed(flags["statuses"])]))
    if flags.get("ignore_robots") is not None:
        given["robots"] = not flags["ignore_robots"]
    settings = override(settings, **given)
    return replace(settings, scope=replace(settings.scope, **dict.fromkeys(back))) if back else settings


def listed(text: str) -> list[str]:
    """``a, b`` as a list."""
    return [part.strip() for part in text.split(",") if part.strip()]
