"""Changing single values of a YAML file that a person wrote, and not a letter of the rest. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Final

import yaml

from notion2jekyll import foreign_yaml

Path = tuple[str, ...]
"""Keys from the root to a value."""
Value = str | bool | Sequence["Value"] | Mapping[str, "Value"]

_PLAIN: Final = re.compile(r"[A-Za-z0-9][\w./:?=&%#-]*|[^\W\d_][\w ]*\w", re.ASCII)
_LETTERS: Final = re.compile(r"[^\W\d_](?:[\w ]*\w)?")


class NotEditable(ValueError):
    """The text has a form in which one value cannot be changed by itself, such as an alias."""


def flow(value: Value) -> str:
    """Return `value` on one line of YAML, with quotes where they are needed and nowhere else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {flow(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) or _LETTERS.fullmatch(text)
    if plain and not text.endswith(":") and yaml.safe_load(text) == text:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else _escape(each) for each in quoted)


def _escape(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) <= 0xFFFF else f"\\U{ord(letter):08x}"


def edited(text: str, changes: Mapping[Path, Value]) -> str:
    """Return `text`, a mapping in YAML, with each of `changes` made: a value is replaced, or its key is added.

    Everything else, comments and blanks among it, stays letter by letter. Raises NotEditable where that cannot be done.
    """
    wanted = foreign_yaml.load(text)
    if not isinstance(wanted, dict):
        raise NotEditable("it is no mapping")
    wanted = deepcopy(wanted)
    for path, value in changes.items():
        text = _edited(text, path, value)
        inner = wanted
        for key in path[:-1]:
            inner[key] = dict(inner.get(key) or {})
            inner = inner[key]
        inner[path[-1]] = yaml.safe_load(flow(value))
    try:
        if foreign_yaml.load(text) == wanted:
            return text
    except (yaml.YAMLError, ValueError) as error:
        raise NotEditable("its form is unusual") from error
    raise NotEditable("its form is unusual")


def _edited(text: str, path: Path, value: Value) -> str:
    node = foreign_yaml.compose(text)
    place = 0
    for depth, name in enumerate(path):
        if not isinstance(node, yaml.MappingNode):
            raise NotEditable(f"`{'.'.join(path[:depth])}` is no section")
        pair = next((pair for pair in node.value if pair[0].value == name), None)
        if pair is None:
            return _added(text, node, name, _nested(path[depth + 1 :], value))
        key, inner = pair
        if key.start_mark.index < place or inner.start_mark.index < key.end_mark.index:
            raise NotEditable("it has aliases")
        place = key.end_mark.index
        if depth == len(path) - 1 or _is_empty(inner):
            return _replaced(text, key, inner, _nested(path[depth + 1 :], value))
        node = inner
    return text


def _nested(path: Path, value: Value) -> Value:
    return {path[0]: _nested(path[1:], value)} if path else value


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _replaced(text: str, key: yaml.Node, old: yaml.Node, value: Value) -> str:
    start, end = old.start_mark.index, _end(text, old)
    if start == end or (isinstance(old, yaml.CollectionNode) and not old.flow_style):
        # What stands on lines of its own moves up to its key.
        colon = text.index(":", key.end_mark.index) + 1
        return f"{text[:colon]} {flow(value)}{text[end:]}"
    return text[:start] + flow(value) + text[end:]


def _added(text: str, node: yaml.MappingNode, name: str, value: Value) -> str:
    entry = f"{_scalar(name)}: {flow(value)}"
    if node.flow_style:
        start = node.start_mark.index + 1
        return f"{text[:start]}{entry}{', ' if node.value else ''}{text[start:]}"
    ending = "\r\n" if "\r\n" in text else "\n"
    end = _end(text, node)
    line = len(text) if (at := text.find("\n", max(end - 1, 0))) < 0 else at + 1
    before = text[:line] if text[:line].endswith("\n") else text[:line] + ending
    indent = " " * node.value[0][0].start_mark.column
    if indent:
        return f"{before}{indent}{entry}{ending}{text[line:]}"
    # A section of its own, at the end.
    if isinstance(value, Mapping):
        entry = ending.join(
            [f"{_scalar(name)}:", *(f"  {_scalar(key)}: {flow(each)}" for key, each in value.items())]
        )
    return f"{before}{ending}{entry}{ending}{text[line:]}"


def _end(text: str, node: yaml.Node) -> int:
    """Return where `node` ends, without the blank lines and comments after it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(node, yaml.MappingNode) else last)
    index: int = node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return len(text[:index].rstrip("\r\n"))
    return index
