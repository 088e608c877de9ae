"""What the pages of one archive show of its members' pictures: every page adds its own, and a page that is none takes none away."""

from __future__ import annotations

from presslift.pipeline.memberships import merged


def test_pictures_of_all_pages_stay() -> None:
    first = merged({}, {"page": 1, "members": ["/a/"], "pictures": {"/a/": "/a.jpg"}}, 1)
    second = merged(first, {"page": 2, "members": ["/b/"], "pictures": {"/b/": "/b.jpg"}}, 1)
    ended = merged(second, {"page": 3, "members": [], "pictures": {}, "last": True}, 1)
    assert ended["pictures"] == {"/a/": "/a.jpg", "/b/": "/b.jpg"}
    assert ended["members"] == ["/a/", "/b/"] and ended["last"] == 3
