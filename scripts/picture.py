"""Make docs/demo.png, the picture in the README: a page of the demo as Notion shows it, beside its post on the blog.

`python scripts/picture.py` runs the demo, builds its site with the real Jekyll, draws the page's blocks beside the post and
photographs both in a real browser (`make system` installs them). The README remembers by a digest what the picture was
made from, so that a test can tell when one of the two sides has changed.
"""

# ruff: noqa: INP001  (a script, no package)

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from io import StringIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from rich.console import Console

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from gallery import small  # noqa: E402

from blogs import publish  # noqa: E402
from browser import Browser, serve  # noqa: E402
from notion2jekyll.demo import journal  # noqa: E402
from notion2jekyll.demo.run import run_demo  # noqa: E402
from notion2jekyll.demo.workspace import Workspace  # noqa: E402

READMES: Final = (ROOT / "README.md", ROOT / "README.ko.md")
PICTURE: Final = ROOT / "docs/demo.png"
POST: Final = "2주차-테스트가-지켜-준-것"
"""In the name of the post's file."""
WIDTH: Final = 1280
SCALE: Final = 1.5
COLORS: Final = 200

Json = dict[str, Any]

STYLE: Final = """
* { box-sizing: border-box }
body { margin: 0; background: #eef0f3; font: 16px/1.6 "Noto Sans CJK KR", "Noto Color Emoji", sans-serif; color: #37352f; word-break: keep-all }
#picture { display: grid; grid-template-columns: 1fr 1fr; gap: 28px; padding: 28px; width: 1280px; background: #eef0f3 }
.window { border-radius: 10px; overflow: hidden; background: #fff; border: 1px solid #d9dce1; height: 880px }
.bar { display: flex; gap: 7px; align-items: center; height: 38px; padding: 0 14px; background: #f7f7f8; border-bottom: 1px solid #e4e6ea; font-size: 13px; color: #6b7079 }
.bar i { width: 11px; height: 11px; border-radius: 50%; background: #d5d8dd }
.bar span { margin: 0 auto; position: relative; left: -25px }
.page { padding: 26px 44px }
.icon { font-size: 44px; line-height: 1.2 }
h1.title { font-size: 29px; line-height: 1.3; margin: 6px 0 14px }
.row { display: flex; font-size: 14px; line-height: 2 }
.row b { width: 92px; font-weight: 400; color: #8b8a86 }
.tag { background: #e9e8e5; border-radius: 4px; padding: 1px 8px; margin-right: 6px }
hr { border: 0; border-top: 1px solid #e9e8e5; margin: 14px 0 20px }
h1 { font-size: 23px; line-height: 1.3; margin: 24px 0 6px }
p { margin: 4px 0 } ul { margin: 4px 0; padding-left: 24px } li { margin: 3px 0 }
code { font: .85em "Noto Sans Mono CJK KR", monospace; color: #c4413a; background: #f1f1ef; border-radius: 4px; padding: 2px 5px }
pre { font: 13px/1.6 "Noto Sans Mono CJK KR", monospace; background: #f7f6f3; border-radius: 5px; padding: 16px 18px; margin: 8px 0; overflow: hidden }
.callout { display: flex; gap: 10px; background: #f1f1ef; border-radius: 5px; padding: 13px 15px; margin: 6px 0 }
iframe { border: 0; width: 122%; height: 1030px; display: block; transform: scale(.82); transform-origin: 0 0 }
"""


def words(runs: Sequence[Json]) -> str:
    """Return rich text as HTML."""
    parts = []
    for run in runs:
        content, marks = escape(run["plain_text"]), run["annotations"]
        for mark, tag in (("code", "code"), ("bold", "b"), ("italic", "i")):
            if marks[mark]:
                content = f"<{tag}>{content}</{tag}>"
        parts.append(content)
    return "".join(parts)


def drawn(block: Json) -> str:
    """Return a block as HTML that looks as it does in Notion. Raises KeyError for a type that this page does not have."""
    kind = block["type"]
    body = block[kind]
    content = words(body["rich_text"])
    return {
        "heading_1": f"<h1>{content}</h1>",
        "paragraph": f"<p>{content}</p>",
        "bulleted_list_item": f"<ul><li>{content}</ul>",
        "code": f"<pre>{content}</pre>",
        "callout": f"<div class=callout><span>{(body.get('icon') or {}).get('emoji', '')}</span><div>{content}</div></div>",
    }[kind]


