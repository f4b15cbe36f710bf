"""Three versions of a post → one: what was written last, what a person made of it, what Notion says now. Pure.

Front matter is merged by key, the body by line. What only one side changed is taken from that side; where both changed
the same thing, the person's text stays, and a `Collision` says what Notion has there. Everything that is kept is kept
byte for byte: the order of keys, comments, quotes, line ends.

The body's merge is own code on `difflib`, because the merge libraries that are kept up are under the GPL, which this
package is not. The front matter's edits the text line by line, because a YAML library that keeps comments still
rewrites quotes and indents of a person's lines; its result is parsed and compared before it is believed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Final

import yaml

from notion2jekyll import foreign_yaml

WHOLE: Final = "the whole file"
"""Where a post collides whose front matter a person removed, or left as no valid YAML, or without its identity."""
FRONT_MATTER: Final = "the front matter"
"""Where keys collide that stand in a form which cannot be edited line by line."""

# As Jekyll finds it (Jekyll::Document::YAML_FRONT_MATTER_REGEXP).
_POST: Final = re.compile(
    r"(\ufeff?---[ \t]*\r?\n)(.*?)(^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z))", re.DOTALL | re.MULTILINE
)
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_SPACED: Final = re.compile(r"(?P<above>(?:[ \t\r]*\n)*)(?P<text>[^\n]*[^ \t\r\n][^\n]*\n?|[ \t\r]*\Z)")


@dataclass(frozen=True, slots=True)
class Collision:
    """Something that both sides changed, where the person's text stays."""

    where: str
    """A key of the front matter, lines of the merged file (`lines 12-14`), `FRONT_MATTER` or `WHOLE`."""
    theirs: str
    """What the person has there; empty where they deleted it."""
    ours: str
    """What Notion has there; empty where it is gone from there."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of a merge."""

    content: bytes
    """The whole file."""
    collisions: tuple[Collision, ...] = ()
    """In the order of the file."""


def merge(
    base: bytes, theirs: bytes, ours: bytes, *, automatic: Collection[str] = (), identity: str = ""
) -> Merged:
    """Return the post that has both the person's changes and Notion's.

    `base` is what this program wrote last, `theirs` what a person made of it, `ours` the new version. For the keys in
    `automatic`, which change by themselves, a person's own value stays without being a collision. A file whose key
    `identity` is not what it was is another one, which the person put there: it stays whole. Nothing is raised: bytes
    that are no UTF-8 are kept as they are.
    """
    if theirs == base:
        return Merged(ours)
    if ours in (base, theirs):
        return Merged(theirs)
    versions = [_POST.match(_text(content)) for content in (base, theirs, ours)]
    if (old := versions[0]) is None or (mine := versions[1]) is None or (new := versions[2]) is None:
        return Merged(theirs, (Collision(WHOLE, _text(theirs), _text(ours)),))
    values = _values(mine[2])
    if values is None or (identity and values.get(identity) != (_values(old[2]) or {}).get(identity)):
        return Merged(theirs, (Collision(WHOLE, _text(theirs), _text(ours)),))
    end = _line_end(_text(theirs))
    head, key_collisions = _merge_heads(old[2], mine[2], new[2], end, automatic)
    top = mine[1] + head + mine[3]
    bodies = [found.string[found.end() :] for found in (old, mine, new)]
    body, line_collisions = _merge_bodies(*bodies, end=end, first=top.count("\n") + 1)
    whole = _joined([*_lines(top), *body], end)
    return Merged(whole.encode("utf-8", "surrogateescape"), (*key_collisions, *line_collisions))


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _lines(text: str) -> list[str]:
    """Return the lines of `text` with their ends; only a line feed ends one, as in git."""
    return _LINE.findall(text)


def _line_end(text: str) -> str:
    """Return how most lines of `text` end."""
    return "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"


def _ended(texts: Sequence[str], end: str) -> list[str]:
    """Return our own `texts` with the line ends of the person's file."""
    return [text.replace("\n", end) for text in texts]


def _joined(lines: Sequence[str], end: str) -> str:
    """Return the text of `lines`: what was a last line without an end gets one where it is no longer the last."""
    whole = [line if line.endswith("\n") else line + end for line in lines[:-1]]
    return "".join([*whole, *lines[-1:]])


# Front matter, by key -------------------------------------------------------------------------------------------------

Value = Any
"""A YAML value that can be compared: (tag, text) or (tag, (values…)); whatever its quotes and form are."""


