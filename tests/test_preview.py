"""The preview: a copy of the site, built and served by the real Jekyll; the site itself stays as it is."""

from __future__ import annotations

import base64
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

import pytest

from blogs import need_jekyll
from notion2jekyll.errors import AccessDenied, ConfigError
from notion2jekyll.preview import builder, copies
from notion2jekyll.preview.copies import Repository
from world import World, lines, world

LAYOUT = "<!doctype html><title>{{ page.title }}</title><body>{{ content }}</body>"
FRONT = "---\nlayout: post\ntitle: Mine\n---\n"


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[World]:
    with world(tmp_path, monkeypatch, capsys) as made:
        made.configure()
        (tmp_path / "tmp").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
        yield made


def site(folder: Path, **files: str) -> Path:
    """Make a site with a base URL, and a post of its owner's."""
    for path, text in {
        "_config.yml": "title: Blog\nurl: https://me.github.io\nbaseurl: /journal\ntimezone: Asia/Seoul\n",
        "_layouts/post.html": LAYOUT + "<a href='{{ page.url | absolute_url }}'>here</a>",
        "_posts/2026-11-01-mine.md": FRONT + "By hand.\n",
        ".git/HEAD": "ref: refs/heads/main\n",
        **{name.replace("__", "/"): text for name, text in files.items()},
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def get(address: str) -> str:
    with build_opener(ProxyHandler({})).open(quote(address, safe=":/")) as answer:
        text: str = answer.read().decode()
        return text


class Person:
    """Somebody at the keyboard who does one thing after the other, and presses what each returns."""

    def __init__(self, here: World, *deeds: Callable[[str], str]) -> None:
        self.here, self.deeds, self.said = here, list(deeds), ""

    def readline(self) -> str:
        """Do the next thing, with what was printed since the last one."""
        now = self.here.capsys.readouterr().out
        self.said += now
        return self.deeds.pop(0)(now)


def address(said: str, start: str) -> str:
    """Return the first address in `said` with `start` before it."""
    return said.split(start, 1)[1].split()[0]


def test_a_preview_is_built_again_on_enter_and_leaves_nothing_behind(here: World) -> None:
    need_jekyll()
    page = here.row("첫 글", "처음 쓴 문장")
    here.pass_time(hours=1)
    blog = site(
        here.directory / "blog",
        **{
            "_posts__2026-11-02-odd.md": "---\ntitle: [\n---\nx\n",
            "_plugins__spy.rb": "Jekyll::Hooks.register(:site, :post_write) do |site|\n"
            "  File.write(File.join(site.dest, 'env.txt'), ENV.to_h.inspect)\nend\n",
        },
    )
    before = everything(blog)
    home = ""

    def look(said: str) -> str:
        nonlocal home
        home = address(said, "The preview: ")
        assert home.endswith("/journal/")
        assert "+ _posts/2026-11-20-첫-글.md  “첫 글”  new\n" in said
        assert "Would change blog: 1 new." in said
        assert "warning: YAML Exception reading _posts/2026-11-02-odd.md" in said
        text = get(f"{home}2026/11/20/첫-글.html")
        assert f"{home}2026/11/20/첫-글.html\n" in said
        assert "처음 쓴 문장" in text
        assert f"href='{home}2026/11/20/" in text, "addresses lead into the preview"
        assert "By hand." in get(f"{home}2026/11/01/mine.html")
        environment = get(f"{home}env.txt")
        assert "PATH" in environment
        assert here.notion.token not in environment
        assert here.hub.token not in environment
        here.workspace.replace_children(page, lines("고친 문장"))
        here.pass_time(hours=1)
        return "\n"

    def look_again(said: str) -> str:
        assert "~ _posts/2026-11-20-첫-글.md" in said
        assert "Written to the preview: 1 updated" in said
        text = get(f"{home}2026/11/20/첫-글.html")
        assert "고친 문장" in text
        assert "처음 쓴 문장" not in text
        return "\n"

    def leave(said: str) -> str:
        assert "Nothing to do for the preview" in said
        assert list((here.directory / "tmp").iterdir())
        raise KeyboardInterrupt

    person = Person(here, look, look_again, leave)
    here.monkeypatch.setattr("sys.stdin", person)
    ran = here.run("preview", "--output", "blog")
    assert (ran.code, person.deeds) == (0, []), ran.err
    assert everything(blog) == before
    assert list((here.directory / "tmp").iterdir()) == []
    with pytest.raises(OSError, match="refused"):
        get(home)


def test_the_branch_is_fetched_and_merged_with_as_a_sync_would(here: World) -> None:
    need_jekyll()
    page = here.row("Ours", "first", "second", "third")
    here.pass_time(hours=1)
    assert here.run("sync").code == 0
    path = "_posts/2026-11-20-ours.md"
    here.hub.rival.push({path: here.hub.files()[path].replace(b"third", b"third, by hand")})
    here.workspace.replace_children(page, lines("first, in Notion", "second", "third"))
    here.pass_time(hours=1)
    here.monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    here.monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{here.repository}.insteadOf")
    here.monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"{here.hub.base_url}/me/blog.git")

    def look(said: str) -> str:
        assert "Fetching me/blog with git" in said
        assert f"~ {path}" in said
        assert "Would change me/blog: 1 merged." in said
        text = get(address(said, "The preview: ") + "2026/11/20/ours.html")
        assert "first, in Notion" in text
        assert "third, by hand" in text
        return "q\n"

    person = Person(here, look)
    here.monkeypatch.setattr("sys.stdin", person)
    commits = here.commits()
    ran = here.run("preview")
    assert (ran.code, person.deeds) == (0, []), ran.err
    assert here.commits() == commits


