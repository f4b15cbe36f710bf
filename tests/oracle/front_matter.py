"""Jekyll's own reading of front matter, in one long-lived Ruby process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from oracle.properties import Moment

SERVER = Path(__file__).with_name("front_matter.rb")


class Jekyll:
    """Reads posts as Jekyll does. A context manager; not for use by two threads at once."""

    def __enter__(self) -> Self:
        ruby = shutil.which("ruby")
        assert ruby, "Ruby is not installed"
        self._process = subprocess.Popen(
            [ruby, str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | {"LANG": "C.UTF-8", "RUBYOPT": "-W0", "TZ": "UTC"},
        )
        self.loaders: tuple[str, ...] = tuple(self._ask({"loaders": True})["loaders"])
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def _ask(self, request: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def read(self, post: str, loader: str = "psych", *, exact: bool = False) -> tuple[Any, str]:
        """Return the front matter of `post` as Python values, and its body; times as `Moment` where it is to be `exact`.

        Raises ValueError where it is refused.
        """
        told = self._ask({"post": post, "loader": loader})
        if "error" in told:
            raise ValueError(told["error"])
        return _value(told["value"], exact), told["body"]


def _value(told: list[Any], exact: bool) -> Any:
    kind, value = told
    match kind:
        case "Hash":
            return {_value(key, exact): _value(item, exact) for key, item in value}
        case "Array":
            return [_value(item, exact) for item in value]
        case "Time":
            moment = timedelta(microseconds=value)
            return Moment(value) if exact else datetime(1970, 1, 1, tzinfo=UTC) + moment
        case "Date":
            return date.fromisoformat(value)
        case "Float":
            return float(value.replace("Infinity", "inf").replace("NaN", "nan"))
        case _:
            return value
