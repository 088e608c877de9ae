"""What the README and the guides show can be typed: each command exists, with those options; each link leads somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from lxml import etree

from presslift.cli import cli

HOUSE = Path(__file__).resolve().parent.parent
GUIDES = [HOUSE / "README.md", *sorted((HOUSE / "docs").glob("*.md"))]
ENDS = ("|", ">", ">>", "<", "2>", "2>>", "&&", ";", "#", "&")


def shown(text: str) -> list[list[str]]:
    """The presslift commands of a guide, in blocks and in running text, each as its words."""
    # Pages, tables and records in blocks of their own are no commands.
    text = re.sub(r"^```(?!sh|bash|console|text)\w+\n.*?^```", "", text, flags=re.M | re.S)
    blocks = re.findall(r"^(?: {4,}|\t)(.+)$", text, re.M) + re.findall(r"`([^`\n]+)`", text)
    for fenced in re.findall(r"^```(?:sh|bash|console|text)?\n(.*?)^```", text, re.M | re.S):
        blocks += fenced.splitlines()
    commands = []
    for line in blocks:
        match = re.search(r"(?:^|\s|/)presslift (?=-|[a-z])(.*)", line.replace("$ ", ""))
        if match and not re.match(r"\w+\(", match[1]):
            words = shlex.split(match[1].replace("[", "").replace("]", ""), comments=True)
            end = next((n for n, word in enumerate(words) if word in ENDS), len(words))
            commands.append(words[:end])
    return commands


def test_commands_are_found() -> None:
    text = "    presslift probe https://example.org  # look\nSee `presslift sync OUT --full` and\n```sh\npresslift config > a.yaml\n```\n"
    assert sorted(shown(text)) == [["config"], ["probe", "https://example.org"], ["sync", "OUT", "--full"]]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_commands_exist_with_their_options(guide: Path) -> None:
    for words in shown(guide.read_text(encoding="utf-8")):
        context = click.Context(cli, info_name="presslift")
        rest = words
        while rest and rest[0].startswith("-"):
            option = next((p for p in cli.params if rest[0] in p.opts), None)
            assert option is not None or rest[0] == "--help", words
            rest = rest[2:] if isinstance(option, click.Option) and not option.is_flag else rest[1:]
        if not rest:
            continue
        command = cli.get_command(context, rest[0])
        assert command is not None, f"{guide.name}: presslift {' '.join(words)}"
        known = {opt for p in command.params for opt in (*p.opts, *p.secondary_opts)} | {"-h", "--help"}
        assert [word for word in rest[1:] if word.startswith("-") and word != "-" and word not in known] == [], words
        if "…" not in rest and len(rest) > 1 and "--help" not in rest:
            command.make_context(rest[0], rest[1:], parent=context)


def test_every_command_is_in_the_readme() -> None:
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    assert [name for name in cli.list_commands(click.Context(cli)) if f"presslift {name}" not in text and f"make {name}" not in text] == []


def test_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (HOUSE / "Makefile").read_text(), re.M))
    for guide in GUIDES:
        assert set(re.findall(r"(?:^    |`)make (\w+)", guide.read_text(encoding="utf-8"), re.M)) <= targets, guide.name


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_links_lead_somewhere(guide: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", guide.read_text(encoding="utf-8"))
    assert [t for t in targets if "://" not in t and not (guide.parent / t).exists()] == []


def test_the_table_of_exit_codes_is_the_errors_own() -> None:
    from presslift import errors

    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    told = {int(code) for cell in re.findall(r"^\| ([\d, ]+) \|", text, re.M) for code in cell.split(",")}
    used = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.PressliftError)}
    assert used <= told and {0, 143} <= told


def test_the_picture_in_the_readme_is_what_the_demo_prints(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["demo", "-o", str(tmp_path / "demo")])
    assert done.exit_code == 0, done.output
    printed = re.sub(r"\s+", " ", done.output.replace(str(tmp_path), ""))
    printed = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8000", printed)
    drawn = etree.parse(HOUSE / "docs" / "demo.svg").getroot()
    lines = [re.sub(r"\s+", " ", "".join(text.itertext())).strip() for text in drawn.iter("{*}text")]
    assert len(lines) > 20
    assert [line for line in lines if line.rstrip("…").strip() not in printed and not line.startswith("$")] == []
