"""Names cleaned, told from what is none, and chosen from."""

from __future__ import annotations

import pytest

from presslift.records import Account, Person
from presslift.scraper.parse.bylines import read_byline
from presslift.scraper.parse.people import choose_authors, clean_name, is_placeholder, looks_like_name, name_slug, split_names, title_slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Martín Echeverría", "martin-echeverria"),
        ("Dr. R. Evan Ellis", "dr-r-evan-ellis"),
        ("Jürgen Weiß", "jurgen-weiss"),
        ("Miriam O’Connell", "miriam-oconnell"),
        ("Ирина Соколова", "ирина-соколова"),
        ("Łukasz Żak", "lukasz-zak"),
        ("山田 太郎", "山田-太郎"),
    ],
)
def test_slug_made_from_a_name(name: str, slug: str) -> None:
    assert name_slug(name) == slug


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("By Ana Ruiz", "Ana Ruiz"),
        ("Escrito por: Ana Ruiz", "Ana Ruiz"),
        ("View all posts by Ana Ruiz →", "Ana Ruiz"),
        ("Zeige alle Beiträge von Ana Ruiz", "Ana Ruiz"),
        ("Ana Ruiz[1]", "Ana Ruiz"),
        ("Ana Ruiz*", "Ana Ruiz"),
        ("Ana Ruiz (@anaruiz)", "Ana Ruiz"),
        ("By", None),
        ("https://facebook.com/ana", None),
        ("ana@example.org", None),
        ("x" * 9000 + "(", None),
    ],
)
def test_cleaned_names(text: str, name: str | None) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    "name", ["admin", "Administrator", "Redacción", "la rédaction", "Staff", "Webmaster", "редакция", "", None, "example.com", "Our Site"]
)
def test_placeholders(name: str | None) -> None:
    assert is_placeholder(name, site_name="Our site")


def test_a_person_is_no_placeholder() -> None:
    assert not is_placeholder("Ana Ruiz", site_name="Our site", host="www.example.com")
    assert is_placeholder("Example", host="www.example.com")
    assert is_placeholder("mesa", ["Mesa"])


@pytest.mark.parametrize(
    "text",
    [
        "Ana Ruiz",
        "Dr. R. Evan Ellis",
        "Juan de la Cruz",
        "Ludwig van Beethoven",
        "Samuel Okafor Jr.",
        "Conceição d'Ávila",
        "محمد علي",
        "山田太郎",
    ],
)
def test_shape_of_a_name(text: str) -> None:
    assert looks_like_name(text)


