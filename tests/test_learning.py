"""The scripts that learn the tables' numbers: same pages, same numbers; comments stay."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import calibration  # noqa: E402
import learn_cues  # noqa: E402
import truths  # noqa: E402


def ballot(number: int, right: str, said: dict[str, dict[str, str]]) -> truths.Ballot:
    return truths.Ballot(f"page-{number}", "title", said, frozenset({right}), 1.0)


@pytest.fixture
def ballots() -> list[truths.Ballot]:
    """The heading is right wherever the head contradicts it."""
    both = [ballot(n, "a", {"a": {"only h1": "heading", "og:title": "seo"}}) for n in range(20)]
    return both + [ballot(n, "a", {"a": {"only h1": "heading"}, "b": {"og:title": "seo"}}) for n in range(20, 30)]


def test_a_cue_that_is_contradicted_rightly_is_worth_less(ballots: list[truths.Ballot]) -> None:
    weights = learn_cues.fit("title", ballots, 0.5)
    assert weights["only h1"] > learn_cues.odds(0.9) > weights["og:title"]
    assert weights == learn_cues.fit("title", ballots, 0.5)
    assert learn_cues.judged(ballots, weights)[0] == 1.0


def test_cues_never_seen_keep_their_weight(ballots: list[truths.Ballot]) -> None:
    weights = learn_cues.fit("title", ballots, 0.5)
    untouched = next(c for c in learn_cues.cues("title") if c.name == "dc.title")
    assert learn_cues.share(weights["dc.title"]) == pytest.approx(untouched.weight)


def test_weights_are_written_in_place(tmp_path: Path) -> None:
    file = tmp_path / "cues.toml"
    file.write_text('# Kept.\n[[title]]\nname = "only h1"\nweight = 0.5\n\n[[people]]\nname = "only h1"\nweight = 0.5\n')
    learn_cues.write({"title": {"only h1": learn_cues.odds(0.75)}}, file)
    assert file.read_text() == '# Kept.\n[[title]]\nname = "only h1"\nweight = 0.750\n\n[[people]]\nname = "only h1"\nweight = 0.5\n'


def test_confidence_rises_with_chance() -> None:
    given = [calibration.Guess(f"p{n}", n / 200, n % 200 > 60 and n % 7 > 0, 1.0) for n in range(200)]
    points = calibration.isotonic(given)
    assert [right for _, right in points] == sorted(right for _, right in points)
    assert points[0] == (0.0, 0.0) and points[-1][0] == 1.0


def test_disputed_truths_name_a_page_a_field_and_a_reason() -> None:
    rows = [r.strip("| ").split(" | ") for r in (BENCHMARKS / "disputed.md").read_text().splitlines() if r.startswith("| ")][1:]
    assert len(rows) == len({(r[0], r[1]) for r in rows})
    assert all(len(r) == 3 and r[2] for r in rows)