@dataclass(frozen=True, slots=True)
class _Section:
    """The lines of one key, or lines between keys that belong to none."""

    key: str | None
    text: str
    value: Value = None
    comments: tuple[str, ...] = ()
    """What a person noted beside and within the value: `# …`."""


def _merge_heads(
    base: str, theirs: str, ours: str, end: str, automatic: Collection[str]
) -> tuple[str, list[Collision]]:
    """Return the merged front matter, and its collisions."""
    old, new = _by_key(_sections(base)), _by_key(_sections(ours))
    changed = [key for key in {**old, **new} if _value_of(old, key) != _value_of(new, key)]
    kept = _sections(theirs)
    if kept is None:
        # It is valid, but in a form that lines cannot be put into: all of it is the person's.
        return theirs, [Collision(FRONT_MATTER, theirs, ours)] if set(changed) - set(automatic) else []
    mine = _by_key(kept)
    result = list(kept)
    collisions: list[Collision] = []
    for key in changed:
        if _value_of(mine, key) == _value_of(new, key):
            continue
        if _nfc(_value_of(mine, key)) == _nfc(_value_of(old, key)):
            _put(result, key, new, end)
        elif key not in automatic:
            texts = [sections[key].text if key in sections else "" for sections in (mine, new)]
            collisions.append(Collision(key, *texts))
    text = "".join(section.text for section in result)
    if _values(text) != {section.key: section.value for section in result if section.key is not None}:
        # The lines mean something else in their new company: an anchor went, or a value was not where it seemed to be.
        return theirs, [Collision(FRONT_MATTER, theirs, ours)]
    return text, sorted(collisions, key=lambda found: _place(result, found.where))


def _place(sections: Sequence[_Section], key: str) -> int:
    return next((number for number, section in enumerate(sections) if section.key == key), len(sections))


def _put(sections: list[_Section], key: str, new: Mapping[str, _Section], end: str) -> None:
    """Let `key` have its new value in `sections`, or none; it stays where it is, and so do comments."""
    place = _place(sections, key)
    old = sections[place] if place < len(sections) else None
    notes = old.comments if old else ()
    section = new.get(key)
    lines = _ended(_lines(section.text), end) if section else []
    if len(notes) == 1 and len(lines) == 1:
        lines = [lines[0].removesuffix(end) + f" {notes[0]}{end}"]
    else:
        lines = [*(note + end for note in notes), *lines]
    text = "".join(lines)
    changed = _Section(key, text, section.value) if section else _Section(None, text)
    if old is not None:
        sections[place] = changed
    else:
        sections.insert(_place_for(sections, key, list(new)), changed)


def _place_for(sections: Sequence[_Section], key: str, order: Sequence[str]) -> int:
    """Return where a new `key` goes: after the one that is before it in `order`, as far as there is one."""
    here = [section.key for section in sections]
    for before in reversed(order[: order.index(key)]):
        if before in here:
            return here.index(before) + 1
    return next((number for number, name in enumerate(here) if name is not None), len(here))


def _by_key(sections: Sequence[_Section] | None) -> dict[str, _Section]:
    return {section.key: section for section in sections or () if section.key is not None}


def _value_of(sections: Mapping[str, _Section], key: str) -> Value:
    return sections[key].value if key in sections else None


def _compose(head: str) -> yaml.Node | str | None:
    """Return the YAML of `head`, None where it is empty; a text says why there is none that Jekyll could read."""
    try:
        node = foreign_yaml.compose(head)
    except (yaml.YAMLError, ValueError) as error:
        return str(error) or "broken"
    return "not a mapping" if node is not None and not isinstance(node, yaml.MappingNode) else node


