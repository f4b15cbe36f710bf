"""What the environment tells: tokens, addresses, whether this is GitHub Actions; and the connections that are made of it.

The only reader of environment variables.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from notion2jekyll.errors import AccessDenied, ConfigError

# The rest is imported where it is used: --help and --version need none of it, and answer at once.
if TYPE_CHECKING:
    from notion2jekyll.clock import Clock
    from notion2jekyll.config import Config
    from notion2jekyll.config import GitHub as Hub
    from notion2jekyll.notion.client import NotionSettings
    from notion2jekyll.progress import Progress
    from notion2jekyll.target import Target
    from notion2jekyll.target.github import Host, Premises

SECRETS: Final = ("NOTION_TOKEN", "GITHUB_TOKEN")
SHORTEST_TOKEN: Final = 8
"""Letters. Real tokens have 40 and more; what is shorter would be found in every text."""


def is_actions() -> bool:
    """Return whether GitHub Actions runs this."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def variable(name: str) -> str:
    """Return what the environment variable `name` holds, without blanks around it; empty where it is not set."""
    return os.environ.get(name, "").strip()


def tokens() -> dict[str, str]:
    """Return the variables of the environment that hold a token, with it; nothing that is too short to be one."""
    found = {name: variable(name) for name in SECRETS}
    return {name: token for name, token in found.items() if len(token) >= SHORTEST_TOKEN}


def without_tokens(text: str) -> str:
    """Return `text` with the name of its variable in place of each token."""
    for name, token in tokens().items():
        text = text.replace(token, f"({name})")
    return text


def for_programs() -> dict[str, str]:
    """Return the environment as other programs get it: without tokens."""
    return {name: value for name, value in os.environ.items() if name not in SECRETS}


def bypass_proxies() -> None:
    """Let no request to this machine itself go through a proxy, whichever library sends it."""
    usual = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if usual.strip() != "*":
        hosts = ",".join([*filter(None, [usual]), "localhost", "127.0.0.1", "::1"])
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = hosts


def notion() -> NotionSettings:
    """Return whom to ask as Notion. Raises AccessDenied without a token, ConfigError for an address that is none."""
    from notion2jekyll.notion.client import NotionSettings

    token = _secret(
        "NOTION_TOKEN",
        "In Notion open Settings → Connections → Develop or manage integrations, make an internal connection with “Read "
        "content”, and share your database with it (••• → Connections). Then: export NOTION_TOKEN=ntn_…",
    )
    return NotionSettings(token, _address("NOTION_API_URL", "https://api.notion.com"))


def target(config: Config, output: Path | None, progress: Progress, clock: Clock, *, dry_run: bool) -> Target:
    """Return where posts go: the folder `output`, else what `config` has of GitHub.

    Raises ConfigError where it has nothing, AccessDenied without a token.
    """
    from notion2jekyll.target.folder import Folder
    from notion2jekyll.target.github import GitHub, PullRequest, Wish

    if output is not None:
        folder = Folder(output)
        if not dry_run:
            folder.finish()
        return folder
    options = hub(config)
    token = _secret(
        "GITHUB_TOKEN",
        "In GitHub Actions pass it to the step: env: GITHUB_TOKEN: ${{ github.token }}. On your own machine make a "
        "fine-grained token with “Contents: Read and write” for the repository, or publish into a folder with --output DIR.",
    )
    author = (options.author.name, options.author.email) if options.author else None

    def now() -> float:
        return clock.now().timestamp()

    watch = options.pages.watch == "always" or (options.pages.watch == "auto" and is_actions())
    if options.mode == "pull_request":
        asked = options.pull_request
        return PullRequest(
            options.repository,
            options.branch,
            token,
            github_address(),
            wish=Wish(asked.branch, asked.title, tuple(asked.labels), asked.draft),
            author=author,
            progress=progress,
            sleep=clock.sleep,
            clock=now,
        )
    return GitHub(
        options.repository,
        options.branch,
        token,
        github_address(),
        author=author,
        create=options.create_branch,
        watch=60 * options.pages.max_minutes if watch else None,
        progress=progress,
        sleep=clock.sleep,
        clock=now,
    )


def hub(config: Config) -> Hub:
    """Return what `config` has of GitHub. Raises ConfigError where it has nothing."""
    if config.github is None:
        raise ConfigError(
            "The configuration has no `github:` section, so there is nowhere to publish to.",
            hint="Add `github: {repository: owner/name}`, or publish into a local folder with --output DIR.",
        )
    return config.github


def host(config: Config, progress: Progress, clock: Clock) -> Host | None:
    """Return what GitHub tells of the blog beside its files; None without a `github:` section."""
    from notion2jekyll.config import FILES
    from notion2jekyll.target.github import look

    options = config.github
    if options is None:
        return None
    return look(
        options.repository,
        options.branch,
        _secret("GITHUB_TOKEN", ""),
        github_address(),
        configs=FILES,
        written=options.pull_request.branch if options.mode == "pull_request" else None,
        progress=progress,
        sleep=clock.sleep,
        clock=lambda: clock.now().timestamp(),
    )


def premises(repository: str, progress: Progress, clock: Clock) -> Premises:
    """Return the repository `repository` to set the sync up in. Raises AccessDenied without a token."""
    from notion2jekyll.target.github import Premises

    token = _secret("GITHUB_TOKEN", "Copy it again from https://github.com/settings/personal-access-tokens")
    return Premises(
        repository,
        token,
        github_address(),
        progress=progress,
        sleep=clock.sleep,
        clock=lambda: clock.now().timestamp(),
    )


def github_address() -> str:
    """Return the address of GitHub's API. Raises ConfigError where that is none."""
    return _address("GITHUB_API_URL", "https://api.github.com")


def _address(name: str, usual: str) -> str:
    from notion2jekyll.notion.client import without_password

    address = variable(name) or usual
    if not address.startswith(("http://", "https://")):
        raise ConfigError(
            f"{name} is “{without_password(address)}”, which is no address.",
            hint="It starts with http:// or https://.",
        )
    return address


def _secret(name: str, hint: str) -> str:
    token = variable(name)
    if not token:
        raise AccessDenied(f"{name} is not set, or empty.", hint=hint)
    if not token.isascii() or not token.isprintable() or " " in token:
        raise AccessDenied(
            f"{name} holds characters that no token has (a space, a line break, a letter outside ASCII).",
            hint="Copy the token again, and nothing but the token.",
        )
    return token
