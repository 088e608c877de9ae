"""A source made up for tests: articles that use every field, as many as asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from presslift.hashing import content_hash
from presslift.records import (
    Account,
    Article,
    Change,
    Comment,
    CommentAuthor,
    Contributor,
    Excluded,
    Extraction,
    Failure,
    Footnote,
    Link,
    Media,
    Person,
    Redirect,
    Ref,
    RelatedLink,
    Removed,
    Seo,
    SiteFacts,
    Term,
    Translation,
)

SITE = "https://revista.example"
NEWS = Term(taxonomy="category", name="Noticias", slug="noticias", url=f"{SITE}/category/noticias/", wp_id=3)
SPORT = Term(taxonomy="category", name="Deporte", slug="deporte", url=f"{SITE}/category/noticias/deporte/", wp_id=4, parent="Noticias")
TAG = Term(taxonomy="post_tag", name="=1+1", slug="-raro", wp_id=9)


def article(number: int, **values: Any) -> Article:
    """Article ``number``; it links to the one before, and to one that is not in any export."""
    before = f"{number - 1:016x}" if number > 1 else None
    link = f'<a href="{SITE}/entrada-{number - 1}/">la anterior</a>'
    body = (
        f'<p>Texto {number} con ñ y {link}.<sup id="fnref-1"><a href="#fn-1">1</a></sup></p>'
        '<p><a href="https://example.org/">fuera</a> y <a href="https://example.org/">otra vez</a></p>'
    )
    notes = '<section class="footnotes"><ol><li id="fn-1">Véase <a href="https://note.example/">allí</a>. <a href="#fnref-1">↩</a></li></ol></section>'
    made = Article(
        id=f"{number:016x}",
        wp_id=100 + number,
        type="post",
        url=f"{SITE}/entrada-{number}/",
        slug=f"entrada-{number}",
        title=f"Título {number}: «¿qué?»",
        excerpt="Resumen",
        excerpt_source="manual",
        body_html=body,
        body_markdown=f"Texto {number} con ñ y [la anterior]({SITE}/entrada-{number - 1}/).[^1]\n\n[fuera](https://example.org/) y [otra vez](https://example.org/)",
        body_text=f"Texto {number} con ñ y la anterior. [1]\n\nfuera y otra vez",
        word_count=10,
        content_html=body + notes,
        language="es-ES",
        byline="Por: Dra. Ana Ruiz",
        authors=[Person(name="Dra. Ana Ruiz", slug="ana-ruiz"), Person(name="Luis")],
        contributors=[Contributor(name="Eva Gómez", role="translator")],
        wp_author=Account(wp_id=1, name="admin", slug="admin"),
        published=f"2024-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}+01:00",
        published_utc="2024-01-01T10:00:00Z",
        published_date="2024-01-01",
        published_precision="second",
        terms=[NEWS, SPORT, TAG],
        categories=[NEWS, SPORT],
        tags=[TAG],
        footnotes=[
            Footnote(
                index=1,
                marker="[1]",
                html='Véase <a href="https://note.example/">allí</a>.',
                text="Véase allí.",
                style="linked",
                refs=[Ref(place="body", anchor="fnref-1")],
            )
        ],
        related=[
            RelatedLink(
                position=1,
                place="box",
                title="Otra",
                url=f"{SITE}/entrada-{number - 1}/",
                date="2023-05-06",
                article_id=before,
                source="theme",
            ),
            RelatedLink(position=2, place="inline", url=f"{SITE}/perdida/", article_id="ffffffffffffffff"),
        ],
        translations=[Translation(language="en", url=f"{SITE}/en/post-{number}/", article_id="ffffffffffffffff")],
        links=[
            Link(position=1, url=f"{SITE}/entrada-{number - 1}/", text="la anterior", kind="internal", article_id=before),
            Link(position=2, url="https://example.org/", text="fuera", kind="external"),
            Link(position=3, url="https://example.org/", text="otra vez", kind="external"),
        ],
        media=[
            Media(position=1, url=f"{SITE}/uploads/foto.jpg", role="inline", kind="image", alt="@foto", width=800 if number > 1 else None),
            Media(position=2, url=f"{SITE}/uploads/foto-{number}.jpg", role="gallery", kind="image"),
        ],
        comments=[Comment(id=7, author=CommentAuthor(name="Pepe"), date="2024-01-02", text="-1 de acuerdo", is_post_author=False)],
        comment_count=1,
        seo=Seo(title="SEO", description=None),
        extraction=Extraction(confidence={"title": 0.9, "subtitle": 0.1, "body": 0.5}, warnings=["x"]),
        first_seen="2024-02-01T00:00:00Z",
    )
    made = replace(made, **values)
    return replace(made, content_hash=content_hash(made))


class Made:
    """A ``Source`` with ``count`` articles; its lists may be changed."""

    def __init__(self, count: int = 3, **values: Any):
        self.count, self.values = count, values
        self.facts = SiteFacts(
            url=f"{SITE}/", name="Revista", language="es-ES", counts={"post": count}, source={"name": "rest", "rest_root": "link"}
        )
        self.event_list: list[Change] = []
        self.failed = [
            Failure(
                url=f"{SITE}/rota/",
                kind="page",
                reason="http_status",
                status=500,
                first_at="2024-02-01T00:00:00Z",
                last_at="2024-02-01T00:00:00Z",
            )
        ]
        self.gone = [Removed(id="eeeeeeeeeeeeeeee", url=f"{SITE}/ida/", removed_at="2024-02-01T00:00:00Z", proof="HTTP 410")]
        self.left_out = [Excluded(url=f"{SITE}/tag/x/", type="archive", reason="an archive, no article", rule="archive")]
        self.redirect_list = [Redirect(from_=f"{SITE}/?p=101", to=f"{SITE}/entrada-1/", kind="shortlink", article_id=f"{1:016x}")]

    def articles(self) -> Iterator[Article]:
        """``count`` articles, made as they are asked for."""
        return (article(number, **self.values) for number in range(1, self.count + 1))

    def site(self) -> SiteFacts:
        """The site."""
        return self.facts

    def terms(self) -> list[Term]:
        """One that no article has."""
        return [Term(taxonomy="category", name="Vacía", slug="vacia")]

    def accounts(self) -> list[dict[str, Any]]:
        """Two accounts, one of them an author."""
        return [
            {"slug": "admin", "name": "admin", "url": None, "bio": None},
            {"slug": "ana-ruiz", "name": "Ana Ruiz", "url": f"{SITE}/author/ana-ruiz/", "bio": "Politóloga"},
        ]

    def changes(self) -> list[Change]:
        """Events."""
        return self.event_list

    def failures(self) -> list[Failure]:
        """One page."""
        return self.failed

    def removed(self) -> list[Removed]:
        """One tombstone."""
        return self.gone

    def excluded(self) -> list[Excluded]:
        """One archive."""
        return self.left_out

    def redirects(self) -> list[Redirect]:
        """One shortlink."""
        return self.redirect_list