@pytest.mark.parametrize(
    "text", ["eso se fue", "Hamburg nach Berlin", "the numbers", "Read this: now", "A B C D E F G H I", "Room 101", "What now?"]
)
def test_shape_of_no_name(text: str) -> None:
    assert not looks_like_name(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Jane Doe, John Roe and Mary Major", ["Jane Doe", "John Roe", "Mary Major"]),
        ("Ana Ruiz y Luis Pérez", ["Ana Ruiz", "Luis Pérez"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Jane Doe, Staff Writer", ["Jane Doe"]),
        ("Anna Schmidt und Karl Weiß", ["Anna Schmidt", "Karl Weiß"]),
    ],
)
def test_several_names(text: str, names: list[str]) -> None:
    assert split_names(text) == names


BYLINES = [
    ("By: Dr. R. Evan Ellis[1]", ["Dr. R. Evan Ellis"], []),
    ("Por Martín Echeverría", ["Martín Echeverría"], []),
    ("Texto: Ana Ruiz. Fotos: Luis Pérez", ["Ana Ruiz"], [("Luis Pérez", "photographer")]),
    ("Por Ana Ruiz | Traducción de Peter Brown", ["Ana Ruiz"], [("Peter Brown", "translator")]),
    ("Von Anna Schmidt", ["Anna Schmidt"], []),
    ("Par Camille Roussel", ["Camille Roussel"], []),
    ("Di Mario Rossi", ["Mario Rossi"], []),
    ("Door Jan de Vries", ["Jan de Vries"], []),
    ("Автор: Ирина Соколова", ["Ирина Соколова"], []),
    ("بقلم: محمد علي", ["محمد علي"], []),
    ("文：山田太郎", ["山田太郎"], []),
    ("A cura di Luca Bianchi", ["Luca Bianchi"], []),
    ("By Jane Doe | March 3, 2024", ["Jane Doe"], []),
    ("By Jane Doe, Staff Writer", ["Jane Doe"], []),
    ("Translated by John Smith", [], [("John Smith", "translator")]),
    ("Перевод: Павел Ершов", [], [("Павел Ершов", "translator")]),
]


@pytest.mark.parametrize(("text", "authors", "contributors"), BYLINES)
def test_bylines(text: str, authors: list[str], contributors: list[tuple[str, str]]) -> None:
    byline = read_byline(text)
    assert byline is not None
    assert byline.authors == authors
    assert [(c.name, c.role) for c in byline.contributors] == contributors


@pytest.mark.parametrize(
    "text",
    [
        "Por eso se fue a casa.",
        "By design.",
        "By the Numbers",
        "By Jane Doe is a book about things",
        "Por otro lado, Ana Ruiz",
        "Von Hamburg nach Berlin",
        "Par exemple",
        "Por Navidad",
        "Di solito",
        "Text: this is what he wrote to her",
        "Por " + "A" * 400,
    ],
)
def test_sentences_are_no_bylines(text: str) -> None:
    assert read_byline(text) is None


def test_single_names_need_more_than_a_preposition() -> None:
    assert read_byline("By Colette") is None
    assert read_byline("By Colette", {"colette"}) is not None
    assert read_byline("By: Colette") is not None


def test_authors_are_the_bylines() -> None:
    account = Account(name="admin", slug="admin")
    assert choose_authors(["Dr. Ana Ruiz"], [Person(name="Bo Li")], account) == [Person(name="Dr. Ana Ruiz", slug="dr-ana-ruiz")]


def test_known_slug_and_address_are_kept() -> None:
    account = Account(name="Ana Ruiz", slug="aruiz", url="https://example.org/author/aruiz/")
    assert choose_authors(["Ana Ruiz"], [], account) == [Person(name="Ana Ruiz", slug="aruiz", url="https://example.org/author/aruiz/")]


def test_guest_authors_outrank_the_account() -> None:
    people = [Person(name="Ana Ruiz", slug="cap-ana"), Person(name="Bo Li")]
    chosen = choose_authors([], people, Account(name="Editor Account"))
    assert [(p.name, p.slug) for p in chosen] == [("Ana Ruiz", "cap-ana"), ("Bo Li", "bo-li")]


@pytest.mark.parametrize("name", ["admin", "Redacción", "My Magazine", "desk"])
def test_placeholder_account_is_no_author(name: str) -> None:
    assert choose_authors([], [], Account(name=name), ["desk"], "My Magazine") == []


def test_account_is_the_author_when_nobody_else_is() -> None:
    assert [p.name for p in choose_authors([], [], Account(name="Ana Ruiz", slug="ana"))] == ["Ana Ruiz"]


@pytest.mark.parametrize(
    ("title", "language", "slug"),
    [
        ("FTP/HTTP: a, b (c) “d”, l'apt v1.2 – x & y_z", "en", "ftp-http-a-b-c-d-lapt-v1-2-x-y_z"),
        ("Größe & Länge", "de-DE", "groesse-laenge"),
        ("Größe & Länge", "es", "grosse-lange"),
        ("監督、防止、検出、監査", "ja", "監督、防止、検出、監査"),
        ("コンピュータ内部の仕組み、さまざまな層の関係性", "ja", "コンピュータ内部の仕組み、さまざまな層の関係"),
        ("Что такое Debian?", "ru", "что-такое-debian"),
    ],
)
def test_slug_made_from_a_title(title: str, language: str, slug: str) -> None:
    assert title_slug(title, language) == slug


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("文：高橋 美咲、山田太郎", ["高橋 美咲", "山田太郎"]),
        ("著者：佐藤花子と鈴木一郎", ["佐藤花子", "鈴木一郎"]),
        ("文／张伟博士、王小明", ["张伟博士", "王小明"]),
        ("文/王小明", ["王小明"]),
        ("撰文：王小明和李芳", ["王小明", "李芳"]),
        ("بقلم: د. كريم ناصر وليلى حداد", ["د. كريم ناصر", "ليلى حداد"]),
        ("Text: Núria Puig i Ferrer i Dra. Mercè Soler", ["Núria Puig i Ferrer", "Dra. Mercè Soler"]),
        ("Per Pere d'Olot i Núria Puig i Ferrer", ["Pere d'Olot", "Núria Puig i Ferrer"]),
        ("Por Ana Ruiz y Leo Paz", ["Ana Ruiz", "Leo Paz"]),
        ("Autor: Jana Nováková a Mgr. Eliška Černá", ["Jana Nováková", "Mgr. Eliška Černá"]),
        ("بقلم: محمد وليد حسن", ["محمد وليد حسن"]),
        ("بقلم: كريم ناصر وليد حداد", ["كريم ناصر وليد حداد"]),
    ],
)
def test_bylines_of_several_languages(line: str, names: list[str]) -> None:
    byline = read_byline(line)
    assert byline is not None
    assert byline.authors == names
