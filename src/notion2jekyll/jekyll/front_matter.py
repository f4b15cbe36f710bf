r"""Front matter: written so that Ruby reads every value back as it was, and read from the posts of a site.

Plain PyYAML output read by Ruby changes 3.5–6 % of random strings (`1,000`, `yes`, `:)`); with every string in double
quotes, non-ASCII raw and `\\uXXXX` for controls alone, none of 20,000 (facts, measured in both of Jekyll's loaders).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from notion2jekyll import foreign_yaml

_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ODD_KEYS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# C0 (json.dumps escapes those), DEL, C1, line and paragraph separator, word joiner, byte order mark, non-characters.
_CONTROL: Final = re.compile("[\x7f-\x9f\u2028\u2029\u2060\ufeff\ufffe\uffff]")


def quoted(text: str) -> str:
    """Return `text` as a YAML double-quoted scalar on one line; half of a surrogate pair becomes `?`."""
    text = text.encode("utf-8", "replace").decode()
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


class Stamp(str):
    """A time as `stamp` gives it, to be written without quotes."""

    __slots__ = ()


class _Writer(yaml.SafeDumper):
    """PyYAML's writer with our way of quoting."""

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: ARG002
        self.write_indicator(quoted(text), True)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        # A value that stands in two places is written twice: no reader of the post has to know aliases.
        return True


def _string(writer: _Writer, text: str) -> yaml.Node:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style='"')


def _mapping(writer: _Writer, values: Mapping[Any, Any]) -> yaml.Node:
    pairs = []
    for key, value in values.items():
        plain = isinstance(key, str) and _KEY.fullmatch(key) and key.lower() not in _ODD_KEYS
        name = yaml.ScalarNode("tag:yaml.org,2002:str", key) if plain else writer.represent_data(key)
        pairs.append((name, writer.represent_data(value)))
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=False)


def _sequence(writer: _Writer, values: Any) -> yaml.Node:
    nodes = [writer.represent_data(value) for value in values]
    # A time on one line with others would get quotes, and be a text to Ruby.
    flat = all(isinstance(node, yaml.ScalarNode) and (node.style or ":" not in node.value) for node in nodes)
    return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, flow_style=flat)


def _moment(writer: _Writer, value: datetime) -> yaml.Node:
    try:
        text = stamp(value)
    except OverflowError:  # a time before the first or after the last that a calendar has, elsewhere
        return _string(writer, value.isoformat(" "))
    # A plain scalar: PyYAML itself would not take `+0900` for a time, Ruby does.
    return _string(writer, text) if _skipped(text) else writer.represent_scalar("tag:yaml.org,2002:str", text)


def _date(writer: _Writer, value: date) -> yaml.Node:
    text = value.isoformat()
    tag = "tag:yaml.org,2002:timestamp"
    return _string(writer, text) if _skipped(text) else writer.represent_scalar(tag, text)


def _skipped(text: str) -> bool:
    """Return whether Ruby's calendar has no such day: after 4 October 1582 came the 15th. It would be read as a text anyway."""
    return "1582-10-05" <= text[:10] <= "1582-10-14"


_Writer.add_representer(str, _string)
_Writer.add_representer(dict, _mapping)
_Writer.add_representer(list, _sequence)
_Writer.add_representer(tuple, _sequence)
_Writer.add_representer(datetime, _moment)
_Writer.add_representer(date, _date)
_Writer.add_representer(
    Stamp, lambda writer, text: writer.represent_scalar("tag:yaml.org,2002:str", str(text))
)


def stamp(moment: datetime) -> str:
    """Return `moment` as Jekyll writes times: `2026-11-20 09:30:00 +0900`. Always with its offset: without one it is UTC.

    Raises OverflowError for a time that has none in UTC, and an offset of a day that Ruby does not read.
    """
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    offset = f"{moment:%z}"
    if len(offset) > len("+0900") or offset.startswith("-00"):
        # Old offsets have seconds, which Ruby does not read, and it takes those of less than an hour for positive.
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            moment = _in_whole_hours(moment)
    return f"{moment.replace(tzinfo=None).isoformat(' ')} {moment:%z}"


def _in_whole_hours(moment: datetime) -> datetime:
    """Return `moment` with the next offset of whole hours, for those that UTC has no year for. Raises OverflowError."""
    offset = moment.utcoffset() or timedelta()
    hours = -(-abs(offset) // timedelta(hours=1)) * (-1 if offset < timedelta() else 1)
    if abs(hours) == 24:
        raise OverflowError("no offset")
    whole = timedelta(hours=hours)
    return (moment.replace(tzinfo=None) + (whole - offset)).replace(tzinfo=timezone(whole))


def dump(values: Mapping[str, Any], body: str) -> str:
    """Return a file of Jekyll's: `values` as front matter in their order, then `body`."""
    head = document(dict(values))
    return f"---\n{head}---\n\n{body}" if body else f"---\n{head}---\n"


def document(value: Any) -> str:
    """Return `value` (a mapping or a list) as a YAML document that Ruby reads back as it was."""
    return str(yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=2**31))


def inert(text: str) -> str:
    """Return `text` so that it reads the same and opens no HTML element, for a theme that prints it as it is.

    An escape would be right there and wrong in themes that escape; a word joiner (U+2060), which nobody sees, is right in both.
    """
    return re.sub(r"<(?=[A-Za-z/!?])", "<\u2060", text)


class _Reader(YAMLHandler):
    """What finds front matter in a text, with our way of reading YAML."""

    def load(self, fm: str, **_: object) -> Any:
        return foreign_yaml.load(fm)


def load(text: str) -> Mapping[str, Any] | None:
    """Return the front matter of `text`, None where it has none or its YAML is broken, or more than a person writes."""
    try:
        metadata, _ = frontmatter.parse(text, handler=_Reader())
    except (yaml.YAMLError, ValueError):
        return None
    return metadata or None
