"""What a reader of Notion sees, from the JSON of Notion's API: the expectation against which a post is held.

Written from developers.notion.com (block and rich text objects) and, where a post shows something in another way than
Notion does, from docs/blocks.md. Shares nothing with the program. Blocks have their children under `children`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from oracle.reader import code_lines, colored, entry, shared
from oracle.seen import (
    NONE,
    Block,
    Blocks,
    Char,
    Chars,
    address,
    formula,
    is_blank,
    links_within,
    mark,
    marker,
    neat,
    numbered,
    paragraph,
    text,
    with_formulas,
)

Json = Mapping[str, Any]

_MARKS = {
    "bold": "bold",
    "italic": "italic",
    "strikethrough": "strike",
    "underline": "underline",
    "code": "code",
}
_LANGUAGES = {
    "abc": "text", "agda": "text", "arduino": "cpp", "ascii art": "text", "assembly": "nasm", "basic": "vb", "bnf": "text",
    "c#": "csharp", "c++": "cpp", "dhall": "text", "ebnf": "text", "f#": "fsharp", "flow": "javascript",
    "java/c/c++/c#": "java", "less": "css", "llvm ir": "llvm", "markup": "html", "notion formula": "text",
    "objective-c": "objective_c", "plain text": "", "purescript": "haskell", "reason": "ocaml", "vb.net": "vb",
    "visual basic": "vb", "webassembly": "text",
}  # fmt: skip
"""Notion's languages that Rouge, Jekyll's highlighter, knows by another name or not at all."""
_PICTURES = ("apng", "avif", "bmp", "gif", "ico", "jfif", "jpe", "jpeg", "jpg", "png", "svg", "webp")
_VIDEOS = ("mp4", "m4v", "mov", "webm", "ogv")
_SOUNDS = ("mp3", "m4a", "ogg", "oga", "wav", "flac", "aac", "opus")


def _is_one_of(extensions: tuple[str, ...], file: Json) -> bool:
    name = _name(file[file["type"]]["url"])
    return "." in name and name.rpartition(".")[2].lower() in extensions


@dataclass
class World:
    """The blog that the page goes to."""

    this: str = ""
    """The id of the page itself."""
    anchors: Mapping[str, str] = field(default_factory=dict)
    """Ids of blocks of other posts → where they are in their post; empty for blocks that are gone."""
    published: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Page id → title and address (with the base URL) of every post."""
    drafts: Mapping[str, str] = field(default_factory=dict)
    """Page id → title of the source's other pages."""
    assets: str = "/blog/assets/"
    """Where the copies of Notion's files are, each under its name."""
    exact_quotes: bool = False
    """Whether the site leaves quotes as they are typed."""
    notices: bool = False
    """Whether readers are told of a block that is left out (`unsupported: visible`)."""
    colors: bool = True
    """Whether colours are carried over."""
    ratios: bool = True
    """Whether the widths of columns are."""


def expected(blocks: Sequence[Json], world: World) -> tuple[Blocks, list[str]]:
    """Return what a reader of the post must see, and what is lost on the way, of which the report must tell."""
    scout = _Page(world)
    scout.blocks(blocks)
    missing = scout.targets - scout.shown
    # A link around nothing is none.
    visible = links_within(_Page(world, scout.targets & scout.shown, missing).blocks(blocks))
    page = _Page(world, visible, missing)
    seen = page.blocks(blocks)
    return numbered(page.with_contents(seen, seen)), page.lost


def clean(words: Any) -> str:
    """Return text as a page can hold it: without control characters, with LF for every line end."""
    if not isinstance(words, str):
        return ""
    words = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", words)


