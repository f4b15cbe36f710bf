"""Jekyll on this computer: finding it, building a site with it, and serving what was built."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from notion2jekyll.errors import ConfigError

HOST: Final = "127.0.0.1"
USUAL_PORT: Final = 4000
"""Jekyll's own."""
PATIENCE: Final = 60
"""Seconds in which the server has to answer."""
_PAUSE: Final = 0.1
"""Seconds between two looks at whether it does."""
_CONFIGS: Final = ("_config.yml", "_config.yaml", "_config.toml")
"""What Jekyll reads, the first that is there (jekyll/configuration.rb, `config_files`)."""
_TOLD: Final = 12
"""So many lines of what Jekyll says in the end are shown."""

_COLOR: Final = re.compile(r"\x1b\[[0-9;]*m")
_NOISE: Final = re.compile(
    r"^(-{5,}|Configuration file:|Source:|Destination:|Incremental build:|Generating\.\.\.|Jekyll \d)"
    r"|:\d+:in [`']|run jekyll .* --trace|for more info|any additional information"
)
_UNREAD: Final = re.compile(r"(\w+ Exception reading|Error reading file) .*")
"""How it begins what it says of a file that it goes on without (jekyll/convertible.rb, `read_yaml`)."""

MISSING: Final = """Debian and Ubuntu: sudo apt-get install jekyll (or ruby-full and build-essential, then: gem install jekyll bundler).
macOS: brew install ruby, then: gem install jekyll bundler.
Windows: Ruby+Devkit from https://rubyinstaller.org, then: gem install jekyll bundler.
More is on https://jekyllrb.com/docs/installation/. Without Jekyll, 'notion2jekyll plan --diff' shows the posts as text."""


class BuildFailed(ConfigError):
    """Jekyll could not build the site."""


@dataclass(frozen=True, slots=True)
class Jekyll:
    """A way to run Jekyll."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    doubt: str = ""
    """Why it is not the one that the site's Gemfile asks for; empty where it is."""


def require(environment: Mapping[str, str]) -> None:
    """Raise ConfigError, with how to get Jekyll, where there is none for any site."""
    if not any(shutil.which(name, path=environment.get("PATH")) for name in ("bundle", "jekyll")):
        raise ConfigError("Jekyll is not installed, or not on the PATH.", hint=MISSING)