def _comparable(node: yaml.Node | None) -> Value:
    """Return what `node` means."""
    if isinstance(node, yaml.MappingNode):
        return node.tag, tuple((_comparable(key), _comparable(value)) for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return node.tag, tuple(_comparable(item) for item in node.value)
    return (node.tag, node.value) if node is not None else ()


def _nfc(value: Value) -> Value:
    """Return `value` with composed characters: some editors and file systems take them apart."""
    if isinstance(value, tuple):
        return tuple(_nfc(item) for item in value)
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _values(head: str) -> dict[Value, Value] | None:
    """Return key → value of `head`; None where it is no mapping. A key that is a list or a mapping is given as it compares."""
    node = _compose(head)
    if isinstance(node, str):
        return None
    pairs = node.value if node is not None else ()
    return {
        key.value if isinstance(key, yaml.ScalarNode) else _comparable(key): _comparable(value)
        for key, value in pairs
    }


def _sections(head: str) -> list[_Section] | None:
    """Return `head` in pieces that make it up again, None where keys do not each start a line of their own."""
    node = _compose(head)
    if node is None:
        return [_Section(None, head)] if head else []
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return None
    pairs = [(key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
    starts = [key.start_mark.index for key, _ in pairs]
    whole = len(pairs) == len(node.value) == len({key.value for key, _ in pairs})
    if not whole or any(start and head[start - 1] != "\n" for start in starts):
        return None
    tokens = [token for token in yaml.scan(head, Loader=yaml.SafeLoader) if _length(token)]
    sections = [_Section(None, head[: starts[0]])] if starts[0] else []
    for (key, value), start, stop in zip(pairs, starts, [*starts[1:], len(head)], strict=True):
        inside = [token for token in tokens if start <= token.start_mark.index < stop]
        last = min(inside[-1].end_mark.index, stop)
        cut = last if head[last - 1] == "\n" else head.index("\n", last) + 1
        comments = tuple(_comments(head, inside, cut))
        sections.append(_Section(key.value, head[start:cut], _comparable(value), comments))
        if cut < stop:
            sections.append(_Section(None, head[cut:stop]))
    return sections


def _length(token: yaml.Token) -> int:
    return int(token.end_mark.index - token.start_mark.index)


def _comments(head: str, tokens: Sequence[yaml.Token], stop: int) -> Iterator[str]:
    """Yield the comments between `tokens` and after them, up to `stop`."""
    ends = [token.start_mark.index for token in tokens[1:]] + [stop]
    for token, end in zip(tokens, ends, strict=True):
        gap = head[token.end_mark.index : end]
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            gap = head[token.start_mark.index :].partition("\n")[0].lstrip("|>+-0123456789") + "\n" + gap
        for line in gap.split("\n"):
            if "#" in line:
                yield line[line.index("#") :].rstrip()


# Body, by line --------------------------------------------------------------------------------------------------------
#
# Lines carry the blank ones above them along. Blank lines alone are in every post everywhere: a comparison that holds on
# to them finds two neighbouring paragraphs that went on different sides to overlap.


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank, with its end."""

    above: str
    """The blank lines above it."""
    text: str


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines `start` to `stop` of the base that became `lines` on one side; none where lines were put in."""

    start: int
    stop: int
    lines: tuple[_Line, ...]
    ours: bool


def _merge_bodies(
    base: str, theirs: str, ours: str, *, end: str, first: int
) -> tuple[list[str], list[Collision]]:
    """Return the merged lines, and the collisions; `first` is the number of the body's first line in the file."""
    old, mine, new = _spaced(base), _spaced(theirs), _spaced(ours.replace("\n", end))
    _space(old, mine, new)
    by_them = [_Change(i, i_end, tuple(mine[j:j_end]), False) for i, i_end, j, j_end in _diff(old, mine)]
    by_us = [_Change(i, i_end, tuple(new[j:j_end]), True) for i, i_end, j, j_end in _diff(old, new)]
    # Lines that the person left alone are taken from their file: they may end otherwise there.
    kept = list(old)
    for number, place in _counterparts(old, mine).items():
        if _key(old[number]) == _key(mine[place]):
            kept[number] = mine[place]

    merged: list[_Line] = []
    clashes: list[tuple[int, list[_Line], list[_Line]]] = []
    done = 0
    for group in _groups([*by_them, *by_us]):
        start, stop = group[0].start, max(change.stop for change in group)
        merged += kept[done:start]
        done = stop
        mine, new = (_side(kept, group, start, stop, ours=side) for side in (False, True))
        if start == stop and len(group) > 1:
            merged += _both(mine, new)
        elif len({change.ours for change in group}) == 1:
            merged += new if group[0].ours else mine
        else:
            if _keys(mine) != _keys(new):
                at = len(merged)
                if clashes and clashes[-1][0] + len(clashes[-1][1]) == at:
                    # Neighbours that collide are one passage to whoever reads of it.
                    at, before, after = clashes.pop()
                    clashes.append((at, before + mine, after + new))
                else:
                    clashes.append((at, mine, new))
            merged += mine
    merged += kept[done:]
    collisions = [
        _collision(_plain(merged[:at]), _plain(mine), _plain(new), first) for at, mine, new in clashes
    ]
    return [part for line in merged for part in (line.above, line.text) if part], collisions


def _spaced(body: str) -> list[_Line]:
    """Return the lines of `body`; blank ones at its end are above an empty one."""
    found = [_Line(match["above"], match["text"]) for match in _SPACED.finditer(body)]
    return [line for line in found if line.above or line.text]


def _space(old: list[_Line], mine: list[_Line], new: list[_Line]) -> None:
    """Let lines that all have, rewritten or not, have the same blank lines above them: as the person has it, if they changed it."""
    by_them, by_us = _counterparts(old, mine), _counterparts(old, new)
    for number in by_them.keys() & by_us.keys():
        one, other = mine[by_them[number]], new[by_us[number]]
        same = one.above.count("\n") == old[number].above.count("\n")
        mine[by_them[number]] = replace(one, above=other.above if same else one.above)
        new[by_us[number]] = replace(other, above=mine[by_them[number]].above)


def _plain(lines: Sequence[_Line]) -> str:
    return "".join(line.above + line.text for line in lines)


def _collision(before: str, theirs: str, ours: str, first: int) -> Collision:
    blank = len(theirs) - len(theirs.lstrip())
    text = theirs.strip("\r\n")
    start = first + before.count("\n") + theirs[:blank].count("\n")
    stop = start + text.count("\n")
    where = f"lines {start}-{stop}" if stop > start else f"line {start}"
    return Collision(where, text, ours.strip("\r\n"))


def _key(line: _Line) -> str:
    """Return what has to be equal for a line to count as untouched: neither its end nor its form of Unicode."""
    return unicodedata.normalize("NFC", line.text.removesuffix("\n").removesuffix("\r"))


def _keys(lines: Sequence[_Line]) -> list[str]:
    return [_key(line) for line in lines]


def _diff(old: Sequence[_Line], new: Sequence[_Line]) -> Iterator[tuple[int, int, int, int]]:
    """Yield where the versions differ: from, to in `old`, from, to in `new`."""
    first, second = _keys(old), _keys(new)
    # What is the same before and after is put aside: the matcher's time grows with the square of the lines that are alike.
    head = _common(first, second)
    tail = _common(first[head:][::-1], second[head:][::-1])
    first, second = first[head : len(first) - tail], second[head : len(second) - tail]
    for tag, *places in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        i, i_end, j, j_end = (place + head for place in places)
        if tag == "replace" and i_end - i == j_end - j:
            # Each was rewritten in its place, and something may come between them.
            yield from ((i + step, i + step + 1, j + step, j + step + 1) for step in range(i_end - i))
        elif tag != "equal":
            yield i, i_end, j, j_end


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return how many lines both begin with."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _counterparts(old: Sequence[_Line], new: Sequence[_Line]) -> dict[int, int]:
    """Return number in `old` → number in `new` of the lines that stayed or were rewritten in their place."""
    pairs: dict[int, int] = {}
    i = j = 0
    for start, stop, first, last in (*_diff(old, new), (len(old), len(old), len(new), len(new))):
        pairs |= dict(zip(range(i, start), range(j, first), strict=True))
        if (stop - start, last - first) == (1, 1):
            pairs[start] = first
        i, j = stop, last
    return pairs


def _groups(changes: Sequence[_Change]) -> Iterator[list[_Change]]:
    """Yield the changes in order, those together that touch the same lines, or put lines in at the same place."""
    group: list[_Change] = []
    for change in sorted(changes, key=lambda change: (change.start, change.stop)):
        stop = max((other.stop for other in group), default=-1)
        together = change.start < stop or (group and change.start == change.stop == group[0].start == stop)
        if group and not together:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _side(
    kept: Sequence[_Line], group: Sequence[_Change], start: int, stop: int, *, ours: bool
) -> list[_Line]:
    """Return what one side has for lines `start` to `stop` of the base."""
    lines: list[_Line] = []
    for change in group:
        if change.ours == ours:
            lines += [*kept[start : change.start], *change.lines]
            start = change.stop
    return [*lines, *kept[start:stop]]


def _both(theirs: list[_Line], ours: list[_Line]) -> list[_Line]:
    """Return the lines that both put in at one place: each once, a line that goes on with the text above first."""
    if _within(ours, theirs):
        return theirs
    if _within(theirs, ours):
        return ours
    if ours[0].above and not theirs[0].above:
        return [*theirs, *ours]
    return [*ours, *theirs]


def _within(part: Sequence[_Line], whole: Sequence[_Line]) -> bool:
    some, every = _keys(part), _keys(whole)
    return any(every[at : at + len(some)] == some for at in range(len(every) - len(some) + 1))
