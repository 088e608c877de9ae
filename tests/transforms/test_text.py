"""Plain texts of bodies: what parts words."""

from __future__ import annotations

from presslift.transforms.text import plain
from presslift.transforms.tree import parse


def test_a_picture_parts_two_words() -> None:
    html = "<p>December 2024<img src='/a.png'>If you ask</p><p><img src='/b.png'>First</p>"
    assert plain(parse(html)) == "December 2024 If you ask\n\nFirst"
