"""JSON as a service might one day send it: keys missing, nulls, values of other types, strangers."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2**40),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["", "x", "unknown_thing", "2026-13-45", "http://[", "\ud83d", "javascript:x", "\n", "🎉"]
    ),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just([[]]),
    st.just([{}]),
    st.just(["x"]),
    st.just({"type": "nothing", "nothing": None}),
    st.just({"type": ["x"]}),
    st.just({"type": "date", "date": {"start": 7}}),
)


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every part of `value`."""
    found = [at] if at else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += _places(item, (*at, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found += _places(item, (*at, number))
    return found


@st.composite
def mangled(draw: st.DrawFn, value: Any) -> Any:
    """Return `value` with one to three of its parts replaced or left out."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        places = _places(value)
        if not places:
            return value
        *way, last = draw(st.sampled_from(places))
        holder = value
        for step in way:
            holder = holder[step]
        if draw(st.booleans()):
            del holder[last]
        else:
            # A copy: the next round may mangle what this one put in.
            holder[last] = copy.deepcopy(draw(JUNK))
    return value