def properties(page: Json) -> str:
    """Return the rows that Notion shows under a page's title."""
    rows = []
    for name, value in page["properties"].items():
        held = value[value["type"]]
        shown = {
            "multi_select": lambda held=held: "".join(
                f'<span class="tag">{one["name"]}</span>' for one in held
            ),
            "status": lambda held=held: f'<span class="tag">{held["name"]}</span>',
            "date": lambda held=held: held["start"][:16].replace("T", " "),
            "rich_text": lambda held=held: words(held),
        }
        if value["type"] in shown:
            rows.append(f'<div class="row"><b>{name}</b><span>{shown[value["type"]]()}</span></div>')
    return "".join(rows)


def journal_as_left() -> tuple[Workspace, journal.Ids]:
    """Return the demo's workspace as the demo leaves it."""
    workspace = Workspace(clock=lambda: datetime(2026, 3, 23, tzinfo=UTC))
    ids = journal.build(workspace)
    journal.edit(workspace, ids)
    return workspace, ids


def notion_side() -> str:
    """Return the page as Notion shows it, as HTML."""
    workspace, ids = journal_as_left()
    page = workspace.page(ids.second_week)
    blocks = [workspace.block(child) for child in workspace.child_ids(ids.second_week)]
    title = next(value["title"] for value in page["properties"].values() if value["type"] == "title")
    head = f'<div class="icon">{page["icon"]["emoji"]}</div><h1 class="title">{words(title)}</h1>'
    return f"{head}{properties(page)}<hr>{''.join(map(drawn, blocks))}"


def whole(address: str) -> str:
    """Return the page that is photographed; the post is shown from `address`."""
    bar = '<div class="bar"><i></i><i></i><i></i><span>{}</span></div>'
    return (
        f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><div id=picture>"
        f'<div class="window">{bar.format("Notion")}<div class="page">{notion_side()}</div></div>'
        f'<div class="window">{bar.format("me.github.io")}<iframe src="{address}"></iframe></div></div>'
    )


def digest(folder: Path) -> str:
    """Return a digest of what the picture shows: the page as it is drawn, its post, and the blog's style.

    The post is made in `folder`, an empty one.
    """
    site = ROOT / "src/notion2jekyll/demo/site"
    shutil.copyfile(site / "_config.yml", folder / "_config.yml")
    workspace, ids = journal_as_left()
    rule = "{property: 상태, is: [공개]}"
    post = publish(workspace, folder, f"notion: {{source: {ids.database}, publish: {rule}}}").text(
        ids.second_week
    )
    style = (site / "assets/style.css").read_text(encoding="utf-8")
    return sha256("\0".join((whole(""), post, style)).encode()).hexdigest()[:16]


def recorded(readme: str) -> str:
    """Return the digest that a README holds."""
    found = re.search(r"<!-- scripts/picture\.py (\w+) -->", readme)
    return found[1] if found else ""


def main() -> None:
    """Make the picture, and note in the READMEs what it was made from."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "blog"
        run_demo(
            folder,
            Console(file=StringIO()),
            environment=os.environ,  # noqa: TID251  (this is a command line of its own)
            sleep=lambda _: None,
        )
        site = folder / "_site"
        (page,) = site.rglob(f"{POST}.html")
        shutil.copytree(site, Path(place) / "served")
        (Path(place) / "served/picture.html").write_text(
            whole(quote(page.relative_to(site).as_posix())), "utf-8"
        )
        with serve(Path(place) / "served") as url, Browser() as browser:
            browser.open(f"{url}/picture.html", WIDTH)
            PICTURE.write_bytes(small(browser.photograph("#picture", scale=SCALE), browser, COLORS))
        made = digest(Path(place))
    for readme in READMES:
        text = readme.read_text(encoding="utf-8")
        readme.write_text(text.replace(recorded(text), made) if recorded(text) else text, encoding="utf-8")


if __name__ == "__main__":
    main()
