"""Which rows could be published: rules that a source's properties allow, and how many rows each publishes now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from notion2jekyll.jekyll.meta import Options, folded, roles
from notion2jekyll.notion.fetch import PropertySchema
from notion2jekyll.notion.model import Page, Property
from notion2jekyll.publish import Rule, refusal

Wish = Rule | Literal["all"]
"""Which rows are published."""

PUBLISHED: Final = frozenset(
    {
        *("published", "publish", "public", "live", "posted", "online", "on blog", "blog"),
        *("발행", "발행됨", "발행 완료", "발행완료", "게시", "게시됨", "게시 완료", "게시완료", "공개", "공개됨", "공개 여부"),
        *("公開", "公開済み", "公開済", "公開中", "投稿済み", "掲載済み"),
        *("已发布", "发布", "已公开", "公开", "已發佈", "已發布", "發佈", "發布", "已公開"),
    }
)  # fmt: skip
"""What people call what everybody may read, in lower case: as an option, or as a box to tick."""

_KINDS: Final = ("status", "checkbox", "select", "multi_select")
"""The types of property that can say what is published, the likeliest first."""
_MANY: Final = 8
"""A select with more options than this sorts rows by something else."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule, and what it comes to."""

    rule: Wish
    rows: int
    """How many of the rows it publishes now."""


def proposals(schema: Mapping[str, PropertySchema], rows: Sequence[Page]) -> tuple[Proposal, ...]:
    """Return the rules that properties like those of `schema` allow, the likeliest first, `all` at the end."""
    playing = roles({name: Property("", name, each.type, {}) for name, each in schema.items()}, Options())
    sorting = {playing.get("tags"), playing.get("categories"), playing.get("author")}
    found: list[Wish] = []
    for kind in _KINDS:
        for name, own in schema.items():
            if own.type == kind:
                found += [Rule(name, (option,)) for option in _options(own, is_sorting=name in sorting)]
    return tuple(Proposal(rule, count(rule, rows)) for rule in (*found, "all"))


def _options(own: PropertySchema, *, is_sorting: bool) -> Iterable[str | bool]:
    if own.type == "checkbox":
        return (True,)
    # People order options as work proceeds: the last is the likeliest.
    options = own.options[::-1]
    few = own.type == "status" or (own.type == "select" and len(options) <= _MANY)
    return options if few and not is_sorting else [each for each in options if folded(each) in PUBLISHED]


def count(rule: Wish, rows: Iterable[Page]) -> int:
    """Return how many of `rows` are published by `rule`."""
    return sum(refusal(page, rule) is None for page in rows)


def likeliest(offered: Iterable[Proposal]) -> Proposal | None:
    """Return the one of `offered` that is named for publishing; None where there is none: nothing is published by a guess."""
    for each in offered:
        if each.rule != "all":
            (value,) = each.rule.values
            if folded(each.rule.property if value is True else str(value)) in PUBLISHED:
                return each
    return None


def written(rule: Wish) -> str:
    """Return `rule` as `parse_rule` reads it: `Status=Published`, or `Public` for a ticked box."""
    if rule == "all":
        return "all"
    if rule.values == (True,):
        return rule.property
    values = ["yes" if value is True else "no" if value is False else value for value in rule.values]
    return f"{rule.property}={','.join(values)}"


def parse_rule(text: str, schema: Mapping[str, PropertySchema]) -> Wish:
    """Return the rule that a person wrote: `all`, `Public` or `Status=Published,Shared`.

    Raises ValueError, with what could be written, where that is none for properties like those of `schema`.
    """
    text = text.strip()
    if text == "all":
        return "all"
    if text in schema and schema[text].type in ("checkbox", "formula"):
        return Rule(text, (True,))
    # Names of properties may have “=” in them; names of options have no comma.
    splits = [(text[:at].strip(), text[at + 1 :]) for at, letter in enumerate(text) if letter == "="]
    for name, rest in reversed(splits):
        if name in schema:
            return Rule(name, _values(rest, schema[name]))
    name = splits[0][0] if splits else text
    if name in schema:
        raise ValueError(f"Which of its values? Write “{name}=VALUE”, or several with commas between them.")
    raise ValueError(
        f"There is no property “{name}”; there are: {', '.join(schema)}. Write “Property=Value”, the name of a box to tick, "
        "or “all”."
    )


def _values(text: str, own: PropertySchema) -> tuple[str | bool, ...]:
    values = [part.strip() for part in text.split(",") if part.strip()]
    if not values:
        raise ValueError("There is nothing after the “=”.")
    if own.type in ("checkbox", "formula") and {value.lower() for value in values} <= _TICKS.keys():
        return tuple(_TICKS[value.lower()] for value in values)
    unknown = [value for value in values if own.options and value not in own.options]
    if unknown:
        raise ValueError(f"There is no “{unknown[0]}”; there are: {', '.join(own.options)}.")
    if own.type == "checkbox":
        raise ValueError("It is a box to tick: its value is “yes” or “no”.")
    return tuple(values)


_TICKS: Final = {"yes": True, "true": True, "no": False, "false": False}
