"""Write docs/blocks.md and its pictures: each type of block in Notion's API, its Markdown, and the page that comes of it.

And docs/sample.md: a whole page, side by side with its post.

`python scripts/gallery.py` makes everything anew, with the real Jekyll, its default theme and a real browser
(`make system` installs them). The words are the docstrings of the functions that convert the blocks; blocks and Markdown
are the cases of the tests. What a picture was made from is remembered by a digest in the page, so that a test can tell
when a rendering has changed and the picture has not.
"""

# ruff: noqa: INP001  (a script, no package)

from __future__ import annotations

import base64
import inspect
import json
import re
import struct
import sys
import tempfile
import zlib
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import rendered  # noqa: E402
import sample  # noqa: E402
from blogs import build, publish  # noqa: E402
from browser import Browser, serve  # noqa: E402
from notion2jekyll.convert.blocks import BLOCKS, unknown  # noqa: E402
from notion2jekyll.convert.players import PROVIDERS  # noqa: E402
from notion2jekyll.demo.workspace import Workspace  # noqa: E402
from oracle.kramdown import Kramdown  # noqa: E402

PAGE: Final = ROOT / "docs/blocks.md"
PICTURES: Final = ROOT / "docs/blocks"
SAMPLE: Final = ROOT / "docs/sample.md"
WIDTH: Final = 680
"""Of the browser's window; the theme's text is 60 pixels narrower."""

SECTIONS: Final = {
    "Text": (
        "paragraph", "heading_1", "heading_2", "heading_3", "heading_4", "bulleted_list_item", "numbered_list_item",
        "to_do", "toggle", "quote", "callout", "code", "equation", "divider", "table", "table_row",
    ),
    "Layout": (
        "column_list", "column", "tab", "synced_block", "table_of_contents", "breadcrumb", "meeting_notes",
        "transcription",
    ),
    "Media and links": (
        "image", "video", "audio", "file", "pdf", "bookmark", "embed", "link_preview", "child_page", "child_database",
        "link_to_page",
    ),
    "What is left out": ("template", "unsupported", "unknown"),
}  # fmt: skip

WITHOUT_FUNCTION: Final = {
    "bulleted_list_item": "An item of a list, to any depth and with any blocks in it.",
    "numbered_list_item": "An item of a numbered list. A list that starts at another number than 1, or counts a, b, c or "
    "i, ii, iii, is an HTML `<ol>`. A list inside counts 1, 2, 3 as well, unless Notion gives it another format.",
    "to_do": "An item with a box, ticked or not; the reader cannot change it.",
    "table_row": "A row of a table: its cells may hold marks, links, code, formulas and line breaks.",
    "column": "One of the columns, in its share of the width.",
    "template": "Nothing, and a warning in the report: a button is of no use to readers.",
    "unsupported": "Nothing, and a warning in the report: a kind of block that Notion's API does not give to anybody, such "
    "as a form.",
}
"""What the types do that have no function of their own."""

_LABELS: Final = {"unknown": "a type that is newer than this version"}
_BEGIN: Final = "<!-- made by scripts/gallery.py: {} -->"
_END: Final = "<!-- end of what scripts/gallery.py made -->"


# The page ------------------------------------------------------------------------------------------------------------


def with_gallery(page: str, digests: dict[str, str]) -> str:
    """Return `page` with its generated parts made anew; `digests` are those of the pictures, by case."""
    parts = {
        "overview": overview(),
        "gallery": gallery(digests),
        "players": players(),
        "rich text": shown("rich_text", digests),
    }
    for name, content in parts.items():
        begin = _BEGIN.format(name)
        before, mark, rest = page.partition(begin)
        if not mark:
            raise ValueError(f"{PAGE.name} lacks {begin}")
        page = f"{before}{begin}\n\n{content.strip()}\n\n{_END}{rest.partition(_END)[2]}"
    return page


