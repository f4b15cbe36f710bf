"""The real Liquid and kramdown, in one long-lived Ruby process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

SERVER = Path(__file__).with_name("kramdown_server.rb")


class RenderError(Exception):
    """The page did not build: Liquid or kramdown refused it."""


class Kramdown:
    """Renders Markdown as Jekyll does on GitHub Pages. A context manager; not for use by two threads at once."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        ruby = shutil.which("ruby")
        assert ruby, "Ruby is not installed"
        self.process = subprocess.Popen(
            [ruby, str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | {"LANG": "C.UTF-8", "RUBYOPT": "-W0"},
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def render(self, source: str, *, liquid: bool = True, baseurl: str = "/blog", **options: object) -> str:
        """Return the HTML of `source`; `options` replace those of kramdown. Raises RenderError where the build fails."""
        assert self.process
        assert self.process.stdin
        assert self.process.stdout
        request = {"source": source, "liquid": liquid, "baseurl": baseurl, "options": options}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RenderError(f"Ruby ended with exit code {self.process.wait()}")
        result: dict[str, str] = json.loads(answer)
        if "error" in result:
            raise RenderError(result["error"])
        return result["html"]


def missing() -> str:
    """Return what is missing to run it; empty for nothing."""
    ruby = shutil.which("ruby")
    if ruby is None:
        return "Ruby is not installed"
    check = [ruby, "-e", "require 'jekyll'; require 'kramdown-parser-gfm'; require 'rouge'"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"Ruby lacks a library: {done.stderr.strip().splitlines()[:1]}"
