"""What the release workflow asks: whether a tag may be released, what its release says, and which alias follows it.

python scripts/release.py check v1.2.3     # ends with 1 and says why, where something does not fit
python scripts/release.py notes v1.2.3     # the version's part of the changelog
python scripts/release.py alias v1.2.3     # v1
"""
# ruff: noqa: INP001, TID251  (a script: no package, and made to be read from its output)

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def notes(changelog: str, version: str) -> str:
    """Return what `changelog` says of `version`, without its heading. Raises ValueError where there is no such part."""
    parts = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    for part in parts:
        heading, _, rest = part.partition("\n")
        if heading.split(",")[0].strip() == version:
            return rest.strip() + "\n"
    raise ValueError(f"CHANGELOG.md has no part “## {version}, <date>”.")


def alias(version: str) -> str:
    """Return the tag that follows releases with the major number of `version`, for `uses: …@v1`.

    While versions start with 0 it is v1 already, so that the workflows of those who come early go on working.
    """
    return f"v{max(1, int(version.split('.', maxsplit=1)[0]))}"


def faults(root: Path, tag: str) -> list[str]:
    """Return why `tag` may not be released from the checkout `root`: nothing where all fits."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    version, found = project["version"], []
    if tag != f"v{version}":
        found.append(
            f"The tag is {tag}, but pyproject.toml has the version {version}: change it there, and tag that."
        )
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## {re.escape(version)}, \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE):
        found.append(f"CHANGELOG.md has no heading “## {version}, YYYY-MM-DD”: write the day of the release.")
    elif not notes(changelog, version).strip():
        found.append(f"CHANGELOG.md says nothing of {version}.")
    if any("/OWNER/" in address for address in project["urls"].values()):
        found.append(
            "The addresses in pyproject.toml name OWNER: put the account there, as everywhere else (git grep OWNER)."
        )
    return found


def main(what: str, tag: str) -> int:
    """Do what the workflow asks for and return the exit code."""
    version = tag.removeprefix("v")
    match what:
        case "check":
            found = faults(ROOT, tag)
            sys.stderr.writelines(f"{fault}\n" for fault in found)
            return bool(found)
        case "notes":
            sys.stdout.write(notes((ROOT / "CHANGELOG.md").read_text("utf-8"), version))
        case "alias":
            sys.stdout.write(f"{alias(version)}\n")
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
