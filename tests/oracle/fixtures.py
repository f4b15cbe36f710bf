"""Fixtures for a conftest to import."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from oracle.kramdown import Kramdown, missing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def kramdown() -> Iterator[Kramdown]:
    """The real kramdown. Without Ruby the tests are skipped here and fail in CI."""
    lacking = missing()
    if lacking and os.environ.get("CI"):
        pytest.fail(f"{lacking}: run `make system`")
    if lacking:
        pytest.skip(f"{lacking}: run `make system`")
    with Kramdown() as engine:
        yield engine
