"""How Notion's looks become HTML attributes: the one place that names classes and inline styles."""

from __future__ import annotations

from typing import Final

from notion2jekyll.convert.context import Style
from notion2jekyll.markdown.nodes import Attributes

# Notion's own text and background colours in its light theme, as its web application shows them.
TEXT_COLORS: Final = {
    "gray": "#787774",
    "brown": "#976d57",
    "orange": "#cc782f",
    "yellow": "#c29343",
    "green": "#548164",
    "blue": "#487ca5",
    "purple": "#8a67ab",
    "pink": "#b35488",
    "red": "#c4554d",
}
BACKGROUND_COLORS: Final = {
    "gray": "#f1f1ef",
    "brown": "#f3eeee",
    "orange": "#f8ecdf",
    "yellow": "#faf3dd",
    "green": "#eef3ed",
    "blue": "#e9f3f7",
    "purple": "#f6f3f8",
    "pink": "#f9f2f5",
    "red": "#fdebec",
}


def color(name: str, style: Style) -> Attributes:
    """Return the attributes that give text or a block the Notion colour `name`; none for `default` and unknown ones."""
    base = name.removesuffix("_background")
    if style.colors == "off" or base not in TEXT_COLORS:
        return ()
    if style.colors == "class":
        return (("class", "notion-" + name.replace("_", "-")),)
    if name.endswith("_background"):
        return (("style", f"background-color: {BACKGROUND_COLORS[base]}"),)
    return (("style", f"color: {TEXT_COLORS[base]}"),)


def _box(kind: str, inline: str, style: Style) -> Attributes:
    return (("class", f"notion-{kind}"),) + ((("style", inline),) if style.colors == "inline" else ())


def callout(color_name: str, style: Style) -> Attributes:
    """Return the attributes of a callout's box."""
    base = color_name.removesuffix("_background")
    if style.colors == "class" and base in TEXT_COLORS:
        return (("class", f"notion-callout notion-{color_name.replace('_', '-')}"),)
    look = "padding: 0.5em 1em; margin: 1em 0; border-radius: 4px; "
    if color_name.endswith("_background"):
        look += f"background-color: {BACKGROUND_COLORS.get(base, BACKGROUND_COLORS['gray'])}"
    else:
        look += "border: 1px solid #d3d1cb"
        look += f"; color: {TEXT_COLORS[base]}" if base in TEXT_COLORS else ""
    return _box("callout", look, style)


def indent(style: Style) -> Attributes:
    """Return the attributes of the box around blocks that are indented under a paragraph."""
    return _box("indent", "margin-left: 1.5em", style)


def columns(style: Style) -> Attributes:
    """Return the attributes of a row of columns, which stack where the screen is narrow."""
    return _box("columns", "display: flex; flex-wrap: wrap; gap: 1.5em", style)


def column(ratio: float | None, style: Style) -> Attributes:
    """Return the attributes of one column that takes `ratio` (0 to 1) of the width; None for an equal share."""
    grow = f"{ratio:.4g}" if ratio else "1"
    return _box("column", f"flex: {grow} 1 14em; min-width: 0", style)