class _Page:
    def __init__(
        self, world: World, wanted: AbstractSet[str] = NONE, missing: AbstractSet[str] = NONE
    ) -> None:
        self.world = world
        self.lost: list[str] = []
        self.wanted = wanted
        """The blocks of the page that links lead to."""
        self.missing = missing
        """The blocks that links lead to and that the page does not show."""
        self.targets: set[str] = set()
        self.shown: set[str] = set()

    def lose(self, what: str) -> None:
        self.lost.append(what)

    def with_contents(self, blocks: Blocks, whole: Blocks) -> Blocks:
        """Fill in the tables of contents: the headings of the whole page."""
        names = [name for name in map(entry, _headings(whole)) if re.search(r"\w", name)]

        def fill(value: Any) -> Any:
            if isinstance(value, list):
                done = [fill(item) for item in value]
                return [item for item in done if item not in (("toc", []), ("indent", []), ("quote", []))]
            if isinstance(value, tuple) and value[:1] == ("toc",):
                return ("toc", names)
            return tuple(map(fill, value)) if isinstance(value, tuple) else value

        filled: Blocks = fill(blocks)
        return filled

    # Blocks ----------------------------------------------------------------------------------------------------------

    def blocks(self, blocks: Sequence[Json]) -> Blocks:
        out: Blocks = []
        number, style = 0, ""
        for place, block in enumerate(blocks):
            if block["type"] == "numbered_list_item":
                body = block["numbered_list_item"]
                before = blocks[place - 1] if place else {"type": ""}
                start = body.get("list_start_index")
                # A start is a new list, which says for itself how it counts.
                again = before["type"] == block["type"] and start is None
                told = body.get("list_format")
                same = again and told in (None, style)
                number = start if start is not None else number + 1 if same else 1
                style = told or (style if again else "numbers")
                out.append(self.item(block, marker(number, style)))
            else:
                out += self.block(block)
        return out

    def block(self, block: Json) -> Blocks:
        handler = getattr(self, "see_" + block["type"], None)
        made = self.left_out(block) if handler is None else handler(block, block.get(block["type"]) or {})
        return made if block["type"] in ("bulleted_list_item", "to_do") else [*self.place_of(block), *made]

    def place_of(self, block: Json) -> Blocks:
        """Return the place of `block` where a link within the page leads to it; a block that is shown twice has but one."""
        first = block["id"] not in self.shown
        self.shown.add(block["id"])
        return [("here", block["id"])] if first and block["id"] in self.wanted else []

    def children(self, block: Json) -> Blocks:
        return self.blocks(block.get("children", ()))

    def own(self, block: Json) -> Blocks:
        return paragraph(self.text(block))

    def text(self, block: Json) -> Chars:
        body = block[block["type"]]
        return self.chars(body.get("rich_text"), body.get("color", "default"))

    def item(self, block: Json, sign: str) -> Block:
        return ("item", sign, [*self.place_of(block), *self.own(block), *self.children(block)])

    def see_bulleted_list_item(self, block: Json, _: Json) -> Blocks:
        return [self.item(block, "•")]

    def see_to_do(self, block: Json, body: Json) -> Blocks:
        return [self.item(block, "☑" if body.get("checked") else "☐")]

    def see_paragraph(self, block: Json, _: Json) -> Blocks:
        """Indented blocks stay indented, in a box."""
        inside = self.children(block)
        return self.own(block) + ([("indent", inside)] if inside else [])

    def heading(self, block: Json, level: int) -> Blocks:
        """One level deeper than in Notion; what it folds away follows it."""
        chars = self.text(block)
        return ([] if is_blank(chars) else [("heading", level + 1, chars)]) + self.children(block)

    def see_heading_1(self, block: Json, _: Json) -> Blocks:
        return self.heading(block, 1)

    def see_heading_2(self, block: Json, _: Json) -> Blocks:
        return self.heading(block, 2)

    def see_heading_3(self, block: Json, _: Json) -> Blocks:
        return self.heading(block, 3)

    def see_heading_4(self, block: Json, _: Json) -> Blocks:
        return self.heading(block, 4)

    def see_toggle(self, block: Json, _: Json) -> Blocks:
        return [("toggle", self.text(block), self.children(block))]

    def see_quote(self, block: Json, _: Json) -> Blocks:
        inside = self.own(block) + self.children(block)
        return [("quote", inside)] if inside else []

    def see_callout(self, block: Json, body: Json) -> Blocks:
        chars = neat([*self.icon(body.get("icon")), *self.raw(body.get("rich_text"))])
        color = body.get("color", "default")
        look = color if color != "default" and self.world.colors else ""
        return [("callout", look, paragraph(with_formulas(chars)) + self.children(block))]

    def icon(self, icon: Json | None) -> Chars:
        """The icon stands in front of the text; Notion tells no picture of its own icons."""
        if not icon:
            return []
        if icon["type"] == "emoji":
            return [(char, NONE, "") for char in clean(icon["emoji"]) + " "]
        if icon["type"] == "icon":
            self.lose("an icon of Notion's")
            return []
        file = icon[icon["type"]]
        if not (_is_one_of(_PICTURES, icon) if self.is_hosted(icon) else self.is_safe(file["url"])):
            self.lose("an icon")
            return []
        name = f":{file['name']}:" if file.get("name") else ""
        return [(f"[{self.words(name)} {self.place(icon)}]", NONE, ""), (" ", NONE, "")]

    def see_code(self, _: Json, body: Json) -> Blocks:
        code = clean("".join(_shown(run) for run in body["rich_text"])).removesuffix("\n")
        language = body["language"].lower()
        return [("code", _LANGUAGES.get(language, language), code_lines(code)), *self.caption(body)]

    def caption(self, body: Json) -> Blocks:
        return paragraph(
            with_formulas(neat((c, m | {"italic"}, link) for c, m, link in self.raw(body.get("caption"))))
        )

    def see_equation(self, _: Json, body: Json) -> Blocks:
        tex = formula(clean(body["expression"]))
        return [("math", tex)] if tex else []

    def see_divider(self, *_: Json) -> Blocks:
        return [("rule",)]

    def see_table(self, block: Json, body: Json) -> Blocks:
        lines = [child for child in block.get("children", ()) if child["type"] == "table_row"]
        rows = [child["table_row"]["cells"] for child in lines]
        width = max(map(len, rows), default=0)
        if not width:
            return []
        shown = []
        for number, row in enumerate(rows):
            cells = [self.raw(cell) for cell in row]
            if cells:
                cells[0] = [*(mark(name) for _, name in self.place_of(lines[number])), *cells[0]]
            cells = [with_formulas(neat(cell)) for cell in cells] + [[]] * (width - len(row))
            shown.append(
                [
                    (
                        bool(body.get("has_column_header") and not number)
                        or bool(body.get("has_row_header") and not column),
                        [] if is_blank(chars) else chars,
                    )
                    for column, chars in enumerate(cells)
                ]
            )
        return [("table", shown)]

    def see_column_list(self, block: Json, _: Json) -> Blocks:
        columns = block.get("children", ())
        ratios = [column["column"].get("width_ratio") for column in columns] if self.world.ratios else []
        equal = 1 / len(columns) if columns else 1
        shares = [ratio or equal for ratio in ratios or [None] * len(columns)]
        inside = [[*self.place_of(column), *self.children(column)] for column in columns]
        return [("columns", shared(list(zip(shares, inside, strict=True))))] if columns else []

    def see_column(self, block: Json, _: Json) -> Blocks:
        return self.children(block)

    def see_synced_block(self, block: Json, body: Json) -> Blocks:
        if body.get("synced_from") and not block.get("children"):
            self.lose("a synced block")
        return self.children(block)

    def see_tab(self, block: Json, _: Json) -> Blocks:
        """The labels in bold, each with what is under it."""
        out: Blocks = []
        for label in block.get("children", ()):
            body = label["paragraph"]
            chars = [*self.icon(body.get("icon")), *self.raw(body.get("rich_text"))]
            out += [*self.place_of(label), ("tab", self.bold(chars) + self.children(label))]
        return out

    def bold(self, chars: Chars) -> Blocks:
        return paragraph(with_formulas(neat((char, marks | {"bold"}, link) for char, marks, link in chars)))

    def see_meeting_notes(self, block: Json, body: Json) -> Blocks:
        return self.bold(self.raw(body.get("title"))) + self.children(block)

    see_transcription = see_meeting_notes

    def see_table_of_contents(self, *_: Json) -> Blocks:
        return [("toc",)]

    def see_breadcrumb(self, *_: Json) -> Blocks:
        return []

    def left_out(self, block: Json) -> Blocks:
        self.lose(block["type"])
        body = block.get(block["type"]) or {}
        return self.notice((body.get("block_type") or block["type"]).replace("_", " "))

    def notice(self, name: str) -> Blocks:
        if not self.world.notices:
            return []
        return [("text", neat((char, frozenset({"italic"}), "") for char in f"[{name}: only in Notion]"))]

    # Media and links -------------------------------------------------------------------------------------------------

    def see_image(self, _: Json, body: Json) -> Blocks:
        place = self.media(body)
        if not place:
            return self.notice("image") + self.caption(body)
        if self.is_hosted(body) and not _is_one_of(_PICTURES, body):
            self.lose("a picture that browsers do not show")
            return self.link(_name(body[body["type"]]["url"]), place, body)
        alt = self.words(" ".join("".join(map(_shown, body.get("caption", ()))).split()))
        return [("image", place, alt, self.under(body))]

    def under(self, body: Json) -> Chars:
        chars = self.chars(body.get("caption"))
        return [] if is_blank(chars) else chars

    def media(self, body: Json) -> str:
        """Return where the file is shown from; empty, and a loss, where that cannot be."""
        if body.get("type") not in ("file", "external"):
            self.lose("a file without an address")
            return ""
        if self.is_hosted(body) or self.is_safe(body[body["type"]]["url"]):
            return self.place(body)
        self.lose("a file with an odd address")
        return ""

    def is_hosted(self, file: Json) -> bool:
        return file["type"] == "file" or "X-Amz-Signature=" in file[file["type"]]["url"]

    def place(self, file: Json) -> str:
        url = file[file["type"]]["url"]
        return address(self.world.assets + quote(_name(url))) if self.is_hosted(file) else address(clean(url))

    def see_video(self, _: Json, body: Json) -> Blocks:
        return self.player("video", _VIDEOS, body)

    def see_audio(self, _: Json, body: Json) -> Blocks:
        return self.player("audio", _SOUNDS, body)

    def player(self, kind: str, extensions: tuple[str, ...], body: Json) -> Blocks:
        place = self.media(body)
        if not place:
            return self.notice(kind) + self.caption(body)
        url = body[body["type"]]["url"]
        if kind == "video" and not self.is_hosted(body) and (frame := _frame(url)):
            return [("frame", address(frame), place, self.under(body))]
        if _is_one_of((*_VIDEOS, *_SOUNDS) if self.is_hosted(body) else extensions, body):
            return [(kind, place, place, self.under(body))]
        if self.is_hosted(body):
            self.lose("what browsers do not play")
        name = _name(url)
        return self.link(name if "." in name or self.is_hosted(body) else url, place, body)

    def link(self, label: str, place: str, body: Json) -> Blocks:
        """A link under the caption, else under `label`."""
        own = [(char, marks, place) for char, marks, _ in self.raw(body.get("caption"))]
        if is_blank(own):
            own = [(char, NONE, place) for char in self.words(label)]
        return paragraph(with_formulas(neat(own)))

    def see_file(self, block: Json, body: Json) -> Blocks:
        place = self.media(body)
        if not place:
            return self.notice(block["type"]) + self.caption(body)
        url = body[body["type"]]["url"]
        name = body.get("name") or _name(url)
        if "." not in name and not self.is_hosted(body):
            name = url
        return [("text", neat((char, NONE, place) for char in self.words(name))), *self.caption(body)]

    see_pdf = see_file

    def see_bookmark(self, _: Json, body: Json) -> Blocks:
        url = body["url"].strip()
        if not url:
            return self.caption(body)
        place, title = self.destination(url)
        if not place:
            return paragraph(neat((char, NONE, "") for char in self.words(_lasting(url)))) + self.caption(
                body
            )
        return self.link(title or url, place, body)

    see_link_preview = see_bookmark

    def see_embed(self, block: Json, body: Json) -> Blocks:
        if frame := _frame(body["url"]):
            return [("frame", address(frame), address(body["url"]), self.under(body))]
        return self.see_bookmark(block, body)

    def see_child_page(self, block: Json, body: Json) -> Blocks:
        return paragraph(neat(self.page(block["id"], body["title"], NONE)))

    def see_child_database(self, _: Json, body: Json) -> Blocks:
        self.lose("a database")
        return paragraph(neat((char, NONE, "") for char in self.words(body["title"])))

    def see_link_to_page(self, block: Json, body: Json) -> Blocks:
        target = body.get("page_id") or body.get("database_id")
        return paragraph(neat(self.page(target, "", NONE))) if target else self.left_out(block)

    # Rich text -------------------------------------------------------------------------------------------------------

    def chars(self, rich_text: Iterable[Json] | None, color: str = "default") -> Chars:
        return with_formulas(neat(self.raw(rich_text, color)))

    def raw(self, rich_text: Iterable[Json] | None, color: str = "default") -> Chars:
        block_color = self.color(color)
        out: Chars = []
        for run in rich_text or ():
            looks = run.get("annotations") or {}
            marks = frozenset(mark for name, mark in _MARKS.items() if looks.get(name))
            out += self.run(
                run, colored(colored(marks, block_color), self.color(looks.get("color", "default")))
            )
        return out

    def color(self, name: str) -> list[str]:
        return [name] if self.world.colors and name not in ("default", "default_background") else []

    def words(self, words: str) -> str:
        words = clean(words)
        return words if self.world.exact_quotes else words.translate(str.maketrans("‘’“”", "''\"\""))

    def run(self, run: Json, marks: frozenset[str]) -> Chars:
        kind = run["type"]
        if kind == "mention":
            kind = run["mention"]["type"]
            handler = getattr(self, "mention_" + kind, None)
            if handler is not None:
                chars: Chars = handler(run, run["mention"][kind], marks)
                return chars
        if kind == "equation":
            tex = " ".join(self.words(run["equation"]["expression"]).split())
            return self.linked(rf"\({tex}\)" if tex else "", run, marks - {"code"})
        return self.linked(_lasting(run["plain_text"]), run, marks)

    def linked(self, words: str, run: Json, marks: frozenset[str]) -> Chars:
        place = self.destination(run["href"])[0] if run.get("href") and words else ""
        return [(char, marks, place) for char in self.words(words)]

    def mention_page(self, run: Json, page: Json, marks: frozenset[str]) -> Chars:
        return self.page(page["id"], run["plain_text"], marks)

    def page(self, page_id: str, label: str, marks: frozenset[str]) -> Chars:
        """A link to the post under its title of now; else the title, if Notion tells it."""
        if page_id in self.world.published:
            title, url = self.world.published[page_id]
            return [(char, marks, address(url)) for char in self.words(title)]
        self.lose("a link to a page")
        return [(char, marks, "") for char in self.words(self.world.drafts.get(page_id) or label)]

    def mention_database(self, run: Json, _: Json, marks: frozenset[str]) -> Chars:
        self.lose("a link to a database")
        return [(char, marks, "") for char in self.words(run["plain_text"])]

    def mention_user(self, run: Json, _: Json, marks: frozenset[str]) -> Chars:
        return [(char, marks, "") for char in self.words("@" + run["plain_text"].removeprefix("@"))]

    def mention_date(self, run: Json, _: Json, marks: frozenset[str]) -> Chars:
        day = r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[:\d.]*([Z+-][\d:]*)?"
        shown = re.sub(day, lambda found: " ".join(filter(None, found.groups())), run["plain_text"])
        return [(char, marks, "") for char in self.words(shown)]

    def mention_link_mention(self, run: Json, link: Json, marks: frozenset[str]) -> Chars:
        href = link.get("href") or run.get("href") or ""
        label = _lasting(link.get("title") or run["plain_text"] or href)
        place = self.destination(href)[0] if href else ""
        return [(char, marks, place) for char in self.words(label)]

    def mention_custom_emoji(self, run: Json, emoji: Json, marks: frozenset[str]) -> Chars:
        file = {"type": "external", "external": {"url": emoji.get("url") or ""}}
        if not emoji.get("url") or not (self.is_hosted(file) or self.is_safe(emoji["url"])):
            return [(char, marks, "") for char in self.words(run["plain_text"])]
        name = emoji.get("name") or run["plain_text"].strip(":")
        return [(f"[{' '.join(self.words(f':{name}:').split())} {self.place(file)}]", marks - {"code"}, "")]

    # Links -----------------------------------------------------------------------------------------------------------

    def is_safe(self, url: str) -> bool:
        if not re.match(r"(?:https?|mailto|tel):", url.strip(), re.IGNORECASE) or "X-Amz-Signature=" in url:
            return False
        try:
            urlsplit(url.strip())
        except ValueError:
            return False
        return True

    def destination(self, href: str) -> tuple[str, str]:
        """Return where a link leads, and the title of the post if it leads to one; empty for nowhere."""
        page, public, block = _notion_page(href)
        if block and page in ("", self.world.this):
            return self.within(block)
        if page in self.world.published:
            title, url = self.world.published[page]
            fragment = self.world.anchors.get(block, "")
            if block in self.world.anchors and not fragment:
                self.lose(f"a link to {href}")
            return address(f"{url}#{fragment}" if fragment else url), title
        if (not page or (public and page not in self.world.drafts)) and self.is_safe(href):
            return address(clean(href)), ""
        self.lose(f"a link to {href}")
        return "", ""

    def within(self, block: str) -> tuple[str, str]:
        """Return where a link to a block of the page leads: the place of the block, else the post itself."""
        self.targets.add(block)
        title, url = self.world.published[self.world.this]
        if block not in self.missing:
            return f"#{block}", title
        self.lose("a link to a block")
        return address(url), title


