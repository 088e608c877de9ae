"""How invented themes call their parts: what part → its class, one table a fashion."""

from __future__ import annotations

PARTS = (
    "content",
    "title",
    "meta",
    "date",
    "author",
    "categories",
    "tags",
    "picture",
    "share",
    "box",
    "related",
    "pager",
    "side",
    "comments",
)
MODULE_HASHES = (
    "x8Yq1",
    "Bq0aa",
    "zzK2p",
    "k1Qs4",
    "pO9ie",
    "Wkd8a",
    "Ee31d",
    "q0qoP",
    "u7Tgb",
    "i2Lm0",
    "J9sma",
    "aPz1x",
    "mna71",
    "Lq92k",
)

STYLES: dict[str, dict[str, str]] = {
    "core": dict(
        zip(
            PARTS,
            "entry-content,entry-title,entry-meta,entry-date published,author vcard,cat-links,tags-links,post-thumbnail,sharedaddy,author-box,"
            "related-posts,post-navigation,widget-area,comments-area".split(","),
            strict=True,
        )
    ),
    "block": {
        part: f"c-single__{word}"
        for part, word in zip(PARTS, "body heading info date writer topics labels visual send bio more nav aside talk".split(), strict=True)
    },
    "utility": dict(
        zip(
            PARTS,
            "prose lg:prose-xl mx-auto,text-4xl font-bold mb-4,flex items-center text-sm text-gray-500,mr-4,font-medium,uppercase tracking-wide text-xs,"
            "flex flex-wrap gap-2 mt-8,w-full rounded-lg,flex gap-2 my-4,flex p-6 bg-gray-50 mt-12,grid grid-cols-3 gap-6,flex justify-between,"
            "w-1/3 pl-8,mt-16".split(","),
            strict=True,
        )
    ),
    "module": {part: f"Article_{part}__{mark}" for part, mark in zip(PARTS, MODULE_HASHES, strict=True)},
    "joined": {part: f"post{part}" for part in PARTS},
    "none": {part: f"qf-{number}" for number, part in enumerate(PARTS)},
}
