"""Where each record says that it came from: every answer that told something of it, in the archive, to be read again."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from presslift.config import Settings
from presslift.pipeline import Options, migrate, sync
from tests.faulty import DOORS, FaultySite, forget_listing, lines, quick


def kept(out: Path, capture: dict[str, object]) -> str:
    """What the archive holds where a capture says."""
    with (out / "archive" / Path(str(capture["warc"])).name).open("rb") as file:
        file.seek(int(str(capture["offset"])))
        record = next(iter(ArchiveIterator(file)))
        return record.content_stream().read().decode("utf-8", "replace")


@pytest.mark.parametrize("doors", DOORS)
def test_every_source_of_a_record_is_named_and_kept(tmp_path: Path, doors: str) -> None:
    out = tmp_path / "OUT"
    with FaultySite(**DOORS[doors]) as site:
        migrate(site.url, out, config=quick())
    commented = [a for a in lines(out, "articles") if a["comments"]]
    assert commented
    for article in commented:
        kinds = {c["kind"] for c in article["captures"]}
        assert kinds >= {"open": {"rest", "comments"}, "no_rest": {"page", "feed"}, "pages_alone": {"page"}}[doors]
        texts = [kept(out, c) for c in article["captures"] if c["kind"] == "comments" or doors != "open"]
        for comment in article["comments"]:
            assert any(str(comment["id"]) in text for text in texts)
    for article in lines(out, "articles"):
        assert ("comments" in {c["kind"] for c in article["captures"]}) <= bool(article["comments"])
        assert len({(c["kind"], c["url"]) for c in article["captures"]}) == len(article["captures"])


def test_a_comment_read_again_is_no_change_and_its_answer_not_named_anew(tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    with FaultySite() as site:
        migrate(site.url, out, config=Settings())
        before = {a["id"]: a["captures"] for a in lines(out, "articles")}
        asked = len(site.requests)
        forget_listing(out)
        sync(out, config=Settings(), options=Options())
        assert any("comments" in urlsplit(target).path for target in site.requests[asked:])
    assert {a["id"]: a["captures"] for a in lines(out, "articles")} == before
    assert lines(out, "changes") == []
