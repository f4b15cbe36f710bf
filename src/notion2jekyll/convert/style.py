"""How Notion's looks become HTML attributes: the one place that names classes and inline styles.

What is inline has to be right on any theme, light or dark, without a stylesheet: texts have colours that are readable
on white and on tints of it (WCAG AA, 4.5 to 1) and still told from a dark page (3 to 1); backgrounds are tints that let
the theme's own colour through, so that the theme's text and links stay readable on them. The shipped stylesheet,
`assets/notion2jekyll.css`, has the classes.
"""

from __future__ import annotations

from typing import Final

from notion2jekyll.convert.context import Style
from notion2jekyll.markdown.nodes import Attributes

HUES: Final = {
    "gray": "#787774",
    "brown": "#9f6b53",
    "orange": "#d9730d",
    "yellow": "#cb912f",
    "green": "#448361",
    "blue": "#337ea9",
    "purple": "#9065b0",
    "pink": "#c14c8a",
    "red": "#d44c47",
}
"""Notion's colours as its web application shows texts in them; too light on white for long texts."""
TEXT_COLORS: Final = {
    "gray": "#686765",
    "brown": "#8b5d48",
    "orange": "#a35200",
    "yellow": "#7f6400",
    "green": "#3a7351",
    "blue": "#2b6e95",
    "purple": "#8155a2",
    "pink": "#af3d79",
    "red": "#b93c37",
}
"""The same, dark enough to be read."""
TINT: Final = "26"
"""How opaque a background is: 15 percent, as the last two digits of a colour."""
BACKGROUND_COLORS: Final = {name: hue + TINT for name, hue in HUES.items()}


def color(name: str, style: Style) -> Attributes:
    """Return the attributes that give text or a block the Notion colour `name`; none for `default` and unknown ones."""
    base = name.removesuffix("_background")
    if style.colors == "off" or base not in HUES:
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
    if style.colors == "class" and base in HUES:
        return (("class", f"notion-callout notion-{color_name.replace('_', '-')}"),)
    # Hardly any padding at the bottom: the last paragraph brings its margin along.
    look = "padding: 0.75em 1em 0.05em; margin: 1em 0; border-radius: 4px; "
    if color_name.endswith("_background"):
        look += f"background-color: {BACKGROUND_COLORS.get(base, BACKGROUND_COLORS['gray'])}"
    else:
        look += "border: 1px solid #80808066"
        look += f"; color: {TEXT_COLORS[base]}" if base in HUES else ""
    return _box("callout", look, style)


def indent(style: Style) -> Attributes:
    """Return the attributes of the box around blocks that are indented under a paragraph."""
    return _box("indent", "margin-left: 1.5em", style)


def toggle(style: Style) -> Attributes:
    """Return the attributes of a toggle: themes rarely keep what follows away from a closed one."""
    return _box("toggle", "margin-bottom: 1em", style)


def tab(style: Style) -> Attributes:
    """Return the attributes of the box around a tab: its label, then what it holds."""
    return _box("tab", "padding-left: 1em; border-left: 3px solid #80808066", style)


def wide(style: Style) -> Attributes:
    """Return the attributes of the box around what may be wider than a phone: it is moved sideways within it."""
    return _box("wide", "overflow-x: auto", style)


PLAYER: Final = "display: block; max-width: 100%; margin: 0 0 0.75em"
"""The look of a player: never wider than the page, with some space under it."""


PICTURE: Final = "max-width: 100%; height: auto"
"""The look of a picture that says its size: themes make wide ones narrower, and not all let them keep their shape."""


def columns(style: Style) -> Attributes:
    """Return the attributes of a row of columns, which stack where the screen is narrow."""
    return _box("columns", "display: flex; flex-wrap: wrap; column-gap: 1.5em", style)


def column(ratio: float | None, style: Style) -> Attributes:
    """Return the attributes of one column that takes `ratio` (0 to 1) of the width; None for an equal share."""
    grow = f"{100 * ratio:.4g}" if ratio else "1"  # less than 1 in all would leave a part of the width empty
    if style.colors == "class":
        return (("class", "notion-column"), *((("style", f"flex-grow: {grow}"),) if ratio else ()))
    # In a row of 30em or more the basis is less than nothing, so that only `grow` counts; in a narrower one it is so
    # large that each column has a line of its own.
    return _box("column", f"flex: {grow} 1 calc(29970em - 99900%); min-width: 0", style)
