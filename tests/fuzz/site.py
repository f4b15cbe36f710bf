"""A real Jekyll site of posts, built by the real Jekyll."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from fuzz.judge import Case, publish

_CONFIG = """\
title: Site
baseurl: /blog
timezone: Asia/Seoul
future: true
permalink: /:title.html
"""
_INDEX = """\
---
---
{% for post in site.posts %}<article id="{{ post.slug }}">{{ post.title }} {{ post.excerpt }} {{ post.tags | join: ", " }}</article>
{% endfor %}
"""


def build(cases: Iterable[Case], folder: Path) -> str:
    """Build a site of `cases` in `folder`, with all excerpts on one page; return what Jekyll complains of.

    The post of the first case is then at `_site/p0.html`, as bare HTML, and so on.
    """
    for number, case in enumerate(cases):
        _, post = publish(case)
        post = re.sub(r"(?m)^permalink: .*\n", "", post, count=1)  # the names of files are ours here
        _write(folder / "_posts" / f"2026-11-20-p{number}.md", post)
    return build_posts(folder)


def build_posts(folder: Path) -> str:
    """Build what is in `_posts` of `folder`; return what Jekyll complains of."""
    _write(folder / "_config.yml", _CONFIG)
    _write(folder / "index.html", _INDEX)
    _write(folder / "_layouts" / "post.html", "{{ content }}")
    jekyll = shutil.which("jekyll")
    assert jekyll, "Jekyll is not installed"
    environment = os.environ | {"LC_ALL": "C.UTF-8", "RUBYOPT": "-W0", "JEKYLL_NO_BUNDLER_REQUIRE": "true"}
    command = [jekyll, "build", "--strict_front_matter", "--trace"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    if done.returncode:
        return said[-2000:]
    posts, pages = len(list((folder / "_posts").iterdir())), len(list((folder / "_site").glob("p*.html")))
    if posts != pages:
        return f"{posts} posts became {pages} pages: {said[-2000:]}"
    return "\n".join(
        line for line in said.splitlines() if re.search(r"warn|error|conflict", line, re.IGNORECASE)
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