def says(case: str) -> str:
    """Return what becomes of a type of block, in words: paragraphs, wrapped as they are in the source."""
    if case in WITHOUT_FUNCTION:
        return WITHOUT_FUNCTION[case]
    return inspect.getdoc(BLOCKS.get(case, unknown)) or ""


def overview() -> str:
    """Return the table of all types that are shown."""
    lines = ["| block | in the post |", "|---|---|"]
    for cases in SECTIONS.values():
        for case in cases:
            if case in BLOCKS or case in rendered.LISTS:
                first = " ".join(says(case).split("\n\n")[0].split())
                lines.append(f"| [`{case}`](#{case}) | {first} |")
    return "\n".join(lines)


def players() -> str:
    """Return the names of the services whose players are known."""
    names = list(dict.fromkeys(provider.name for provider in PROVIDERS))
    return f"{', '.join(names[:-1])} and {names[-1]}."


def gallery(digests: dict[str, str]) -> str:
    """Return a section for each type of block."""
    parts = []
    for title, cases in SECTIONS.items():
        parts.append(f"## {title}")
        for case in cases:
            heading = f"`{case}`" if case not in _LABELS else _LABELS[case][0].upper() + _LABELS[case][1:]
            parts += [f"### {heading}", says(case), shown(case, digests)]
    return "\n\n".join(parts)


def shown(case: str, digests: dict[str, str]) -> str:
    """Return a case: its picture, its Markdown, its blocks as Notion gives them, and what the report says of it."""
    made = rendered.article(rendered.raw(case))
    blocks = "\n".join(compact(abridged(block)) for block in rendered.raw(case))
    parts = [
        f"![The page]({PICTURES.name}/{case}.png)\n<!-- {case} {digests[case]} -->",
        fenced("markdown", rendered.markdown(made)),
        *(f"> {problem.severity}: {problem.message}" for problem in made.problems),
        f"<details><summary markdown='span'>From Notion</summary>\n\n{fenced('json', blocks)}\n\n</details>",
    ]
    return "\n\n".join(parts)


def fenced(language: str, text: str) -> str:
    """Return `text` as a block of code."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(4, longest + 1)
    return f"{fence}{language}\n{text.strip()}\n{fence}"


def abridged(value: Any) -> Any:
    """Return a part of a block without what does not matter here: ids of blocks, what is said twice, signatures."""
    if isinstance(value, dict):
        kept = {name: abridged(inner) for name, inner in value.items() if name != "has_children"}
        if "type" in kept and ("children" in kept or kept["type"] in kept) and "plain_text" not in kept:
            kept.pop("id", None)
        if isinstance(kept.get("text"), dict) and kept["text"].get("content") == kept.get("plain_text"):
            kept.pop("plain_text")
            if "link" in kept["text"]:
                kept.pop("href", None)
        return kept
    if isinstance(value, list):
        return [abridged(inner) for inner in value]
    if isinstance(value, str):
        return re.sub(r"\?X-Amz-\S*", "?X-Amz-…", value)
    return value


def compact(value: Any, indent: int = 0) -> str:
    """Return `value` as JSON, each part on one line where it fits."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent <= 100 or not isinstance(value, dict | list):
        return line
    inner = indent + 2
    pad = " " * inner
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {compact(one, inner)}" for name, one in value.items()]
        opening, closing = "{}"
    else:
        parts = [compact(one, inner) for one in value]
        opening, closing = "[]"
    return f"{opening}\n{pad}" + f",\n{pad}".join(parts) + f"\n{' ' * indent}{closing}"


# The sample ----------------------------------------------------------------------------------------------------------


