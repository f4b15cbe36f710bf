"""Posts that another tool wrote: what docs/howto.md says of them, tried."""

from __future__ import annotations

import pytest

from world import World


def old(more: str = "") -> bytes:
    """Return a post that another tool wrote."""
    head = f"title: Hello\ndate: 2026-11-19 09:00:00 +0900\ncomments: true\n{more}"
    return f"---\n{head}---\n\nOld words.\n".encode()


def test_a_post_in_the_place_of_a_new_one_stays_and_is_told(here: World) -> None:
    here.row("Hello", "New words.")
    here.hub.rival.push({"_posts/2026-11-20-hello.md": old()})
    here.pass_time(hours=1)
    for options in ((), ("--force",)):
        ran, report = here.report("sync", *options)
        assert ran.code == 1
        assert [conflict["path"] for conflict in report["conflicts"]] == ["_posts/2026-11-20-hello.md"]
        assert here.hub.files()["_posts/2026-11-20-hello.md"] == old()


def test_a_post_under_another_name_stays_beside_the_new_one(here: World) -> None:
    here.row("Hello", "New words.")
    here.hub.rival.push({"_posts/2026-11-19-hello.md": old()})
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    assert here.hub.files()["_posts/2026-11-19-hello.md"] == old()
    assert "New words." in here.site()["_posts/2026-11-20-hello.md"]


@pytest.mark.parametrize(
    ("more", "address"), [("", "/2026/11/19/hello-world.html"), ("permalink: /hi/\n", "/hi/")]
)
def test_a_post_with_the_id_of_its_page_is_adopted(here: World, more: str, address: str) -> None:
    page = here.row("Hello", "New words.")
    before = old(f"{more}notion_id: {page.replace('-', '')}\n")
    here.hub.rival.push({"_posts/2026-11-19-hello-world.md": before})
    here.pass_time(hours=1)
    # It is not known whether somebody edited it, so it stays until that is said.
    ran, report = here.report("sync")
    assert ran.code == 1
    assert "--force" in report["conflicts"][0]["why"]
    assert here.hub.files()["_posts/2026-11-19-hello-world.md"] == before
    ran, report = here.report("sync", "--force")
    assert ran.code == 0
    (path,) = (path for path in here.site() if path.startswith("_posts"))
    assert path == "_posts/2026-11-20-hello.md"
    after = here.site()[path]
    assert f'permalink: "{address}"' in after
    assert "New words." in after
    assert "comments" not in after
    assert here.report("sync")[1]["result"] == "up-to-date"
