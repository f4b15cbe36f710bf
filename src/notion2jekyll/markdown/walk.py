"""Looking through a tree, and changing parts of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any


def _fields(node: Any) -> Mapping[str, Any] | None:
    """Return the fields of a node by name; None for what is no node. Asked of each node, so without `dataclasses.fields`."""
    found: Mapping[str, Any] | None = getattr(type(node), "__dataclass_fields__", None)
    return found


def within(node: Any) -> list[Any]:
    """Return every node below `node`, blocks and inlines alike, in the order in which they are read."""
    found: list[Any] = []
    _collect(node, found)
    return found


def _collect(node: Any, found: list[Any]) -> None:
    names = _fields(node)
    for part in node if names is None else [getattr(node, name) for name in names]:
        if _fields(part) is not None:
            found.append(part)
            _collect(part, found)
        elif isinstance(part, tuple):
            _collect(part, found)


def mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """Return `node` with every node in it, itself included, replaced by what `change` makes of it, the inner ones first."""
    if isinstance(node, tuple):
        return tuple(mapped(each, change) for each in node)
    names = _fields(node)
    if names is None:
        return node
    inner = {name: mapped(getattr(node, name), change) for name in names}
    return change(replace(node, **inner))