def with_sample(page: str, digests: dict[str, str], folder: Path) -> str:
    """Return the text of docs/sample.md with its generated part made anew; the sample is synced into `folder`."""
    _, head, body = synced(page, folder).split("---\n", 2)
    parts = [fenced("markdown", f"---\n{head}---")]
    # Both sides in pieces: the page begins with its heading 1, and every heading 2 is a day.
    posts = re.split(r"\n(?=## )", body.strip())
    pages: list[list[Any]] = [[]]
    for block in sample.BLOCKS:
        if block["type"] == "heading_2":
            pages.append([])
        pages[-1].append(block)
    parts.append("<table>\n<tr><th>In Notion</th><th>In the repository</th></tr>")
    for there, here in zip(pages, posts, strict=True):
        # github.com drops the second attribute; kramdown needs it to read Markdown inside.
        cell = '<td valign="top" markdown="block">'
        parts.append(f"<tr>{cell}\n\n{seen(there)}\n\n</td>\n{cell}")
        parts.append(f"{fenced('markdown', here)}\n\n</td></tr>")
    parts.append("</table>")
    parts.append(f"![The page on the blog](sample.png)\n<!-- sample {digests['sample']} -->")
    begin = _BEGIN.format("sample")
    before, _, rest = page.partition(begin)
    made = "\n\n".join(parts)
    return f"{before}{begin}\n\n{made}\n\n{_END}{rest.partition(_END)[2]}"


def synced(page: str, folder: Path) -> str:
    """Return the post that the sample becomes in the site in `folder`, with the options that `page` shows."""
    workspace = Workspace(clock=lambda: datetime(2026, 3, 23, tzinfo=UTC))
    database, row = sample.build(workspace)
    options = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (folder / "_config.yml").write_text(options[0], encoding="utf-8")
    source = f"notion: {{source: {database}, publish: {sample.RULE}}}\n"
    return publish(workspace, folder, source + options[1]).text(row)


def seen(blocks: list[Any]) -> str:
    """Return blocks in create form as HTML that looks a little as they do in Notion; each heading says its level."""
    lines: list[str] = []
    for block in blocks:
        kind, body = block["type"], block[block["type"]]
        text = "".join(map(_run, body["rich_text"]))
        if kind.startswith("heading"):
            lines.append(f"<p><sub>{kind.replace('_', ' ')}</sub><br><b>{text}</b></p>")
        elif kind == "bulleted_list_item":
            lines.append(f"<ul><li>{text}{seen(list(block.get('children', ())))}</li></ul>")
        else:
            lines.append(f"<pre>{text}</pre>" if kind == "code" else f"<p>{text}</p>")
    return "\n".join(lines).replace("</ul>\n<ul>", "\n")


def _run(run: Any) -> str:
    # No Markdown is meant here, and no line may end the block of HTML.
    text = re.sub(r"[*_`~\[\]\\]", lambda sign: f"&#{ord(sign[0])};", escape(run["text"]["content"]))
    text = text.replace("\n", "<br>")
    for mark, tag in (("bold", "b"), ("code", "code")):
        if run["annotations"].get(mark):
            text = f"<{tag}>{text}</{tag}>"
    link = run["text"]["link"]
    return f'<a href="{link["url"]}">{text}</a>' if link else text


# Pictures ------------------------------------------------------------------------------------------------------------


def digest(case: str, kramdown: Kramdown) -> str:
    """Return a digest of the HTML that a case becomes, whatever the version of the highlighter."""
    return looks(rendered.markdown(rendered.article(rendered.raw(case))), kramdown)


def looks(text: str, kramdown: Kramdown) -> str:
    """Return a digest of the HTML that Markdown becomes, whatever the version of the highlighter."""
    html = kramdown.render(text, baseurl="", syntax_highlighter=None)
    return sha256(" ".join(html.split()).encode()).hexdigest()[:16]


def digests() -> dict[str, str]:
    """Return the digests of all cases as they are rendered now."""
    with Kramdown() as kramdown:
        return {case: digest(case, kramdown) for case in rendered.names()}


def recorded(page: str) -> dict[str, str]:
    """Return the digests that a page holds: what its pictures were made from."""
    return dict(re.findall(r"^<!-- (\w+) ([0-9a-f]{16}) -->$", page, re.MULTILINE))