def _shown(run: Json) -> str:
    shown = run["equation"]["expression"] if run["type"] == "equation" else run["plain_text"]
    return str(shown)


def _lasting(words: str) -> str:
    """Return an address that expires without what gives access."""
    return words.partition("?")[0] if "X-Amz-Signature=" in words and len(words.split()) == 1 else words


def _name(url: str) -> str:
    return unquote(urlsplit(url).path).rpartition("/")[2]


def _frame(url: str) -> str:
    """Return the address of the player of a known service: YouTube's without cookies, Vimeo's without tracking."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.removeprefix("www.")
    last = parts.path.rstrip("/").rpartition("/")[2]
    if host == "youtu.be":
        return f"https://www.youtube-nocookie.com/embed/{last}"
    if host == "youtube.com":
        name = parse_qs(parts.query).get("v", [last])[0]
        return f"https://www.youtube-nocookie.com/embed/{name}"
    if host == "vimeo.com" and last.isdigit():
        return f"https://player.vimeo.com/video/{last}?dnt=1"
    return ""


def _notion_page(href: str) -> tuple[str, bool, str]:
    """Return the page of Notion's that `href` leads to, whether anybody may see it there, and the block in it: dashed ids.

    The page is empty for a link to a block of the page that it is in, and for an address of no page.
    """
    host = r"(?:(?:https|notion)://(?:[\w-]+\.)*notion\.(so|com|site))?"
    found = re.fullmatch(
        host + r"/[^?#]*?([0-9a-f]{32})(\?[^#]*)?(?:#([0-9a-f-]{32,36}))?(?:#.*)?", href.strip()
    )
    if not found:
        within = re.fullmatch(r"#([0-9a-f]{32})", href.strip())
        return "", False, _dashed(within[1]) if within else ""
    peek = re.search(r"[?&]p=([0-9a-f]{32})", found[3] or "")
    return _dashed(peek[1] if peek else found[2]), found[1] == "site", _dashed(found[4] or "")


def _dashed(digits: str) -> str:
    digits = digits.replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) if digits else ""


def _headings(blocks: Any) -> list[str]:
    """Return the texts of all headings in `blocks`, however deep."""
    if isinstance(blocks, tuple) and blocks[:1] == ("heading",):
        return [text(blocks[2])]
    if isinstance(blocks, list | tuple):
        return [name for part in blocks for name in _headings(part)]
    return []


__all__ = ["Char", "World", "clean", "expected"]
