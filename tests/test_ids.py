"""Every form in which people copy Notion's addresses."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion2jekyll.notion.ids import Reference, parse_id, reference

ID = "2c96a001-f6da-8022-b643-904859808667"
HEX = ID.replace("-", "")
VIEW = "0" * 31 + "1"
PAGE = "0984278d-d031-85f9-a7ab-4078eaf5200b"
PAGE_HEX = PAGE.replace("-", "")

ADDRESSES = [
    HEX,
    ID,
    HEX.upper(),
    f"  {ID}\n",
    f"https://app.notion.com/p/Reading-journal-{HEX}",
    f"https://app.notion.com/p/Reading-journal-{HEX}?source=copy_link",
    f"https://www.notion.so/Reading-journal-{HEX}",
    f"https://www.notion.so/workspace/Reading-journal-{HEX}?pvs=4",
    f"https://www.notion.so/workspace/{HEX}?v={VIEW}",
    f"https://www.notion.so/{HEX}?v={VIEW}&p={PAGE_HEX}&pm=s",
    f"https://www.notion.so/Title-{HEX}#{PAGE_HEX}",
    f"https://www.notion.so/%EC%9D%BC%EA%B8%B0-{HEX}",
    f"https://www.notion.so/일기-{HEX}/",
    f"https://someone.notion.site/My-page-{HEX}",
    f"https://notion.so/{ID}",
    f"notion://www.notion.so/Title-{HEX}",
    f"www.notion.so/Title-{HEX}",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_id_is_found_in_every_address_that_notion_gives(address: str) -> None:
    assert parse_id(address) == ID


def test_a_page_that_is_open_over_a_list_wins_where_a_page_is_wanted() -> None:
    address = f"https://www.notion.so/{HEX}?v={VIEW}&p={PAGE_HEX}&pm=s"
    assert parse_id(address, peek=True) == PAGE
    assert parse_id(f"https://www.notion.so/{HEX}?v={VIEW}", peek=True) == ID


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no Notion address"),
        ("Reading journal", "no Notion address"),
        (f"https://example.com/{HEX}", "no Notion address"),
        (f"https://evilnotion.so/{HEX}", "no Notion address"),
        (f"https://www.notion.so.evil.com/{HEX}", "no Notion address"),
        ("https://www.notion.so/workspace", "has no id"),
        (f"https://www.notion.so/?v={VIEW}", "has no id"),
        ("https://me.notion.site/my-journal", "published site's short address"),
        ("https://[::1", "no Notion address"),
        (HEX[:-1], "no Notion address"),
    ],
)
def test_what_holds_no_id_is_refused_with_the_way_out(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refusal:
        parse_id(text)
    assert "Copy link" in str(refusal.value)


@given(
    st.uuids(),
    st.text("abc한글-%", max_size=20),
    st.booleans(),
    st.sampled_from(["notion.so", "app.notion.com/p"]),
)
def test_any_id_comes_back_from_any_address(uuid: UUID, title: str, dashed: bool, host: str) -> None:
    written = str(uuid) if dashed else uuid.hex
    address = f"https://{host}/{title.replace('%', '%25')}-{written}?v={VIEW}"
    assert parse_id(address) == str(uuid)
    assert parse_id(str(uuid)) == parse_id(uuid.hex) == str(uuid)


@pytest.mark.parametrize(
    ("href", "found"),
    [
        (f"/{HEX}", Reference(ID)),
        (f"/{HEX}#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"/{HEX}?pvs=25#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"https://app.notion.com/p/T-{HEX}#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"https://app.notion.com/p/workspace/T-{HEX}?source=copy_link#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"https://www.notion.so/workspace/T-{HEX}?pvs=4#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"https://www.notion.so/%EC%9D%BC%EA%B8%B0-1-{HEX}?pvs=4#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"https://www.notion.so/일기-{HEX}/#{PAGE_HEX.upper()}", Reference(ID, PAGE)),
        (f"http://notion.so/{ID}#{PAGE}", Reference(ID, PAGE)),
        (f"notion://www.notion.so/T-{HEX}?pvs=4#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"notion:///{HEX}", Reference(ID)),
        (f"www.notion.so/T-{HEX}#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"//www.notion.so/{HEX}", Reference(ID)),
        (f"https://www.notion.so/{HEX}?v={VIEW}#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"https://www.notion.so/{HEX}?v={VIEW}", Reference(ID)),
        (f"https://www.notion.so/{VIEW}?v={VIEW}&p={HEX}&pm=s#{PAGE_HEX}", Reference(ID, PAGE)),
        (f"https://www.notion.so/{VIEW}?p=none", Reference("00000000-0000-0000-0000-000000000001")),
        (f"https://me.notion.site/T-{HEX}", Reference(ID, public=True)),
        (f"https://me.notion.site/T-{HEX}?p={PAGE_HEX}&pm=c", Reference(PAGE, public=True)),
        (f"https://me.notion.site/T-{HEX}#{PAGE_HEX}", Reference(ID, PAGE, public=True)),
        (f"/{HEX}#{HEX}", Reference(ID)),
        ("#" + PAGE_HEX, Reference("", PAGE)),
        ("#" + PAGE, Reference("", PAGE)),
        (f" #{PAGE_HEX.upper()} ", Reference("", PAGE)),
        ("https://www.notion.so/help", None),
        ("https://example.com/" + HEX, None),
        ("//example.com/" + HEX, None),
        ("#title-" + HEX, None),
        ("#title", None),
        ("#", None),
        ("ftp://www.notion.so/" + HEX, None),
        ("notion", None),
        (HEX, None),
        ("mailto:" + HEX, None),
        ("javascript:/" + HEX, None),
        ("/about", None),
        ("http://[" + HEX, None),
        ("", None),
    ],
)
def test_links_between_pages_are_recognised(href: str, found: Reference | None) -> None:
    assert reference(href) == found


@given(st.text())
def test_no_text_surprises(text: str) -> None:
    found = reference(text)
    assert found is None or str(UUID(found.id or found.block)) == (found.id or found.block)