def test_a_file_that_breaks_the_build_is_named(here: World) -> None:
    need_jekyll()
    here.row("Fine", "text")
    here.pass_time(hours=1)
    site(here.directory / "blog", **{"_posts__2026-11-02-broken.md": FRONT + "{% nonsense %}\n"})
    ran = here.run("preview", "--output", "blog")
    assert ran.code == 2
    assert "names _posts/2026-11-02-broken.md:" in ran.err
    assert "Unknown tag 'nonsense'" in ran.err
    assert str(here.directory / "tmp") not in ran.err
    assert "\x1b" not in ran.err
    assert "\ufffd" not in ran.err
    assert list((here.directory / "tmp").iterdir()) == []


def test_without_jekyll_it_says_how_to_get_it_and_asks_nothing(here: World) -> None:
    site(here.directory / "blog")
    here.monkeypatch.setenv("PATH", str(here.directory))
    for arguments in (["--output", "blog"], []):
        ran = here.run("preview", *arguments)
        assert ran.code == 2
        for word in (
            "Jekyll is not installed",
            "apt-get install",
            "brew install",
            "rubyinstaller.org",
            "plan --diff",
        ):
            assert word in ran.err
    assert not here.notion.log
    assert not here.hub.log


def test_without_a_folder_there_is_nothing_to_preview(here: World) -> None:
    need_jekyll()
    ran = here.run("preview", "--output", "nowhere")
    assert ran.code == 2
    assert "There is no folder nowhere" in ran.err


# Copies --------------------------------------------------------------------------------------------------------------


def test_a_copy_has_what_the_site_is_built_from(tmp_path: Path) -> None:
    source = site(
        tmp_path / "blog", **{"_site__index.html": "old", "vendor__bundle__gem.rb": "x", "vendor__a.js": "y"}
    )
    (source / "link.md").symlink_to("_posts/2026-11-01-mine.md")
    place = tmp_path / "copy"
    copies.copy(source, place)
    assert not (place / ".git").exists()
    assert not (place / "_site").exists()
    assert (place / "vendor/bundle").is_symlink(), "programs are not copied"
    assert (place / "vendor/a.js").read_text() == "y"
    assert (place / "link.md").is_symlink()
    (place / "_posts/2026-11-01-mine.md").write_text("changed")
    assert (source / "_posts/2026-11-01-mine.md").read_text() == FRONT + "By hand.\n"


TOKEN = "ghp_secret_of_the_tests"


def repository(
    here: World, branch: str | None = "main", api_url: str = "https://api.github.com"
) -> Repository:
    return Repository("me/blog", branch, api_url, TOKEN)


