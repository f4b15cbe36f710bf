"""What makes posts be rendered again must be the same in every process: Python shuffles sets from run to run."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
from notion2jekyll.decide import fingerprint
from notion2jekyll.jekyll.meta import Options
from notion2jekyll.jekyll.site import parse_site
site, _ = parse_site("plugins: [a, b, c, d, e]\\ntimezone: Asia/Seoul\\nkramdown: {hard_wrap: true}")
print(fingerprint(Options(front_matter={"layout": "post", "x": [1, {"y": 2}]}), site))
"""


def test_equal_options_have_one_fingerprint() -> None:
    seen = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
        )
        seen.add(ran.stdout)
    assert len(seen) == 1