def find(site: Path, environment: Mapping[str, str]) -> Jekyll:
    """Return the Jekyll for the site in the folder `site`: its own by Bundler, else the one on the PATH.

    Raises ConfigError where there is none, with how to get it.
    """
    # Ruby takes Korean for broken text otherwise; the locale's name is not known everywhere, the option is.
    spoken = {
        **environment,
        "LC_ALL": "C.UTF-8",
        "RUBYOPT": f"{environment.get('RUBYOPT', '')} -EUTF-8".strip(),
    }
    path, doubt = environment.get("PATH"), ""
    if (site / "Gemfile").is_file():
        bundle = shutil.which("bundle", path=path)
        if bundle:
            command = (bundle, "exec", "jekyll")
            tried = _run([*command, "--version"], site, spoken)
            if not tried.returncode:
                return Jekyll(command, spoken)
            doubt = (tried.stderr.strip() or tried.stdout.strip() or "Bundler failed.").splitlines()[0]
        else:
            doubt = "Bundler is not installed."
    jekyll = shutil.which("jekyll", path=path)
    if jekyll:
        return Jekyll((jekyll,), {**spoken, "JEKYLL_NO_BUNDLER_REQUIRE": "true"}, doubt)
    if doubt:
        raise ConfigError(
            f"The site's Gemfile could not be used: {doubt}",
            hint=f"Run 'bundle install' in the site's folder, then this again. If Ruby or Bundler is missing:\n{MISSING}",
        )
    raise ConfigError("Jekyll is not installed, or not on the PATH.", hint=MISSING)


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds and serves one copy of a site, within `folder`."""

    jekyll: Jekyll
    folder: Path
    port: int
    options: tuple[str, ...] = ()
    """Further words for Jekyll."""

    @property
    def site(self) -> Path:
        """Where the copy is."""
        return self.folder / "site"

    @property
    def built(self) -> Path:
        """Where the pages are."""
        return self.folder / "built"

    def build(self, posts: Collection[str]) -> tuple[str, ...]:
        """Build the site; return what Jekyll said of files that it could not read, and left out or took for plain text.

        Raises BuildFailed with Jekyll's own words, and with which of `posts` (paths) they name.
        """
        # The address of the site itself would lead from the preview to what is published.
        (self.folder / "preview.yml").write_text(f'url: "http://{HOST}:{self.port}"\n', encoding="utf-8")
        done = _run(self._command("build", *self.options), self.site, self.jekyll.environment)
        said = _COLOR.sub("", f"{done.stdout}\n{done.stderr}")
        for place in (self.site.resolve(), self.site):
            said = said.replace(f"{place}/", "")
        if not done.returncode:
            return tuple(found[0] for found in _UNREAD.finditer(said))
        blamed = [path for path in sorted(posts) if path in said]
        what = "Jekyll could not build the site" + (f", and names {', '.join(blamed)}" if blamed else "")
        raise BuildFailed(f"{what}:\n{_end(said)}", hint=_remedy(said, blamed))

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serve what is built until the block ends; on entry the server answers. Raises ConfigError where it does not."""
        log = self.folder / "server.log"
        command = self._command(
            "serve", "--no-watch", "--skip-initial-build", "--host", HOST, "--port", str(self.port)
        )
        with log.open("wb") as out:
            server = subprocess.Popen(  # noqa: S603  # no shell; every word is ours or a path
                command,
                cwd=self.site,
                env=dict(self.jekyll.environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            if (
                not any(_settled(server, self.port) for _ in range(int(PATIENCE / _PAUSE)))
                or server.poll() is not None
            ):
                said = log.read_text(encoding="utf-8", errors="replace")
                raise ConfigError(f"Jekyll's server did not start:\n{_end(said)}", hint=_remedy(said, []))
            yield
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    def _command(self, verb: str, *more: str) -> list[str]:
        config = next((name for name in _CONFIGS if (self.site / name).is_file()), None)
        files = [*([str(self.site / config)] if config else []), str(self.folder / "preview.yml")]
        places = ["--source", str(self.site), "--destination", str(self.built), "--config", ",".join(files)]
        return [*self.jekyll.command, verb, *places, *more]


def free_port(wish: int | None) -> int:
    """Return `wish`, or Jekyll's usual port, or one that is free. Raises ConfigError where `wish` is in use."""
    for port in (wish,) if wish is not None else (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigError(
        f"Port {wish} is in use on this computer.",
        hint="Choose another one, or leave --port out: a free one is found.",
    )


def _settled(server: subprocess.Popen[bytes], port: int) -> bool:
    """Return whether the server answers or has ended; take a moment for it."""
    with suppress(subprocess.TimeoutExpired):
        server.wait(_PAUSE)
        return True
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _end(said: str) -> str:
    """Return the last lines of what Jekyll said, without its settings, its frame for errors and the stack of Ruby."""
    lines = [line.strip() for line in said.splitlines()]
    return (
        "\n".join([line for line in lines if line and not _NOISE.search(line)][-_TOLD:]) or "It said nothing."
    )


def _remedy(said: str, blamed: Collection[str]) -> str:
    if "webrick" in said:
        return "Ruby 3 has no server of its own any more. Run 'bundle add webrick' in the site's folder, or: gem install webrick"
    if blamed:
        return "Mend the file named above. If notion2jekyll wrote it, that is a mistake of notion2jekyll: please report it."
    if re.search(
        r"cannot load such file|Could not find|dependency Error|theme could not be found", said, re.IGNORECASE
    ):
        return (
            "A gem is missing. With a Gemfile run 'bundle install' in the site's folder; without one, install what is named "
            "above: gem install NAME"
        )
    return "See whether 'jekyll build' works in the site's own folder, without the new posts."


def _run(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # no shell; every word is ours or a path
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
