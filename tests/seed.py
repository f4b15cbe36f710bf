"""The seed of the random pages: another one in each run at a desk, always the same where a change is judged.

Like the profiles of Hypothesis in conftest.py: a pull request does not fail for what it did not do. New pages are looked
for by `make fuzz`, which a workflow runs every week.
"""

from __future__ import annotations

import os
import secrets
from typing import Final

SEED: Final = 20261126 if os.environ.get("CI") else secrets.randbelow(10**9)
