"""Drawings without anything that acts: an SVG file is a page of its own, and runs scripts where a reader opens it.

What is taken out: scripts and handlers of events, pages within the drawing, and whatever makes a browser ask another
server. A drawing that has none of it stays as it is, byte for byte. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_ACTIVE: Final = frozenset({"script", "handler", "listener", "foreignobject", "iframe", "embed", "object"})
"""Elements of SVG that run something or hold a page, in lower case."""
_PAGES: Final = frozenset({"http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"})
"""Namespaces whose elements are alive in a drawing."""
_ANIMATIONS: Final = frozenset({"animate", "animatecolor", "animatemotion", "animatetransform", "set"})
_ADDRESSES: Final = frozenset({"href", "src", "data"})
_LINK: Final = re.compile(r"(?![a-z][a-z0-9+.-]*:)|https?:|mailto:", re.IGNORECASE)
_PICTURE: Final = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif)[;,]", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(
    r"""url\((?!\s*["']?\s*(?:#|data:))|@import|\\|(?:src|image|image-set)\s*\(""", re.IGNORECASE
)
"""In CSS: what leads out of the file, or could be written so that it is not seen."""
_IGNORED: Final = re.compile(r"[\x00-\x20]+")
_LENGTH: Final = re.compile(r"\s*(\d{1,5}(?:\.\d+)?)(?:px)?\s*")

ET.register_namespace("", _SVG)
ET.register_namespace("xlink", _XLINK)


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG file that may be opened."""

    content: bytes
    size: tuple[int, int] | None
    """Width and height in CSS pixels, where the file says them outright."""
    changed: bool
    """Whether anything was taken out."""


class _Builder(ET.TreeBuilder):
    """Builds the tree, and notes what is lost with it."""

    declares = False
    """Whether there is a declaration of types (which may define entities) or a style sheet from elsewhere."""

    def doctype(self, name: str, pubid: str | None, _: str | None) -> None:
        """Take note of `<!DOCTYPE …>`; the one that every editor wrote for years is harmless."""
        self.declares |= not (name == "svg" and (pubid or "").startswith("-//W3C//DTD SVG "))

    def pi(self, target: str, text: str | None = None) -> ET.Element:
        """Take note of `<?xml-stylesheet …?>` and the like."""
        self.declares = True
        return super().pi(target, text)


def tame(content: bytes) -> Drawing | None:
    """Return the drawing in `content` without what acts in it; None where browsers could not read it either."""
    builder = _Builder()
    # Entities of entities are bounded by expat itself, and nothing outside the file is ever asked for.
    parser = ET.XMLParser(target=builder)  # noqa: S314
    try:
        parser.feed(content)
        root = parser.close()
    except (ET.ParseError, ValueError, LookupError):
        return None
    if root.tag != f"{{{_SVG}}}svg":
        return None
    changed = _clean(root) or builder.declares or b"<!ENTITY" in content
    size = _size(root)
    if not changed:
        return Drawing(content, size, changed=False)
    try:
        written = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    except RecursionError:
        return None
    return Drawing(bytes(written) + b"\n", size, changed=True)


def _clean(root: ET.Element) -> bool:
    """Take out of `root` what acts; return whether there was anything."""
    changed = False
    for element in root.iter():
        for child in list(element):
            if _acts(child):
                _remove(element, child)
                changed = True
        for name in [name for name, value in element.items() if _leads_out(element, name, value)]:
            del element.attrib[name]
            changed = True
    return changed


def _remove(parent: ET.Element, child: ET.Element) -> None:
    """Remove `child`, and keep the text behind it."""
    at = list(parent).index(child)
    if child.tail and at:
        parent[at - 1].tail = (parent[at - 1].tail or "") + child.tail
    elif child.tail:
        parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def _acts(element: ET.Element) -> bool:
    space, name = _split(element.tag)
    if space in _PAGES or name in _ACTIVE:
        return True
    if name == "style":
        return bool(_ELSEWHERE.search("".join(element.itertext())))
    target = _split(element.get("attributeName", "").strip())[1].rpartition(":")[2]
    return name in _ANIMATIONS and (target in ("href", "src") or target.startswith("on"))


def _leads_out(element: ET.Element, attribute: str, value: str) -> bool:
    space, name = _split(attribute)
    if name == "base" if space else name.startswith("on"):
        return True
    if name in _ADDRESSES:
        address = _IGNORED.sub("", value)
        is_link = _split(element.tag)[1] == "a" and _LINK.match(address)
        return not (address.startswith("#") or _PICTURE.match(address) or is_link)
    return not space and (name == "style" or "(" in value) and bool(_ELSEWHERE.search(value))


def _split(tag: str) -> tuple[str, str]:
    """Return the namespace and the name, in lower case, of what ElementTree calls a tag."""
    space, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    return space, name.lower()


def _size(root: ET.Element) -> tuple[int, int] | None:
    found = [_LENGTH.fullmatch(root.get(side, "")) for side in ("width", "height")]
    sides = [round(float(side[1])) for side in found if side]
    return (sides[0], sides[1]) if len(sides) == 2 and all(sides) else None
