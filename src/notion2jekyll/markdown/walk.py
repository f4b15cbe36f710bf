"""Looking through a tree, and changing parts of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any


def within(node: Any) -> Iterator[Any]:
    """Yield every node below `node`, blocks and inlines alike, in the order in which they are read."""
    parts = (getattr(node, field.name) for field in fields(node)) if is_dataclass(node) else node
    for part in parts:
        if is_dataclass(part):
            yield part
        if is_dataclass(part) or isinstance(part, tuple):
            yield from within(part)


def mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """Return `node` with every node in it, itself included, replaced by what `change` makes of it, the inner ones first."""
    if isinstance(node, tuple):
        return tuple(mapped(each, change) for each in node)
    if not is_dataclass(node):
        return node
    inner = {field.name: mapped(getattr(node, field.name), change) for field in fields(node)}
    return change(replace(node, **inner))  # type: ignore[type-var]