_PALETTE: Final = """(async () => {
  const image = new Image();
  image.src = 'data:image/png;base64,%s';
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const {data, width, height} = context.getImageData(0, 0, image.width, image.height);
  const at = (x, y) => { const i = 4 * (y * width + x); return data[i] << 16 | data[i + 1] << 8 | data[i + 2] };
  const page = at(width - 1, height - 1);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (at(x, y) !== page) {
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)] }
  if (right < left) [left, top, right, bottom] = [0, 0, 15, 15];
  const margin = 12, w = right - left + 1 + 2 * margin, h = bottom - top + 1 + 2 * margin;
  const pixel = (x, y) => {
    const [a, b] = [x - margin + left, y - margin + top];
    return a < 0 || b < 0 || a >= width || b >= height ? page : at(a, b) };
  const count = new Map();
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    const c = pixel(x, y); count.set(c, (count.get(c) ?? 0) + 1) }
  const palette = [...count].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, %d).map(([c]) => c);
  const known = new Map(palette.map((c, n) => [c, n]));
  const near = c => {
    if (!known.has(c)) {
      let best = 0, least = Infinity;
      palette.forEach((p, n) => {
        const far = ((p >> 16) - (c >> 16)) ** 2 + ((p >> 8 & 255) - (c >> 8 & 255)) ** 2 + ((p & 255) - (c & 255)) ** 2;
        if (far < least) [best, least] = [n, far] });
      known.set(c, best) }
    return known.get(c) };
  const rows = [];
  for (let y = 0; y < h; y++) {
    let row = '';
    for (let x = 0; x < w; x++) row += String.fromCharCode(near(pixel(x, y)));
    rows.push(btoa(row)) }
  return {w, h, palette, rows} })()"""


def small(png: bytes, browser: Browser, colors: int = 64) -> bytes:
    """Return a picture without the empty page around it, in its most frequent colours."""
    found = browser.ask(_PALETTE % (base64.b64encode(png).decode(), colors))
    palette = b"".join(color.to_bytes(3, "big") for color in found["palette"])
    rows = b"".join(b"\0" + base64.b64decode(row) for row in found["rows"])
    head = struct.pack(">IIBBBBB", found["w"], found["h"], 8, 3, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def photograph(folder: Path) -> None:
    """Build the site of all cases in `folder`, and put a picture of each case into the documentation."""
    rendered.write_site(folder)
    out, _ = rendered.build(folder)
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    with serve(out) as url, Browser() as browser:
        for case in rendered.names():
            browser.open(f"{url}/{case.replace('_', '-')}/", WIDTH)
            picture = small(browser.photograph(".post-content"), browser)
            (PICTURES / f"{case}.png").write_bytes(picture)


def photograph_sample(folder: Path) -> str:
    """Build the sample's site in `folder`, put a picture of its post into the documentation, and return its digest."""
    post = synced(SAMPLE.read_text(encoding="utf-8"), folder)
    built = build(folder, folder / "_site")
    (page,) = built.folder.rglob("*학습-일지.html")
    with serve(built.folder) as url, Browser() as browser:
        browser.open(f"{url}/{quote(page.relative_to(built.folder).as_posix())}", WIDTH)
        SAMPLE.with_suffix(".png").write_bytes(small(browser.photograph(".post"), browser))
    with Kramdown() as kramdown:
        return looks(post.split("---\n", 2)[2], kramdown)


def main() -> None:
    """Make everything anew."""
    with tempfile.TemporaryDirectory() as folder:
        photograph(Path(folder))
    PAGE.write_text(with_gallery(PAGE.read_text(encoding="utf-8"), digests()), encoding="utf-8")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        digest = photograph_sample(Path(one))
        page = SAMPLE.read_text(encoding="utf-8")
        SAMPLE.write_text(with_sample(page, {"sample": digest}, Path(two)), encoding="utf-8")


if __name__ == "__main__":
    main()