@pytest.fixture
def environment(here: World) -> dict[str, str]:
    """An environment in which the repository's address leads to the one of the tests, and git tells what it was called with."""
    git = shutil.which("git")
    assert git
    spy = here.directory / "bin" / "git"
    spy.parent.mkdir()
    log = shlex.quote(str(here.directory / "calls"))
    spy.write_text(f'#!/bin/sh\necho "$@" >> {log}\nenv > {log}.env\nexec {shlex.quote(git)} "$@"\n')
    spy.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{spy.parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{here.repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/me/blog.git",
    }


def test_a_clone_is_the_newest_version_and_its_token_is_not_in_a_command(
    here: World, environment: dict[str, str]
) -> None:
    here.hub.rival.push({"index.md": b"hello\n"})
    place = here.directory / "copy"
    copies.clone(repository(here), place, environment)
    assert sorted(path.name for path in place.iterdir()) == ["_config.yml", "index.md"]
    assert TOKEN not in (here.directory / "calls").read_text()
    login = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert login not in (here.directory / "calls").read_text()
    given = (here.directory / "calls.env").read_text().splitlines()
    assert "GIT_CONFIG_KEY_1=http.https://github.com/.extraheader" in given
    assert f"GIT_CONFIG_VALUE_1=Authorization: Basic {login}" in given


def test_a_clone_that_fails_says_what_to_do(here: World, environment: dict[str, str]) -> None:
    with pytest.raises(AccessDenied, match="nope") as refused:
        copies.clone(repository(here, "nope"), here.directory / "copy", environment)
    assert "preview --output DIR" in refused.value.hint
    with pytest.raises(ConfigError, match="no 'git'"):
        copies.clone(repository(here), here.directory / "copy", {"PATH": ""})


@pytest.mark.parametrize(
    ("api", "url"),
    [
        ("https://api.github.com", "https://github.com/me/blog.git"),
        ("https://git.example.com/api/v3", "https://git.example.com/me/blog.git"),
    ],
)
def test_the_address_of_a_clone(here: World, api: str, url: str) -> None:
    assert repository(here, api_url=api).url == url


def test_a_clone_that_is_here_already_is_taken(here: World, environment: dict[str, str]) -> None:
    clone = here.directory / "clone"
    subprocess.run(["git", "clone", "-q", str(here.repository), str(clone)], check=True, capture_output=True)
    assert copies.here(repository(here), clone, environment) is None
    for url in ("https://github.com/me/blog.git", "git@github.com:Me/Blog", "ssh://git@github.com/me/blog"):
        subprocess.run(["git", "-C", str(clone), "remote", "set-url", "origin", url], check=True)
        (clone / "deep").mkdir(exist_ok=True)
        assert copies.here(repository(here), clone / "deep", environment) == clone
        assert copies.here(repository(here, None), clone, environment) == clone
        assert copies.here(repository(here, "other"), clone, environment) is None
    subprocess.run(
        ["git", "-C", str(clone), "remote", "set-url", "origin", "https://github.com/you/me/blog-2"],
        check=True,
    )
    assert copies.here(repository(here), clone, environment) is None
    assert copies.here(repository(here), here.directory, environment) is None
    assert copies.here(repository(here), clone, {"PATH": ""}) is None


# Jekyll --------------------------------------------------------------------------------------------------------------


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_the_sites_own_jekyll_comes_first(tmp_path: Path) -> None:
    blog, bin_ = site(tmp_path / "blog"), tmp_path / "bin"
    program(bin_, "bundle", "exit 0")
    program(bin_, "jekyll", "exit 0")
    environment = {"PATH": str(bin_), "RUBYOPT": "-W0"}
    without = builder.find(blog, environment)
    assert (without.command, without.doubt) == ((str(bin_ / "jekyll"),), "")
    assert without.environment["RUBYOPT"] == "-W0 -EUTF-8"
    (blog / "Gemfile").touch()
    assert builder.find(blog, environment).command == (str(bin_ / "bundle"), "exec", "jekyll")
    program(bin_, "bundle", "echo 'Could not find gem minima' >&2; exit 7")
    other = builder.find(blog, environment)
    assert (other.command, other.doubt) == ((str(bin_ / "jekyll"),), "Could not find gem minima")
    assert other.environment["JEKYLL_NO_BUNDLER_REQUIRE"] == "true"
    (bin_ / "jekyll").unlink()
    with pytest.raises(ConfigError, match="Could not find gem minima") as missing:
        builder.find(blog, environment)
    assert "bundle install" in missing.value.hint


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    program(tmp_path / "bin", "jekyll", "echo 'cannot load such file -- webrick (LoadError)'; exit 1")
    works = builder.Builder(
        builder.find(tmp_path, {"PATH": str(tmp_path / "bin")}), tmp_path, builder.free_port(None)
    )
    with pytest.raises(ConfigError, match="webrick") as failed, works.served():
        pass
    assert "bundle add webrick" in failed.value.hint


def test_a_port_in_use(here: World) -> None:
    port = int(here.notion.url.rsplit(":", 1)[1])
    with pytest.raises(ConfigError, match=f"Port {port} is in use"):
        builder.free_port(port)
    assert builder.free_port(None) != port
