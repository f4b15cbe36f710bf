"""A page as somebody would write it who wants a script of theirs to run for the blog's readers.

Every script would set `window.hacked`. The texts aim at HTML, at kramdown's own syntax and at Liquid; the addresses at
what browsers forgive before they look at a scheme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from notion2jekyll.demo.workspace import block, equation, mention, text

Json = dict[str, Any]

RUN: Final = "window.hacked=1"
TEXTS: Final = (
    f"<script>{RUN}</script>",
    f"<ScRiPt/x>{RUN}</sCrIpT >",
    f"<img src=x onerror={RUN}>",
    f"<svg/onload={RUN}>",
    f'"><img src=x onerror={RUN}>',
    f"'><img src=x onerror={RUN}>",
    f'" autofocus tabindex=1 onfocus="{RUN}" x="',
    f"' autofocus tabindex=1 onfocus='{RUN}' x='",
    f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    f"</title></style></textarea></script><script>{RUN}</script>",
    f"</code></pre></div><script>{RUN}</script>",
    f"<details open ontoggle={RUN}>",
    f'<iframe srcdoc="<script>parent.{RUN[7:]}</script>">',
    f"<iframe src=javascript:parent.{RUN[7:]}>",
    f"<object data=javascript:{RUN}>",
    f"<form action=javascript:{RUN}><button>x</button></form>",
    f"<a href=javascript:{RUN}>x</a>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"&#60;script&#62;{RUN}&#60;/script&#62;",
    f"\\<script\\>{RUN}\\</script\\>",
    f"<\n<script>{RUN}</script>",
    f"```\n<script>{RUN}</script>\n```",
    f"`<script>{RUN}</script>`",
    f"    <script>{RUN}</script>",
    f"| <script>{RUN}</script> |\n|---|",
    f"# <script>{RUN}</script>",
    f"[x](javascript:{RUN})",
    f"[x]( javascript:{RUN} )",
    f"[x](<javascript:{RUN}>)",
    f"[x](javascript&colon;{RUN})",
    f"[x](javascript&#58;{RUN})",
    f"[x](java\\script:{RUN})",
    f"[x]\n\n[x]: javascript:{RUN}",
    f"<javascript:{RUN}>",
    f'![x](x){{: onerror="{RUN}"}}',
    f'x{{: onclick="{RUN}"}}',
    f'*x*{{: onclick="{RUN}"}}',
    f'{{: onclick="{RUN}"}}',
    f'{{:x: onclick="{RUN}"}}\n\nx\n{{:x}}',
    f"{{::nomarkdown}}<script>{RUN}</script>{{:/nomarkdown}}",
    f"{{::comment}}x{{:/}}<script>{RUN}</script>",
    f"{{::options parse_block_html='true' /}}<script>{RUN}</script>",
    f"[^1]\n\n[^1]: <script>{RUN}</script>",
    f"*[HTML]: <script>{RUN}</script>",
    f"$$</script><script>{RUN}</script>$$",
    f"\\(\\href{{javascript:{RUN}}}{{x}}\\)",
    f"\\[\\href{{javascript:{RUN}}}{{x}}\\]",
    f"$$\\href{{javascript:{RUN}}}{{x}}$$",
    f"$\\href{{javascript:{RUN}}}{{x}}$",
    "{{ '<script>" + RUN + "</script>' }}",
    "{% raw %}<script>" + RUN + "</script>{% endraw %}",
    "{% endraw %}{% include x.html %}",
    '{{ "x" | replace: "x", "<script>' + RUN + '</script>" }}',
)
ADDRESSES: Final = (
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f" javascript:{RUN}",
    f"\tjavascript:{RUN}",
    f"\x01javascript:{RUN}",
    f"\x00javascript:{RUN}",
    f"\u2028javascript:{RUN}",
    f"\u00a0javascript:{RUN}",
    f"\ufeffjavascript:{RUN}",
    f"java\tscript:{RUN}",
    f"java\nscript:{RUN}",
    f"java\rscript:{RUN}",
    f"javascript\t:{RUN}",
    f"javascript&colon;{RUN}",
    f"javascript&#58;{RUN}",
    f"javascript&#x3a;{RUN}",
    f"&#106;avascript:{RUN}",
    f"java&Tab;script:{RUN}",
    f"java\\script:{RUN}",
    f"javascript%3A{RUN}",
    f"javascript://example.com/%0a{RUN}",
    f"ｊavascript:{RUN}",
    f"vbscript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuaGFja2VkPTE8L3NjcmlwdD4=",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='window.hacked=1'/>",
    "blob:https://example.com/0",
    "file:///etc/passwd",
    f"feed:javascript:{RUN}",
    f"view-source:javascript:{RUN}",
    "//evil.example/x",
    "\\\\evil.example\\x",
    f"http:javascript:{RUN}",
    f'https://example.com/"onmouseover="{RUN}',
    f"https://example.com/'onmouseover='{RUN}",
    f"https://example.com/><script>{RUN}</script>",
    f"https://example.com/`onmouseover={RUN}",
    f'https://example.com/" | append: "javascript:{RUN}',
    f"https://example.com/)[x](javascript:{RUN})",
    f"https://example.com/ x)[x](javascript:{RUN}",
    "https://example.com/{{ site.title }}{% include x.html %}",
    f'#" onmouseover="{RUN}',
    f'/{{{{ "javascript:{RUN}" }}}}',
    f'https://www.youtube.com/watch?v=x" onload="{RUN}',
    f'https://youtu.be/x?t=1"><script>{RUN}</script>',
)


def blocks() -> Iterator[Json]:
    """Yield blocks of every kind that shows a text, with every text; and of every kind with an address, with each."""
    for one in TEXTS:
        yield from _texts(one)
    for one in ADDRESSES:
        yield from _addresses(one)


def _texts(one: str) -> Iterator[Json]:
    for kind in (
        "paragraph",
        "heading_1",
        "heading_2",
        "heading_3",
        "heading_4",
        "quote",
        "callout",
        "toggle",
    ):
        yield block(kind, one)
    for kind in ("bulleted_list_item", "numbered_list_item", "to_do"):
        yield block(kind, one)
    half = len(one) // 2
    yield block("paragraph", one[:half], text(one[half:], bold=True), text(one, code=True))
    yield block("paragraph", "", children=[block("paragraph", one)])
    yield block("toggle", text(one, italic=True), children=[block("paragraph", one)])
    yield block("callout", one, icon={"type": "emoji", "emoji": one})
    yield block("callout", "x", icon={"type": "external", "external": {"url": f"https://example.com/{one}"}})
    yield block("code", one, language="html", caption=[text(one)])
    yield block("code", one, language=one)
    yield block("equation", expression=one)
    yield block("paragraph", equation(one), " x ", equation(one))
    for header in (True, False):
        yield block(
            "table",
            table_width=2,
            has_column_header=header,
            has_row_header=not header,
            children=[block("table_row", cells=[[text(one)], [text(one, link="https://example.com/")]])] * 2,
        )
    for kind in ("image", "video", "audio", "file", "pdf"):
        yield block(kind, caption=[text(one)], name=one, **_external("https://example.com/a.png"))
        yield block(kind, caption=[text(one)], name=f"{one}.mp4", **_external("https://example.com/a.mp4"))
    for kind in ("bookmark", "embed"):
        yield block(kind, url="https://example.com/", caption=[text(one)])
        yield block(kind, url="https://youtu.be/dQw4w9WgXcQ", caption=[text(one)])
    yield block("paragraph", text(one, link="https://example.com/"), text(one, color="red"))
    yield block("paragraph", mention("link_mention", {"href": "https://example.com/", "title": one}))
    yield {"type": "child_page", "child_page": {"title": one}}
    yield {"type": "child_database", "child_database": {"title": one}}
    yield {"type": "unsupported", "unsupported": {"block_type": one}}
    yield {"type": one[:40] or "x", one[:40]: {}}


def _external(url: str) -> Mapping[str, Any]:
    return {"type": "external", "external": {"url": url}}


def _addresses(one: str) -> Iterator[Json]:
    yield block("paragraph", text("x", link=one), text("y", link=one, bold=True), text(one))
    yield block("paragraph", text("x", link=one, code=True))
    yield block("heading_2", text("x", link=one))
    yield block(
        "table",
        table_width=1,
        has_column_header=True,
        children=[block("table_row", cells=[[text("x", link=one)]])] * 2,
    )
    for kind in ("image", "video", "audio", "file", "pdf"):
        yield block(kind, caption=[text("x", link=one)], **_external(one))
        yield block(kind, **_external(f"{one}/a.mp4"))
    for kind in ("bookmark", "embed", "link_preview"):
        yield block(kind, url=one)
        yield block(kind, url=one, caption=[text("x", link=one)])
    yield block("paragraph", mention("link_mention", {"href": one, "title": "x"}))
    yield block("paragraph", mention("custom_emoji", {"id": "x", "name": one, "url": one}))
    yield block("callout", "x", icon=dict(_external(one)))
