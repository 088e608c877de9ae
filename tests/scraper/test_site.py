"""The site profile: learned from labels or from repetition, kept as YAML, overruled by people."""

from __future__ import annotations

from pathlib import Path

import pytest

from presslift.errors import ConfigError
from presslift.scraper.parse.body import find_body
from presslift.scraper.parse.document import read_document, text_of
from presslift.scraper.parse.furniture import cut
from presslift.scraper.site import Label, SiteProfile, learn_profile, load_profile, save_profile, verify_profile

THINGS = ("mills", "rivers", "bridges", "barges", "locks", "weirs", "ferries", "wharves")
BOILERPLATE = "Our museum shop sells prints of every picture on this site."


def content(thing: str) -> str:
    return "".join(
        f"<p>In chapter {n} the {thing} of the valley are counted, drawn and told of, with {thing} that nobody had seen before.</p>"
        for n in "abcd"
    )


def page(thing: str, *, container: str = "q-text", name: str = "Valley Notes") -> bytes:
    return (
        f"<html><head><title>All {thing} – {name}</title><meta property='og:site_name' content='{name}'>"
        "<link rel='stylesheet' href='/wp-content/themes/valley/style.css'></head><body class='single'>"
        f"<div class='q-wrap'><div class='q-top'><p>The notes of the valley appear each week and are read by many.</p></div><h1 class='q-title'>All {thing}</h1>"
        f"<time datetime='2024-03-0{THINGS.index(thing) + 1}T10:00:00+01:00' class='q-date'>March</time>"
        f"<div class='{container}'>{content(thing)}<p>{BOILERPLATE}</p></div>"
        f"<div class='q-after'><p>Write to the editors whenever you find something that is wrong in here.</p></div></div></body></html>"
    ).encode()


def pages(**options: str) -> list[tuple[str, bytes]]:
    return [(f"https://example.org/{thing}/", page(thing, **options)) for thing in THINGS]


def labels() -> dict[str, Label]:
    return {
        f"https://example.org/{thing}/": Label(
            content_html=content(thing) + f"<p>{BOILERPLATE}</p>", title=f"All {thing}", date=f"2024-03-0{n}T10:00:00"
        )
        for n, thing in enumerate(THINGS, 1)
    }


def body(profile: SiteProfile, thing: str) -> str:
    element = find_body(read_document(page(thing)), profile).element
    cut(element, profile)
    return text_of(element)


def test_labels_show_where_the_body_stands() -> None:
    profile = learn_profile(pages(), labels())
    assert profile.containers == [".q-text"]
    assert profile.titles[0] == ".q-title" and profile.dates[0] == ".q-date"
    assert profile.theme == "valley" and profile.site_name == "Valley Notes" and profile.title_suffix == " – Valley Notes"
    assert profile.learned_from.pages == 8 and profile.learned_from.labelled == 8
    assert profile.agreement is not None and profile.agreement > 0.98


def test_repetition_alone_teaches() -> None:
    profile = learn_profile(pages(), {})
    assert profile.containers == [".q-text"]
    text = body(profile, "locks")
    assert "In chapter a the locks" in text and "In chapter d the locks" in text
    assert BOILERPLATE not in text and "Write to the editors" not in text and "appear each week" not in text
    assert [block.sample for block in profile.furniture] == [BOILERPLATE]


def test_learning_is_deterministic_and_forgives_broken_pages() -> None:
    sample = [*pages(), ("https://example.org/broken/", b""), ("https://example.org/odd/", b"\x00\xff<p>x")]
    assert learn_profile(sample, labels()) == learn_profile(sample, labels())
    assert learn_profile([], {}) == SiteProfile()


def test_a_redesign_is_noticed() -> None:
    profile = learn_profile(pages(), {})
    assert verify_profile(profile, pages()) == 1
    assert verify_profile(profile, pages(container="new-text")) == 0


def test_two_templates_give_two_containers() -> None:
    mixed = pages()[:5] + pages(container="landing-text")[5:]
    assert sorted(learn_profile(mixed, {}).containers) == [".landing-text", ".q-text"]


def test_profile_is_kept_for_people_to_read(tmp_path: Path) -> None:
    profile = learn_profile(pages(), labels())
    path = tmp_path / "site.yaml"
    save_profile(profile, path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#") and "overrides.yaml" in text and BOILERPLATE in text
    assert load_profile(path) == profile
    assert [p.name for p in tmp_path.iterdir()] == ["site.yaml"]


def test_overrides_win(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    save_profile(learn_profile(pages(), {}), path)
    (tmp_path / "overrides.yaml").write_text(
        "containers: [.mine]\nfurniture_selectors: ['.q-promo > p']\nplaceholder_accounts: [editor]\n", encoding="utf-8"
    )
    profile = load_profile(path)
    assert (
        profile.containers == [".mine"] and profile.furniture_selectors == [".q-promo > p"] and profile.placeholder_accounts == ["editor"]
    )
    assert profile.theme == "valley"


@pytest.mark.parametrize(
    "wrong", ["containers: 5\n", "furniture_selectors: ['p:nth-child(']\n", "- a\n- b\n", "a: [\n", "containers: ['..x']\n"]
)
def test_wrong_overrides_are_named(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "site.yaml"
    save_profile(SiteProfile(), path)
    (tmp_path / "overrides.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"yaml"):
        load_profile(path)


def test_a_missing_profile_is_an_error_of_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load_profile(tmp_path / "site.yaml")


@pytest.mark.parametrize(
    "text", ["title: !!python/object/apply:os.mkdir ['PLACE']", "a: b: c", "x: *nobody", "[" * 1500, "x: " + "1" * 5000]
)
@pytest.mark.parametrize("name", ["site.yaml", "overrides.yaml"])
def test_files_that_are_no_profile_are_named_and_run_nothing(tmp_path: Path, name: str, text: str) -> None:
    save_profile(SiteProfile(), tmp_path / "site.yaml")
    (tmp_path / name).write_text(text.replace("PLACE", str(tmp_path / "made")), encoding="utf-8")
    with pytest.raises(ConfigError, match=name):
        load_profile(tmp_path / "site.yaml")
    assert not (tmp_path / "made").exists()
