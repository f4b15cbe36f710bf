"""Pictures and other media: what browsers show of them, how large they are, and those that stand for the whole page."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from notion2jekyll.convert.context import Context, Copy
from notion2jekyll.convert.richtext import is_safe
from notion2jekyll.convert.style import PICTURE
from notion2jekyll.formats import IMAGES, ending
from notion2jekyll.markdown.nodes import Attributes, Url
from notion2jekyll.notion.model import File, Page


def look(file: File, context: Context) -> Attributes:
    """Return the attributes of the picture `file`: its size, and that it is loaded when it is about to be seen.

    The first of a page is loaded at once. One whose size is not known has none of them: loaded late, it would make the
    text jump while somebody reads.
    """
    copy = context.links.file(file, picture=True)
    if copy is None or copy.size is None or copy.trouble or not context.style.dimensions:
        return ()
    context.pictures += 1
    width, height = copy.size
    late = (("loading", "lazy"),) if context.pictures > 1 else ()
    return (("width", str(width)), ("height", str(height)), *late, ("style", PICTURE))


def refusal(copy: Copy | None, shown: Collection[str], verb: str) -> str:
    """Return why browsers do not show `copy`, as a clause; empty where its ending is among those `shown`.

    Of a nameless one nobody knows before it was looked into; one that stays at its own address is not judged by its name.
    """
    if copy is None or copy.trouble:
        return ""
    kind = ending(copy.place.path)
    if kind in shown or not (kind or copy.known):
        return ""
    return f"browsers cannot {verb} {f'{kind.upper()} files' if kind else 'files of its kind'}"


def picture(file: File, what: str, context: Context) -> Url | None:
    """Return where a picture is that has no place for a link in its stead; None and a problem where it cannot be shown."""
    if not (file.hosted or is_safe(file.url)):
        context.problem("warning", f"{what} is left out: a blog cannot show a picture from its address.")
        return None
    if why := refusal(context.links.file(file, picture=True), IMAGES, "show"):
        hint = "Save it as JPEG or PNG, and add it again in Notion."
        context.problem("warning", f"{what}, {file.name}, is left out: {why}.", hint)
        return None
    return context.url(file, picture=True)


def cover(page: Page, context: Context) -> Url | None:
    """Return where the cover of `page` is, None where it has none that a blog can show."""
    file = page.cover
    if file is None or not (file.hosted or urlsplit(file.url).scheme in ("http", "https")):
        return None
    return picture(file, "The cover", context)


def icon(page: Page, context: Context) -> Url | None:
    """Return the icon of `page`: an emoji, or where its picture is.

    None where it has none, or one of Notion's own: Notion names those and gives no picture of them.
    """
    if page.icon is None or page.icon.file is None:
        return page.icon.emoji or None if page.icon else None
    return picture(page.icon.file, "The icon", context)
