"""Tab completes commands and options in the shells, and nothing that takes time is loaded for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("notion2jekyll")
HEAVY = ("httpx", "github", "yaml", "notion_client", "notion2jekyll.sync", "notion2jekyll.config")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["sync", "--help"]], ids=str)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    script = "import sys; from notion2jekyll import cli; code = cli.run(sys.argv[1:]); print('loaded', *sys.modules); sys.exit(code)"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.rsplit("loaded ", 1)[1].split()
    assert "typer" in loaded
    assert not {name for name in loaded if name in HEAVY}


def asked(shell: str, **words: str) -> str:
    """Return what the program answers to the script that it gives to `shell`."""
    environment = {**os.environ, "_NOTION2JEKYLL_COMPLETE": f"complete_{shell}", **words}
    done = subprocess.run([str(PROGRAM)], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


def test_zsh_and_fish_are_told_what_there_is() -> None:
    zsh = asked("zsh", _TYPER_COMPLETE_ARGS="notion2jekyll pl")
    assert '"plan":"Show what sync would change' in zsh
    assert "status" not in zsh
    fish = asked(
        "fish", _TYPER_COMPLETE_ARGS="notion2jekyll plan --di", _TYPER_COMPLETE_FISH_ACTION="get-args"
    )
    assert fish.splitlines() == ["--diff\tShow what changes in each post."]


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_completes(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
    }
    bash = shutil.which("bash")
    assert bash
    script = """
        notion2jekyll --install-completion >/dev/null && source ~/.bashrc
        tab() { COMP_WORDS=(notion2jekyll "$@"); COMP_CWORD=$#; COMPREPLY=(); _notion2jekyll_completion notion2jekyll; echo "${COMPREPLY[*]}"; }
        tab pre
        tab plan --di
        tab sync --config ./
        complete -p notion2jekyll
    """
    done = subprocess.run(
        [bash, "--norc", "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "preview",
        "--diff",
        "",
        "complete -o default -F _notion2jekyll_completion notion2jekyll",
    ], "a file is completed by bash itself"
