"""What comes out of a hostile site, shown in a real browser: nothing of it runs."""

from __future__ import annotations

import html
import re
import subprocess
from pathlib import Path

from markdown_it import MarkdownIt

from presslift.pipeline import migrate
from tests.conftest import require
from tests.faulty import NO_REST, FaultySite, holds, lines, quick
from tests.transforms.test_clean_html import PAYLOADS

MORE = [
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    "<IMG SRC=`x` onerror='alert(1)'>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<iframe src='javascript:parent.alert(1)'></iframe>",
    "<object data='data:text/html;base64,PHNjcmlwdD5wYXJlbnQuYWxlcnQoMSk8L3NjcmlwdD4='></object>",
    "<embed src='javascript:alert(1)'>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)></select>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<style>@keyframes x{}</style><p style='animation-name:x' onanimationstart='alert(1)'>x</p>",
    "<p style=\"background:url('javascript:alert(1)')\">x</p>",
    "<a href='javascript:alert(1)'>click</a>",
    "<a href='JaVaScRiPt&colon;alert(1)'>click</a>",
    "<a href='java&#x0A;script:alert(1)'>click</a>",
    "<a href='&#1;javascript:alert(1)'>click</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>click</a>",
    "<a href=\"vbscript:alert(1)\">click</a>",
    "<form action='javascript:alert(1)'><button>go</button></form>",
    "<button formaction='javascript:alert(1)'>go</button>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:alert(1)//'><a href='x'>click</a>",
    "<template><script>alert(1)</script></template>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><img src=x onerror=alert(1)>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><img src=x onerror=alert(1)>--!>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "[x](javascript:alert(1)) <javascript:alert(1)> ![x](javascript:alert(1))",
    "`<img src=x onerror=alert(1)>`",
    "[x]: javascript:alert(1)\n\n[x]",
    "<pre><code>&lt;/code&gt;&lt;img src=x onerror=alert(1)&gt;</code></pre>",
    "<pre>```\n&lt;img src=x onerror=alert(1)&gt;\n```</pre>",
    "<table><caption><img src=x onerror=alert(1)></caption><tr><td onclick=alert(1)>x</td></tr></table>",
    "<figure><img src='/wp-content/uploads/x.png' alt='\"&gt;&lt;img src=x onerror=alert(1)&gt;'><figcaption>\"&gt;&lt;img src=x onerror=alert(1)&gt;</figcaption></figure>",
    "<a href='https://x.example/' title='\" onmouseover=alert(1) x=\"'>x</a>",
    "[gallery ids='1\" onerror=alert(1) x=\"']",
    "<img src='/a.png' srcset='javascript:alert(1) 1x, x\" onerror=\"alert(1) 2x'>",
    "<svg><use href='data:image/svg+xml,&lt;svg id=x xmlns=http://www.w3.org/2000/svg&gt;&lt;image href=1 onerror=alert(1) /&gt;&lt;/svg&gt;#x'></svg>",
    "<link rel=stylesheet href='javascript:alert(1)'><link rel=import href='data:text/html,<script>alert(1)</script>'>",
    "\u2028<scr\u0000ipt>alert(1)</scr\u0000ipt>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x on\u0000error=alert(1)>",
    "<p id='fnref-1'><sup><a href='#fn-1\" onclick=alert(1)'>1</a></sup></p>",
]  # fmt: skip

COUNTER = """<!DOCTYPE html><meta charset="utf-8"><title>quiet</title><script>
window.calls = 0;
window.ran = window.alert = window.confirm = window.prompt = window.print = () => { window.calls += 1; };
// Nothing leads away; addresses that would run are found by their names.
for (const kind of ["click", "submit"]) window.addEventListener(kind, event => event.preventDefault(), true);
window.addEventListener("load", () => {
  const bad = /^(javascript|vbscript|data):/i;
  const trim = text => (text || "").replace(/[\\u0000-\\u0020]/g, "");
  const found = [];
  for (const element of document.querySelectorAll("main *")) {
    for (const { name, value } of element.attributes) {
      const picture = element.tagName === "IMG" && /^data:image\\/(png|jpe?g|gif|webp|avif);/i.test(trim(value));
      if (/^on/i.test(name) || (bad.test(trim(value)) && !picture)) found.push(element.tagName + " " + name);
    }
    if (/^(SCRIPT|OBJECT|EMBED|BASE|META|LINK|FORM|STYLE)$/i.test(element.tagName)) found.push(element.tagName);
    for (const kind of ["click", "mouseover", "focus", "toggle", "error", "load", "animationstart"]) {
      element.dispatchEvent(new Event(kind, { bubbles: true, cancelable: true }));
    }
  }
  setTimeout(() => { document.title = "ran " + window.calls + " found " + found.join(", "); }, 200);
});
</script><main>"""


def shown(path: Path, pieces: list[str]) -> tuple[int, str]:
    """How often something ran in a page of these pieces of HTML, and what of it might."""
    path.write_text(COUNTER + "\n".join(f"<section>{piece}</section>" for piece in pieces) + "</main>", encoding="utf-8", errors="replace")
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={path.parent / 'browser'}"]
    done = subprocess.run(
        [*command, "--virtual-time-budget=3000", "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    titles = [re.match(r"ran (\d+) found (.*)", html.unescape(title)) for title in re.findall(r"<title>(.*?)</title>", done.stdout)]
    (title,) = [title for title in titles if title]
    return int(title[1]), title[2]


def test_nothing_of_a_hostile_site_runs_in_a_browser(tmp_path: Path) -> None:
    require("chromium")
    payloads = [*PAYLOADS, *MORE]
    # The test's own eyes: as the site has them, they do run.
    ran, found = shown(
        tmp_path / "raw.html",
        [p for p in MORE if p.startswith(("<img src=x onerror", "<svg/", "<audio", "<details", "<a href='javascript"))],
    )
    assert ran >= 4 and "A href" in found and "SVG onload" in found.replace("svg", "SVG")
    text = "<p>Un párrafo con palabras suficientes para ser leído como un texto, y otro más que lo sigue.</p>"
    pieces: list[str] = []
    for doors in ({}, NO_REST):
        out = tmp_path / ("shut" if doors else "open")
        with FaultySite(**doors) as site:
            for number, payload in enumerate(payloads):
                site.add(f"nota-{number}", title=f"Nota {payload}", content=f"{text}{payload}{text}", excerpt=payload)
            post = site.by_id(101)
            assert post is not None
            post["comments"] = [{"id": 900 + n, "author": p, "date": "2025-04-01T10:00:00", "text": p} for n, p in enumerate(payloads)]
            migrate(site.url, out, config=quick(max_page_size=3_000_000))
            holds(out)
        articles = lines(out, "articles")
        assert len(articles) > len(payloads)
        for article in articles:
            pieces += [article["body_html"] or "", article["content_html"] or ""]
            pieces += [part["html"] or "" for name in ("footnotes", "comments", "embeds") for part in article[name]]
            pieces.append(MarkdownIt("commonmark", {"html": True}).render(article["body_markdown"] or ""))
    ran, found = shown(tmp_path / "made.html", pieces)
    assert (ran, found) == (0, "")
