"""YAML that people wrote: read as PyYAML reads it, within bounds."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from notion2jekyll.foreign_yaml import MAX_CHARS, MAX_DEPTH, MAX_VALUES, Unbounded, compose, load
from notion2jekyll.jekyll import front_matter
from notion2jekyll.jekyll.site import Site, parse_site
from notion2jekyll.merge import WHOLE, merge

LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n" for level in range(1, 60)
)
MERGED_LAUGHS = "a0: &a0 {x: 1}\n" + "".join(
    f"a{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}]}}\n" for level in range(1, 60)
)
TOO_MUCH = {
    "brackets that end libyaml's process": "a: " + "[" * 40_000 + "]" * 40_000 + "\n",
    "braces": "a: " + "{b: " * 2000 + "1" + "}" * 2000 + "\n",
    "dashes": "a:\n" + "- " * 2000 + "1\n",
    "a billion laughs": LAUGHS,
    "a billion merged laughs": MERGED_LAUGHS,
    "itself": "a: &a [*a]\n",
    "itself, further down": "a: &a {b: {c: [*a]}}\n",
    "a megabyte": "a: x\n" + "# \n" * 350_000,
    "many values": "a: [" + "1," * MAX_VALUES + "]\n",
}
"""What ends, stops or slows a plain reader; far beyond what a test would survive."""

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.dates()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_what_people_write_is_read_as_pyyaml_reads_it(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    assert load(text) == yaml.safe_load(text)


def test_aliases_and_merge_keys_are_read() -> None:
    text = "base: &b {x: 1}\nall: [*b, *b]\nmore: {<<: *b, y: 2}\n"
    assert load(text) == {"base": {"x": 1}, "all": [{"x": 1}, {"x": 1}], "more": {"x": 1, "y": 2}}


def test_depth_up_to_the_bound_is_read() -> None:
    deep = MAX_DEPTH - 1
    assert load("[" * deep + "]" * deep) is not None
    with pytest.raises(Unbounded):
        load("[" * (deep + 2) + "]" * (deep + 2))


def test_only_the_first_document_where_that_is_asked_for() -> None:
    text = "a: 1\n---\nb: [\n"
    assert load(text, first=True) == {"a": 1}
    assert load("", first=True) is None
    assert load("") is None
    with pytest.raises(yaml.YAMLError):
        load(text)


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much_is_refused(name: str) -> None:
    with pytest.raises(Unbounded):
        compose(TOO_MUCH[name])


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much_in_a_post_or_a_site_is_survived(name: str) -> None:
    head = TOO_MUCH[name]
    post = f"---\n{head}notion_id: x\n---\ntext\n"
    assert front_matter.load(post) is None
    assert parse_site(head)[0] == Site()
    base, ours = (f"---\ntitle: {title}\nnotion_id: x\n---\ntext\n".encode() for title in "ab")
    merged = merge(base, post.encode(), ours, identity="notion_id")
    assert merged.content == post.encode()
    assert [found.where for found in merged.collisions] == [WHOLE]


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system [echo]",
        "!!python/name:os.system",
        "!!python/object:os.PathLike {}",
        "!ruby/object:Gem::Installer {i: x}",
    ],
)
def test_tags_make_nothing(tag: str) -> None:
    with pytest.raises(yaml.YAMLError):
        load(f"a: {tag}\n")
    assert front_matter.load(f"---\na: {tag}\n---\n") is None


def test_the_bound_is_in_characters() -> None:
    load("a: " + "가" * (MAX_CHARS - 3))
    with pytest.raises(Unbounded):
        load("a: " + "가" * MAX_CHARS)
