"""The page of an invented site's post, part by part."""

from __future__ import annotations

import html

from tests.invented.site import CATEGORIES, HOME, UPLOADS, InventedSite, Post, graph, quoted, slug_of

SHARING = (
    '<a href="https://www.facebook.com/sharer/sharer.php?u={0}">Facebook</a> <a href="https://twitter.com/intent/tweet?url={0}">Twitter</a> '
    '<a href="https://api.whatsapp.com/send?text={0}">WhatsApp</a>'
)
BIOGRAPHY = "writes about harbours and has done so for twenty years in several cities. A long biography that nobody reads follows here."


class Printer:
    """Prints the posts of a site as its theme does."""

    def __init__(self, site: InventedSite):
        self.site, self.options, self.words, self.classes = site, site.options, site.words, site.classes

    def page(self, post: Post) -> str:
        """A post's page, whole."""
        chosen = self.options
        meta, title, picture = self._meta(post), self._title(post), self._picture(post)
        opening = "".join({"above": [meta, title, picture], "below": [title, meta, picture], "after": [title, picture]}[chosen["meta"]])
        rest = self._content(post) + (meta if chosen["meta"] == "after" else "") + self._tags(post) + self._box(post)
        classes = f"{self.site.style}-single"
        if chosen["classes"]:
            terms = " ".join([f"category-{slug_of(post.category)}", *(f"tag-{t}" for t in post.tags)])
            shown = " has-post-thumbnail" if chosen["picture"] != "none" else ""
            classes = f"post-{100 + post.number} post type-post status-publish hentry {terms}{shown}"
        hero = f'<div class="hero-x"><div>{opening}</div></div>' if chosen["hero"] else ""
        article = f'{hero}<{chosen["article"]} class="{classes}">{"" if hero else opening}{rest}</{chosen["article"]}>'
        related = "" if chosen["related"] == "inside" else self._related(post)
        article += self._pager(post) + related + self._newsletter("end") + self._comments(post)
        for number in range(chosen["wrapped"]):
            article = f'<div class="w{number}">{article}</div>'
        return self._shell(post, self._trail(post) + f'<{chosen["main"]} class="site-m">{article}</{chosen["main"]}>')

    def _title(self, post: Post) -> str:
        return f'<{self.options["rank"]} class="{self.classes["title"]}">{quoted(post.title)}</{self.options["rank"]}>'

    def _meta(self, post: Post) -> str:
        link = f'<a href="{HOME}/author/{slug_of(post.author)}/">{quoted(post.author)}</a>'
        by = self.words["by"]
        author = {"link": link, "by link": f"{by} {link}", "by": f"{by} {quoted(post.author)}", "none": ""}[self.options["author"]]
        announced = f"{self.words['posted']} " if self.options["day"] == "announced" else ""
        portrait = (
            f'<img src="{UPLOADS}/people/{slug_of(post.author)}.jpg" width="48" height="48" alt="">'
            if self.options["portrait"] and author
            else ""
        )
        parts = [portrait, f'<span class="{self.classes["date"]}">{announced}{self.site.printed(post.day)}</span>']
        if author:
            parts.append(f' <span class="{self.classes["author"]}">{author}</span>')
        if self.options["categories"] in ("rel", "plain"):
            rel = ' rel="category tag"' if self.options["categories"] == "rel" else ""
            link = f'<a href="{HOME}/category/{slug_of(post.category)}/"{rel}>{post.category}</a>'
            parts.append(f' <span class="{self.classes["categories"]}">{link}</span>')
        if self.options["minutes"]:
            parts.append(f"<span>{4 + post.number % 5} {self.words['minutes']}</span>")
        if self.options["counts"]:
            parts.append(f' <a href="#comments">2 {self.words["comments"]}</a> <span>1.234</span>')
        return f'<div class="{self.classes["meta"]}">{"".join(parts)}</div>'

    def _picture(self, post: Post) -> str:
        return {
            "core": f'<div class="{self.classes["picture"]}"><img class="attachment-large wp-post-image" src="{post.picture}" alt=""></div>',
            "plain": f'<img class="{self.classes["picture"]}" src="{post.picture}" alt="">',
            "figure": f'<figure class="{self.classes["picture"]}"><img src="{post.picture}" alt=""></figure>',
            "none": "",
        }[self.options["picture"]]

    def _content(self, post: Post) -> str:
        share = f'<div class="{self.classes["share"]}"><span>{self.words["share"]}</span> {SHARING.format(post.url)}</div>'
        parts = [self._block(kind, said, post) for kind, said in post.body]
        if post.notes:
            mark = "[{}]" if self.options["notes"] == "brackets" else "<sup>{}</sup>"
            for number, place in ((1, 0), (2, len(parts) - 1)):
                parts[place] = _marked(parts[place], mark.format(number))
            parts += [f"<p>{mark.format(number)} {quoted(note)}</p>" for number, note in enumerate(post.notes, 1)]
        if self.options["byline"]:
            parts.insert(0, f"<p><strong>{self.words['by']} {quoted(post.author)}</strong></p>")
        parts.insert(2, self._newsletter("middle"))
        place = self.options["share"]
        whole = [share if place == "before" else "", *parts, share if place == "after" else ""]
        return f'<div class="{self.classes["content"]}">{"".join(whole)}{self._related(post) if self.options["related"] == "inside" else ""}</div>'

    def _block(self, kind: str, said: str | list[str], post: Post) -> str:
        if isinstance(said, list):
            return f"<ul>{''.join(f'<li>{quoted(s)}</li>' for s in said)}</ul>"
        if kind == "p":
            return {"plain": "<p>{}</p>", "boxed": '<div class="blk"><p>{}</p></div>', "div": "<div>{}</div>"}[
                self.options["paragraphs"]
            ].format(quoted(said))
        if kind == "figure":
            image = f'<img src="{UPLOADS}/2024/{post.number}.jpg" alt="">'
            return f'<figure class="wp-block-image">{image}<figcaption>{quoted(said)}</figcaption></figure>'
        return f"<blockquote><p>{quoted(said)}</p></blockquote>" if kind == "blockquote" else f"<h2>{quoted(said)}</h2>"

    def _tags(self, post: Post) -> str:
        if self.options["tags"] == "none":
            return ""
        rel = ' rel="tag"' if self.options["tags"] == "rel" else ""
        return f'<div class="{self.classes["tags"]}">{self.words["tags"]}: {", ".join(f"<a href={HOME}/tag/{t}/{rel}>{t}</a>" for t in post.tags)}</div>'

    def _box(self, post: Post) -> str:
        if self.options["box"] == "none" or self.options["author"] == "none":
            return ""
        about = f'<h4>{self.words["author"]}</h4><img src="{HOME}/avatar.jpg" alt=""><p>{quoted(post.author)} {BIOGRAPHY}</p>'
        return f'<div class="{self.classes["box"]}">{about}</div>'

    def _related(self, post: Post) -> str:
        if not post.related:
            return ""
        heading = f"<h3>{self.words['related'][self.site.seed % 4]}</h3>"
        if self.options["related"] in ("list", "inside"):
            items = "".join(f'<li><a href="{p.url}">{quoted(p.title)}</a></li>' for p in post.related)
            return f'<div class="{self.classes["related"]}">{heading}<ul>{items}</ul></div>'
        cards = "".join(map(self._card, post.related))
        return f'<div class="{self.classes["related"]}">{heading}{f"<ul>{cards}</ul>" if self.options["card"] == "li" else cards}</div>'

    def _card(self, post: Post) -> str:
        image = f'<a href="{post.url}"><img src="{post.picture.replace(".jpg", "-300x200.jpg")}" alt=""></a>'
        day = f"<span>{self.site.printed(post.day, 'long')}</span>" if self.options["related"] == "dated cards" else ""
        tag, name = self.options["card"], "card" if self.site.style != "none" else "qf-20"
        return f'<{tag} class="{name}">{image}<h3><a href="{post.url}">{quoted(post.title)}</a></h3>{day}</{tag}>'

    def _pager(self, post: Post) -> str:
        if not self.options["pager"]:
            return ""
        others = [p for p in self.site.posts if p is not post]
        near = (("prev", self.words["previous"], others[post.number % 13]), ("next", self.words["next"], others[(post.number + 1) % 13]))
        links = "".join(f'<a href="{p.url}" rel="{rel}"><span>{word}</span> {quoted(p.title)}</a>' for rel, word, p in near)
        return f'<nav class="{self.classes["pager"]}">{links}</nav>'

    def _newsletter(self, place: str) -> str:
        if self.options["newsletter"] != place:
            return ""
        name, form = (
            "newsletter-box" if self.site.style != "none" else "qf-nl",
            '<form action="/s"><input type="email"><button>OK</button></form>',
        )
        return f'<div class="{name}"><p>{self.words["newsletter"]}</p>{form}</div>'

    def _comments(self, post: Post) -> str:
        if not post.comments:
            return ""
        items = "".join(self._comment(post, number, text) for number, text in enumerate(post.comments))
        reply = f'<h3 id="reply-title" class="comment-reply-title">{self.words["reply"]}</h3>'
        form = f'<form action="{HOME}/wp-comments-post.php" method="post" id="commentform"><textarea name="comment"></textarea></form>'
        respond = f'<div id="respond" class="comment-respond">{reply}{form}</div>'
        heading = f"<h3>2 {self.words['comments']}</h3>"
        return f'<div id="comments" class="{self.classes["comments"]}">{heading}<ol class="comment-list">{items}</ol>{respond}</div>'

    def _comment(self, post: Post, number: int, text: str) -> str:
        key, day = 1000 + 10 * post.number + number, self.site.printed(post.day, "long")
        link, who = f"{post.url}#comment-{key}", ("Reader One", "Reader Two")[number]
        if self.options["comments"] == "core":
            author = f'<div class="comment-author vcard"><cite class="fn">{who}</cite> <span class="says">says:</span></div>'
            meta = f'<div class="comment-meta commentmetadata"><a href="{link}">{day} 10:0{number}</a></div>'
            inner = f'<div id="div-comment-{key}" class="comment-body">{author}{meta}<p>{text}</p></div>'
        else:
            author = f'<div class="comment-author vcard"><b class="fn">{who}</b> <span class="says">says:</span></div>'
            meta = f'<div class="comment-metadata"><a href="{link}"><time datetime="{post.day.isoformat()}+00:00">{day}</time></a></div>'
            head = f'<footer class="comment-meta">{author}{meta}</footer>'
            inner = f'<article id="div-comment-{key}" class="comment-body">{head}<div class="comment-content"><p>{text}</p></div></article>'
        return f'<li id="comment-{key}" class="comment even thread-even depth-1">{inner}</li>'

    def _trail(self, post: Post) -> str:
        if not self.options["trail"] and self.options["categories"] != "trail":
            return ""
        category = f'<a href="{HOME}/category/{slug_of(post.category)}/">{post.category}</a>'
        return f'<div class="breadcrumbs"><a href="{HOME}/">{self.words["home"]}</a> / {category} / <span>{quoted(post.title)}</span></div>'

    def _head(self, post: Post) -> str:
        head = f'<title>{quoted(post.title)} - Random Herald</title><link rel="canonical" href="{post.url}">'
        if self.options["head"] == "full":
            said = (("og:title", post.title), ("og:type", "article"), ("og:site_name", "Random Herald"))
            day = ("article:published_time", f"{post.day.isoformat()}+00:00")
            head += "".join(f'<meta property="{name}" content="{html.escape(value)}">' for name, value in (*said, day))
        return head + (graph(post) if self.options["head"] == "graph" else "")

    def _shell(self, post: Post, main: str) -> str:
        logo = f'<a class="logo" href="{HOME}/">Random Herald</a>'
        logo = f'<h1 class="logo"><a href="{HOME}/">Random Herald</a></h1>' if self.options["rank"] == "h2" else logo
        menu = "".join(f'<li><a href="{HOME}/category/{slug_of(c)}/">{c}</a></li>' for c in CATEGORIES)
        body = f' class="single single-post postid-{100 + post.number}"' if self.options["classes"] else ""
        footer = f"<footer><p>© 2024 Random Herald.</p><p>{self.words['sentences'][0]} {self.words['newsletter']}</p></footer>"
        return (
            f'<!DOCTYPE html><html lang="{self.site.language}"><head><meta charset="utf-8">{self._head(post)}</head><body{body}>'
            f'<header>{logo}<nav><ul>{menu}</ul></nav></header><div class="page">{main}{self._side()}</div>{footer}</body></html>'
        )

    def _side(self) -> str:
        if self.options["side"] == "none":
            return ""
        recent = "".join(
            f'<li><a href="{p.url}">{quoted(p.title)}</a> <span>{self.site.printed(p.day, "long")}</span></li>'
            for p in self.site.posts[-4:]
        )
        text = f'<div class="widget"><p>{" ".join(self.words["sentences"] * 2)}</p></div>' if self.options["side"] == "long" else ""
        return f'<aside class="{self.classes["side"]}"><div class="widget"><h3>{self.words["recent"]}</h3><ul>{recent}</ul></div>{text}</aside>'


def _marked(block: str, mark: str) -> str:
    stop = next((c for c in ".。" if c in block), ".")
    return block.replace(stop, f"{stop}{mark}", 1)
