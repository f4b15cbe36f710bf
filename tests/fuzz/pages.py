"""Random pages as Notion's API returns them: every type of block, every kind of rich text, every property of a post."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from fuzz import texts

Json = dict[str, Any]

THIS = "0984278d-d031-85f9-a7ab-4078eaf5200b"
POST = "354148b8-bdd7-8139-bdf7-c7567b8524e0"
DRAFT = "23f25bec-f71e-8920-bf2b-53794ede44fa"
STRANGER = "6deb0c75-33d2-87ae-9d3b-cbe1eae1c715"
HEADING = "11111111-0000-4000-8000-000000000001"
TEXT = "11111111-0000-4000-8000-000000000002"
GONE = "11111111-0000-4000-8000-000000000003"
"""Blocks of `POST`, the last one no longer."""
PAGES = (THIS, POST, POST, DRAFT, STRANGER)

COLORS = ("gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")
LANGUAGES = (
    "plain text", "python", "javascript", "java", "c", "c++", "c#", "f#", "bash", "shell", "json", "yaml", "html", "css", "markdown", "sql", "ruby", "rust", "go", "kotlin",
    "typescript", "mermaid", "visual basic", "vb.net", "objective-c", "llvm ir", "ascii art", "notion formula", "java/c/c++/c#", "assembly", "webassembly", "latex", "docker",
)  # fmt: skip
HREFS = (
    "https://example.com", "https://example.com/a_b_c*d*?q=1&copy=2#x_y", "https://ko.wikipedia.org/wiki/한글", "https://x.y/%EA%B0%80?a=b|c", "http://x/(a)", "http://x/b(c",
    "http://x/a b", "http://x/[a]{b}", "http://x/{{a}}/{%b%}", "http://x/\"q\"'r'", "http://x/<y>", "http://x/`c`~~d~~", "http://x/$$e$$--f...", "mailto:a@b.c", "tel:+82-10-1234",
    "HTTPS://EXAMPLE.COM/", " https://example.com/edge ", "https://x.y/100%", "https://x.y/a%20b", "https://x.y/\\", "https://x.y/:~:text=a", "javascript:alert(1)", "data:text/html,x",
    "#heading", "/relative", "notion://x", "https://", "http://[", "", "https://x.y/a&amp;b", "https://x.y/?a=%7B%7B", "https://x.y/é/ü?ö=%C3%A4#ß", "https://x.y/*a*_b_^c",
)  # fmt: skip
_SIGNED = "https://prod-files-secure.s3.us-west-2.amazonaws.com/s/f/{}?X-Amz-Expires=3600&X-Amz-Signature=0a1b&x-id=GetObject"
NAMES = (
    "photo.png",
    "my%20notes.pdf",
    "사진.jpeg",
    "a(b)'c.mp4",
    "clip.mov",
    "memo.m4a",
    "no-extension",
    "%7B%7Bx%7D%7D.gif",
    "a_b*c*.csv",
    "q%3Fr%23s.txt",
)


class Pages:
    """Makes pages from a source of chance; the same chance makes the same pages."""

    def __init__(self, random: Random, *, formulas: bool = True) -> None:
        self.random = random
        self.formulas = formulas
        self.made = 0

    def some(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, *values: Any) -> Any:
        return self.random.choice(values)

    # Rich text -------------------------------------------------------------------------------------------------------

    def rich_text(self, most: int = 3) -> list[Json]:
        """Return runs: texts cut anywhere into pieces that differ in their marks, and mentions among them."""
        if self.some(0.06):
            return []
        runs: list[Json] = []
        for _ in range(self.random.randint(1, most)):
            if self.some(0.2):
                runs.append(self.special())
            else:
                runs += self.cut(texts.text(self.random))
        return runs

    def cut(self, words: str) -> list[Json]:
        places = sorted(self.random.randint(0, len(words)) for _ in range(self.pick(0, 0, 1, 2, 4)))
        looks = self.annotations()
        href = self.href() if self.some(0.12) else None
        runs = []
        for start, end in zip([0, *places], [*places, len(words)], strict=True):
            runs.append(self.run(words[start:end], looks, href))
            if self.some(0.7):  # the next piece differs in one thing
                name = self.pick("bold", "italic", "strikethrough", "underline", "code", "color", "href")
                if name == "href":
                    href = self.href() if href is None or self.some(0.3) else None
                else:
                    looks = {**looks, name: self.color() if name == "color" else not looks[name]}
            else:
                looks = self.annotations()
        return runs

    def run(self, words: str, looks: Json, href: str | None) -> Json:
        link = {"url": href} if href else None
        return {"type": "text", "text": {"content": words, "link": link}, "plain_text": words, "href": href, "annotations": looks}  # fmt: skip

    def annotations(self) -> Json:
        names = ("bold", "italic", "strikethrough", "underline", "code")
        share = self.pick(0, 0, 0.2, 0.5)
        return {name: self.some(share) for name in names} | {
            "color": self.color() if self.some(share) else "default"
        }

    def color(self) -> str:
        name: str = self.pick(*COLORS) + self.pick("", "_background")
        return "default" if self.some(0.2) else name

    def href(self) -> str:
        if self.some(0.25):
            return self.into_page()
        if self.some(0.25):
            page = self.pick(*PAGES).replace("-", "")
            form = self.pick(
                "https://app.notion.com/p/Title-{}",
                "https://www.notion.so/ws/{}?pvs=4",
                "/{}",
                "/{}#" + POST.replace("-", ""),
                "https://me.notion.site/x-{}",
            )
            return str(form.format(page))
        return self.hosted() if self.some(0.04) else str(self.pick(*HREFS))

    def into_page(self) -> str:
        """Return an address of a block: most often of this page, maybe of one that comes later or never."""
        if self.some(0.25):
            page, block = POST, self.pick(HEADING, TEXT, GONE, STRANGER)
        else:
            page, block = THIS, f"00000000-0000-4000-8000-{self.random.randint(1, self.made + 12):012x}"
        form = self.pick(
            "/{}#{}",
            "/{}?pvs=25#{}",
            "https://www.notion.so/ws/%EC%9D%BC%EA%B8%B0-{}?pvs=4#{}",
            "https://app.notion.com/p/Title-{}?source=copy_link#{}",
            "notion://www.notion.so/{}#{}",
            "https://me.notion.site/{}#{}",
            "https://www.notion.so/" + STRANGER.replace("-", "") + "?v=1&p={}&pm=s#{}",
            *(["#{1}"] * 3 if page == THIS else ()),
        )
        return str(form.format(page.replace("-", ""), block.replace("-", "")))

    def hosted(self) -> str:
        return _SIGNED.format(self.pick(*NAMES))

    def special(self) -> Json:
        kind = self.pick(
            "equation",
            "equation",
            "user",
            "date",
            "page",
            "page",
            "database",
            "link_preview",
            "link_mention",
            "template_mention",
            "custom_emoji",
            "agent",
        )
        looks = self.annotations()
        if kind == "equation":
            tex = texts.tex(self.random)
            if not self.formulas:
                return self.run(tex, looks, None)
            return {
                "type": "equation",
                "equation": {"expression": tex},
                "plain_text": tex,
                "href": None,
                "annotations": looks,
            }
        words, href = texts.word(self.random), None
        body: Json = {}
        if kind == "user":
            words = "@" + words
            body = {"object": "user", "id": STRANGER, "person": {"email": "ada@example.com"}}
        elif kind == "date":
            words = self.pick(
                "2026-11-20",
                "2026-11-20 → 2026-11-23",
                "2026-11-20T09:30:00.000+09:00",
                "2026-11-20T09:30:00.000Z",
                "2026-01-02T03:04:05.000",
            )
            body = {"start": words[:10], "end": None, "time_zone": None}
        elif kind in ("page", "database"):
            body = {"id": self.pick(*PAGES) if kind == "page" else STRANGER}
            href = "https://app.notion.com/p/" + body["id"].replace("-", "")
        elif kind == "link_preview":
            words = href = self.pick(*HREFS[:8])
            body = {"url": href}
        elif kind == "link_mention":
            href = self.href()
            body = {"href": href} | ({"title": words} if self.some(0.8) else {})
            words = href
        elif kind == "custom_emoji":
            name = self.pick("party-parrot", "ok_hand", "한글", texts.word(self.random))
            body = {"id": "1", "name": name, "url": self.pick("https://x.y/p.gif", self.hosted(), "data:x")}
            words = f":{name}:"
        elif kind == "template_mention":
            words = "@Today"
        elif kind == "agent":
            href = self.pick(None, "https://example.com/agent")
        return {
            "type": "mention",
            "mention": {"type": kind, kind: body},
            "plain_text": words,
            "href": href,
            "annotations": looks,
        }

    # Blocks ----------------------------------------------------------------------------------------------------------

    def of(self, kind: str, body: Json, children: list[Json] | None = None) -> Json:
        self.made += 1
        block = {
            "object": "block",
            "id": f"00000000-0000-4000-8000-{self.made:012x}",
            "type": kind,
            kind: body,
        }
        return {**block, "has_children": True, "children": children} if children else block

    def blocks(self, depth: int, most: int) -> list[Json]:
        """Return siblings; lists are more often among them than chance would have it."""
        out: list[Json] = []
        while len(out) < most:
            if self.some(0.35):
                out += self.items(depth, min(3, most - len(out)))
            else:
                out.append(self.block(depth))
        return out

    def children(self, depth: int, share: float = 0.5) -> list[Json]:
        return self.blocks(depth - 1, self.random.randint(1, 3)) if depth > 0 and self.some(share) else []

    def items(self, depth: int, most: int) -> list[Json]:
        kind = self.pick("bulleted_list_item", "bulleted_list_item", "numbered_list_item", "to_do")
        numbers: Json = {"list_format": self.pick("numbers", "letters", "roman")} if self.some(0.15) else {}
        out = []
        for number in range(self.random.randint(1, most) if self.some(0.95) else 12):
            body: Json = {
                "rich_text": self.rich_text(),
                "color": self.color() if self.some(0.1) else "default",
            }
            if kind == "to_do":
                body["checked"] = self.some(0.5)
            if kind == "numbered_list_item":
                body |= numbers
                if self.some(0.1 if not number else 0.03):
                    body["list_start_index"] = self.pick(0, 1, 3, 27, 100)
            out.append(self.of(kind, body, self.children(depth, 0.35)))
        return out

    def block(self, depth: int) -> Json:
        simple: tuple[Callable[[int], Json], ...] = (
            self.paragraph, self.paragraph, self.heading, self.code, self.table, self.table, self.media, self.media, self.link, self.fixed, self.equation,
        )  # fmt: skip
        nested = (
            self.paragraph,
            self.toggle,
            self.quote,
            self.callout,
            self.columns,
            self.wrapped,
            self.tab,
            self.heading,
        )
        return self.pick(*(simple + nested if depth > 0 else simple))(depth)  # type: ignore[no-any-return]

    def body(self, **more: Any) -> Json:
        return {
            "rich_text": self.rich_text(),
            "color": self.color() if self.some(0.15) else "default",
            **more,
        }

    def paragraph(self, depth: int) -> Json:
        return self.of("paragraph", self.body(icon=None), self.children(depth, 0.15))

    def heading(self, depth: int) -> Json:
        toggleable = self.some(0.3)
        kind = f"heading_{self.random.randint(1, 4)}"
        return self.of(
            kind, self.body(is_toggleable=toggleable), self.children(depth, 1) if toggleable else []
        )

    def toggle(self, depth: int) -> Json:
        return self.of("toggle", self.body(), self.children(depth, 0.9))

    def quote(self, depth: int) -> Json:
        return self.of("quote", self.body(), self.children(depth))

    def icon(self) -> Json | None:
        emoji = {"type": "emoji", "emoji": self.pick("💡", "👨‍👩‍👧‍👦", "❤️", "#️⃣", "*️⃣", "🇰🇷")}
        picture = {"type": "external", "external": {"url": self.pick("https://x.y/i.svg", "data:x")}}
        hosted = {"type": "file", "file": {"url": self.hosted(), "expiry_time": "2026-11-20T19:41:00.000Z"}}
        custom = {
            "type": "custom_emoji",
            "custom_emoji": {"id": "1", "name": "party", "url": "https://x.y/p.gif"},
        }
        own = {"type": "icon", "icon": {"name": "token", "color": "gray"}}
        return self.pick(None, emoji, emoji, emoji, picture, hosted, custom, own)  # type: ignore[no-any-return]

    def callout(self, depth: int) -> Json:
        return self.of("callout", self.body(icon=self.icon()), self.children(depth))

    def columns(self, depth: int) -> Json:
        ratios = self.pick(
            [{}], [{"width_ratio": 0.25}, {"width_ratio": 0.75}], [{}, {"width_ratio": 0.3333333}]
        )
        return self.of(
            "column_list",
            {},
            [
                self.of("column", dict(self.pick(*ratios)), self.children(depth, 0.9))
                for _ in range(self.pick(2, 2, 3))
            ],
        )

    def wrapped(self, depth: int) -> Json:
        kind = self.pick("synced_block", "synced_block", "meeting_notes", "transcription")
        if kind == "synced_block":
            source = self.pick(None, {"type": "block_id", "block_id": STRANGER})
            return self.of(kind, {"synced_from": source}, self.children(depth, 0.85))
        return self.of(kind, {"title": self.rich_text(2), "status": "notes_ready"}, self.children(depth, 0.9))

    def tab(self, depth: int) -> Json:
        def one() -> Json:
            return self.of(
                "paragraph",
                {"rich_text": self.rich_text(1), "icon": self.icon(), "color": "default"},
                self.children(depth, 0.9),
            )

        return self.of("tab", {}, [one() for _ in range(self.pick(1, 2))])

    def code(self, _: int) -> Json:
        runs = self.cut(texts.code(self.random))
        caption = self.rich_text(1) if self.some(0.3) else []
        return self.of("code", {"rich_text": runs, "language": self.pick(*LANGUAGES), "caption": caption})

    def table(self, _: int) -> Json:
        width = self.random.randint(1, 3)
        head = {"has_column_header": self.some(0.6), "has_row_header": self.some(0.25)}
        rows = [
            self.of(
                "table_row", {"cells": [self.rich_text(2) if self.some(0.8) else [] for _ in range(width)]}
            )
            for _ in range(self.random.randint(1, 3))
        ]
        return self.of("table", {"table_width": width, **head}, rows)

    def equation(self, _: int) -> Json:
        return (
            self.of("equation", {"expression": texts.tex(self.random)})
            if self.formulas
            else self.of("divider", {})
        )

    def file(self) -> Json:
        if self.some(0.5):
            return {"type": "file", "file": {"url": self.hosted(), "expiry_time": "2026-11-20T19:41:00.000Z"}}
        urls = (*HREFS[:12], "https://x.y/a.mp4", "https://x.y/a.MP3?x=1", "https://youtu.be/dQw4w9WgXcQ", "https://vimeo.com/12345", "https://www.youtube.com/watch?v=a-b_c", "data:x")  # fmt: skip
        return {"type": "external", "external": {"url": self.pick(*urls)}}

    def media(self, _: int) -> Json:
        kind = self.pick("image", "image", "image", "video", "audio", "pdf", "file")
        body = {"caption": self.rich_text(2) if self.some(0.5) else [], **self.file()}
        if kind == "file":
            body["name"] = self.pick(
                "data.csv", "보고서 (최종).pdf", texts.word(self.random), texts.word(self.random) + ".txt"
            )
        return self.of(kind, body)

    def link(self, _: int) -> Json:
        kind = self.pick(
            "bookmark", "bookmark", "embed", "link_preview", "link_to_page", "child_page", "child_database"
        )
        if kind == "link_to_page":
            body = self.pick(
                {"type": "comment_id", "comment_id": STRANGER},
                *({"type": "page_id", "page_id": page} for page in PAGES),
            )
            return self.of(kind, body)
        if kind in ("child_page", "child_database"):
            block = self.of(kind, {"title": texts.text(self.random)})
            return {**block, "id": self.pick(POST, DRAFT, STRANGER)} if kind == "child_page" else block
        url = self.pick(
            "https://youtu.be/dQw4w9WgXcQ", "https://vimeo.com/12345", self.href(), self.href(), self.href()
        )
        caption = {"caption": self.rich_text(2) if self.some(0.4) else []}
        return self.of(kind, {"url": url} | ({} if kind == "link_preview" else caption))

    def fixed(self, _: int) -> Json:
        kind = self.pick(
            "divider",
            "divider",
            "divider",
            "breadcrumb",
            "table_of_contents",
            "unsupported",
            "template",
            "hologram",
            "ai_block",
        )
        if kind == "table_of_contents":
            return self.of(kind, {"color": "gray"})
        if kind == "template":
            return self.of(kind, {"rich_text": self.rich_text(1)})
        return self.of(kind, {"block_type": "button"} if kind == "unsupported" else {})

    # Pages -----------------------------------------------------------------------------------------------------------

    def page(self) -> Json:
        """Return a row of a database, in whose properties anything may stand."""
        title = [self.run(texts.text(self.random), {}, None) for _ in range(self.pick(1, 1, 2))]
        tags = [
            {"id": str(n), "name": texts.text(self.random), "color": "red"}
            for n in range(self.random.randint(0, 3))
        ]
        note = [self.run(texts.text(self.random), {}, None)]
        start = self.pick("2026-11-20", "2026-11-20T23:30:00.000+09:00")
        properties = {
            "이름": {"id": "title", "type": "title", "title": title},
            "날짜": {"id": "a", "type": "date", "date": {"start": start, "end": None, "time_zone": None}},
            "Tags": {"id": "b", "type": "multi_select", "multi_select": tags},
            "요약": {"id": "c", "type": "rich_text", "rich_text": note},
        }
        return {
            "object": "page", "id": THIS, "url": "https://app.notion.com/p/" + THIS.replace("-", ""), "created_time": "2026-11-19T10:00:00.000Z",
            "last_edited_time": "2026-11-21T10:00:00.000Z", "in_trash": False, "icon": None, "cover": None, "properties": properties,
        }  # fmt: skip

    def deep(self) -> list[Json]:
        """Return one long chain of blocks within blocks."""
        inside = [self.block(0)]
        for _ in range(self.random.randint(5, 10)):
            kind = self.pick(
                "bulleted_list_item", "numbered_list_item", "to_do", "toggle", "quote", "callout", "paragraph"
            )
            body = self.body(icon=None) if kind in ("callout", "paragraph") else self.body()
            inside = [self.of(kind, body, inside)]
        return inside
