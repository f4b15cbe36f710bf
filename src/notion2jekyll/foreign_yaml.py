"""YAML that people wrote, read within bounds: no file of a repository can crash a run, stop it, or fill its memory. Pure.

PyYAML alone is safe from code in a file, and from nothing else: brackets that are deep enough end the process (libyaml)
or the stack (Python), aliases of aliases double what looks at values with each line (“billion laughs”), and a megabyte
takes minutes. What people write is far below all bounds.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

MAX_CHARS: Final = 100_000
"""Characters; a tenth of that is a front matter such as nobody writes, and takes half a second."""
MAX_DEPTH: Final = 50
"""Lists and mappings within each other."""
MAX_VALUES: Final = 50_000
"""Values, those behind aliases counted as often as they stand there."""


_OPEN: Final = -1
"""Stands for the number of values in a list or mapping that is still being counted."""


class Unbounded(yaml.YAMLError):
    """The text is larger or deeper than anything a person writes, unfolds to more, or refers to itself."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe reader, which stops where it gets too deep."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.depth >= MAX_DEPTH:
            raise Unbounded(f"it is nested more than {MAX_DEPTH} levels deep")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def compose(text: str, *, first: bool = False) -> yaml.Node | None:
    """Return the node of the document in `text`, None where it is empty; with `first`, of the first of several.

    Raises yaml.YAMLError for what is no YAML, and Unbounded, which is one, for what is too much of it.
    """
    if len(text) > MAX_CHARS:
        raise Unbounded(f"it has {len(text)} characters, more than {MAX_CHARS}")
    loader = _Loader(text)
    node: yaml.Node | None = None
    try:
        if not first:
            node = loader.get_single_node()
        elif loader.check_node():
            node = loader.get_node()
    finally:
        loader.dispose()
    if node is not None and _values(node, {}) > MAX_VALUES:
        raise Unbounded(f"it has more than {MAX_VALUES} values")
    return node


def load(text: str, *, first: bool = False) -> Any:
    """Return the value of the document in `text`, as `yaml.safe_load` does. Raises as `compose`, and ValueError.

    ValueError is for what looks like a date and is none.
    """
    node = compose(text, first=first)
    if node is None:
        return None
    loader = _Loader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _values(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many values `node` has when every alias is written out; `known` remembers them by `id`."""
    if known.get(id(node)) == _OPEN:
        raise Unbounded("it refers to itself")
    if id(node) not in known:
        known[id(node)] = _OPEN
        below: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            below = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            below = node.value
        known[id(node)] = 1 + sum(_values(part, known) for part in below)
    return known[id(node)]
