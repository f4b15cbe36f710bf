"""The part of set-up about the blog: its repository, what is committed to it, and the secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol

from notion2jekyll.config import Config
from notion2jekyll.errors import AccessDenied, ConfigError, Problem
from notion2jekyll.init.files import CONFIG, WORKFLOW
from notion2jekyll.init.remote import Clone, api_of, parse_remote, web_of
from notion2jekyll.init.talk import Question, Talk, agreed, settled
from notion2jekyll.progress import Progress
from notion2jekyll.target import Applied, Moved
from notion2jekyll.target.github import Building

SECRET: Final = "NOTION_TOKEN"  # noqa: S105  # its name
MESSAGE: Final = "Set up notion2jekyll\n"
ATTEMPTS: Final = 5
"""How often somebody else may push meanwhile."""
PERMISSIONS: Final = (
    "To have that done for you, make a fine-grained token (https://github.com/settings/personal-access-tokens/new) for the "
    "blog's repository with “Contents”, “Workflows” and “Secrets”, each as “Read and write”. Then: export "
    "GITHUB_TOKEN=github_pat_…   and run this again: it goes on from what is there."
)

REACH: Final = (
    "Check the name. A fine-grained token sees only the repositories that it was made for "
    "(https://github.com/settings/personal-access-tokens)."
)


class Repository(Protocol):
    """The blog's repository; see `target.github.Premises`."""

    def default_branch(self) -> str:
        """Return the name of the default branch."""

    def building(self) -> Building | None:
        """Return how the site is built, None where that is not known."""

    def obstacle(self) -> Problem | None:
        """Return what may keep commits from being made. Raises AccessDenied where they certainly cannot."""

    def files(self, *paths: str) -> dict[str, bytes]:
        """Return those of `paths` that are there, with their content."""

    def commit(self, files: Mapping[str, bytes], message: str) -> Applied:
        """Make one commit with `files`."""

    def has_secret(self, name: str) -> bool:
        """Return whether there is a secret `name`."""

    def put_secret(self, name: str, value: str) -> None:
        """Store a secret."""


@dataclass(frozen=True, slots=True)
class Blog:
    """The repository that was chosen."""

    repository: str
    """`owner/name`."""
    web: str
    """Its page."""
    branch: str | None
    """Where posts are to go, as it was asked for."""
    home: str = ""
    """The default branch, where the two files go; empty where it is not known."""
    built_from: str = ""
    """The branch that the site is built from, the default one where that is not known."""
    by_workflow: bool = False
    """Whether a workflow of its own builds the site."""
    hub: Callable[[Progress], Repository] | None = None
    """Opens it; None where nothing can be written."""
    there: Mapping[str, bytes] = field(default_factory=dict)
    """Those of the two files that are on the default branch."""
    has_secret: bool = False
    may_store: bool = False
    """Whether a secret can be stored, as far as that is known."""


def choose(
    github: Callable[[str, Progress], Repository] | None,
    api_url: str,
    clone: Clone | None,
    wishes: tuple[str | None, str | None],
    old: Config | None,
    talk: Talk,
) -> Blog:
    """Return the repository and branch that `wishes` name, or that a person confirms. Raises ConfigError, Unreachable."""
    web = web_of(api_url)
    guess = _guess(clone, web, talk)
    usual = old.github.repository if old and old.github else guess
    question = Question(
        "Which repository holds your blog? Its name, as owner/name",
        "--repository OWNER/NAME",
        usual,
        unattended=usual or None,
    )
    wish, branch = wishes

    def read(answer: str) -> Blog:
        found = parse_remote(answer if "://" in answer else f"{web}/{answer}")
        if found is None or not answer:
            raise ValueError("Write it as owner/name, such as me/me.github.io.")
        blog = Blog(found.repository, f"{web}/{found.repository}", branch)
        if github is None:
            return blog
        hub = partial(github, found.repository)
        try:
            with talk.working() as progress:
                home = hub(progress).default_branch()
                building = hub(progress).building()
                there = hub(progress).files(CONFIG, WORKFLOW)
        except ConfigError as error:
            raise ConfigError(error.message, hint=REACH) from error
        by_workflow = building is not None and building.by_workflow
        source = building.branch if building and building.branch else home
        return Blog(found.repository, blog.web, branch, home, source, by_workflow, hub, there)

    blog = settled(talk, question, wish, read)
    if blog.hub is None:
        talk.say(
            f"GITHUB_TOKEN is not set, so nothing is committed to {blog.repository} from here, and no secret stored.",
            sign="!",
            hint=PERMISSIONS,
        )
        return blog
    more = f", and its site is built from {blog.built_from}" if blog.built_from != blog.home else ""
    more = ", and its site is built by a workflow of its own" if blog.by_workflow else more
    talk.say(f"{blog.repository} is there; its default branch is {blog.home}{more}.", sign="✓")
    return _explored(blog, talk)


def _guess(clone: Clone | None, web: str, talk: Talk) -> str:
    """Return the repository that the working directory is a clone of; empty where that is none of this GitHub."""
    if clone is None or clone.remote is None:
        return ""
    host, repository = clone.remote
    if host == web.partition("://")[2]:
        return repository
    talk.say(
        f"This folder is a clone of {repository} on {host}, but GitHub's API that is asked is that of {web}.",
        sign="!",
        hint=f"If {host} is a GitHub Enterprise of yours: export GITHUB_API_URL={api_of(host)}   Then run this again.",
    )
    return ""


def _explored(blog: Blog, talk: Talk) -> Blog:
    """Return `blog` with what can be done there."""
    assert blog.hub is not None  # noqa: S101  # the caller looked
    try:
        with talk.working() as progress:
            # A doubt is told by the commit itself; only a certain no counts here.
            blog.hub(progress).obstacle()
    except AccessDenied as denied:
        talk.say(denied.message, sign="!", hint=denied.hint)
        return replace(blog, hub=None)
    try:
        with talk.working() as progress:
            return replace(blog, has_secret=blog.hub(progress).has_secret(SECRET), may_store=True)
    except AccessDenied as denied:
        talk.say(denied.message, sign="!", hint=denied.hint)
        return blog


def to_commit(
    files: Mapping[str, bytes],
    bases: Mapping[str, bytes],
    wishes: tuple[bool | None, bool | None],
    blog: Blog,
    talk: Talk,
) -> dict[str, bytes]:
    """Return those of `files` (path → content) that are to be committed, by `wishes` or by what a person says.

    `bases` is what the files were made of; what differs from that in the repository is somebody's work, and is replaced
    only where that is agreed to.
    """
    commit, overwrite = wishes
    new = missing(files, blog)
    if blog.hub is None:
        return {}
    if not new:
        talk.say(f"{blog.repository} has both files already, as they are to be.", sign="✓")
        return {}
    strange = [path for path in new if path in blog.there and blog.there[path] != bases.get(path)]
    if strange and commit is not False:
        names = " and ".join(strange)
        others = "another" if len(strange) == 1 else "others as"
        text = f"{blog.repository} has {others} {names}. Replace {'it' if len(strange) == 1 else 'them'} with yours?"
        if not agreed(talk, text, "--overwrite", overwrite, default=False):
            talk.say(
                f"{names} in {blog.repository} stays as it is there.",
                sign="!",
                hint="To replace it: --overwrite",
            )
            new = {path: content for path, content in new.items() if path not in strange}
    text = f"Commit {' and '.join(new)} to {blog.repository} (branch {blog.home})?"
    return new if new and agreed(talk, text, "--commit", commit, default=True) else {}


def missing(files: Mapping[str, bytes], blog: Blog) -> dict[str, bytes]:
    """Return those of `files` that the repository does not have like that."""
    return {path: content for path, content in files.items() if blog.there.get(path) != content}


def to_store(wish: bool | None, blog: Blog, talk: Talk) -> bool:
    """Return whether the token is to be stored as a secret, by `wish` or by what a person says."""
    if blog.hub is None or not (blog.may_store or wish):
        return False
    if blog.has_secret:
        text = (
            f"{blog.repository} has a secret {SECRET} already. Replace it with the token that is used here?"
        )
    else:
        text = f"Store the token as the secret {SECRET} of {blog.repository}, encrypted for it alone?"
    return agreed(talk, text, "--secret", wish, default=not blog.has_secret)


def commit(files: Mapping[str, bytes], blog: Blog, clone: Clone | None, talk: Talk) -> bool:
    """Commit `files`, and return whether that worked; where not, say why. Raises Unreachable."""
    assert blog.hub is not None  # noqa: S101  # nothing is to be committed without
    try:
        with talk.working() as progress:
            made = _pushed(blog.hub(progress), files)
    except (AccessDenied, ConfigError) as stop:
        talk.say(stop.message, sign="✗", hint=stop.hint)
        return False
    talk.say(f"Committed to {blog.repository} (branch {blog.home}): {made.url or made.commit}", sign="✓")
    if clone and clone.remote and clone.remote.repository == blog.repository:
        talk.say(
            "This clone does not have that commit yet.",
            sign="!",
            hint=f"git add {' '.join(files)}\ngit pull",
        )
    return True


def _pushed(hub: Repository, files: Mapping[str, bytes]) -> Applied:
    for _ in range(ATTEMPTS):
        try:
            return hub.commit(files, MESSAGE)
        except Moved:
            continue
    raise ConfigError(
        "Somebody else changed the repository each time that the files were to be committed.",
        hint="Stop what commits in a loop, then run this again.",
    )


def store(token: str, blog: Blog, talk: Talk) -> bool:
    """Store `token` as the secret, and return whether that worked; where not, say why. Raises Unreachable."""
    assert blog.hub is not None  # noqa: S101  # nothing is to be stored without
    try:
        with talk.working() as progress:
            blog.hub(progress).put_secret(SECRET, token)
    except AccessDenied as denied:
        talk.say(denied.message, sign="✗", hint=denied.hint)
        return False
    talk.say(f"Stored as the secret {SECRET} of {blog.repository}.", sign="✓")
    return True


def tell_rest(paths: Sequence[str], blog: Blog, clone: Clone | None, talk: Talk, *, secret: bool) -> None:
    """Tell what is left to be done by hand: `paths` to be committed, and the secret to be stored."""
    name = f"{blog.web.partition('://')[2]}" if "://github.com/" not in blog.web else blog.repository
    if paths:
        if clone and clone.remote and clone.remote.repository == blog.repository:
            how = f"git add {' '.join(paths)}\ngit commit -m “{MESSAGE.strip()}”\ngit push".replace(
                "“", '"'
            ).replace("”", '"')
        else:
            how = (
                f"Put {' and '.join(paths)} under the same names into {blog.web}: “Add file”, then “Create new file” "
                "(the name may have folders in it), paste, “Commit changes”."
            )
        branch = f", on its default branch ({blog.home})" if blog.home else ", on its default branch"
        talk.say(
            f"Still to be done: commit {' and '.join(paths)} to {blog.repository}{branch}.",
            sign="!",
            hint=how,
        )
    if secret:
        talk.say(
            f"Still to be done: the secret {SECRET} of {blog.repository}, for the scheduled sync.",
            sign="!",
            hint=f"gh secret set {SECRET} --repo {name}   (it asks for the token)\n"
            f"or open {blog.web}/settings/secrets/actions/new, write the name {SECRET}, paste the token, “Add secret”.",
        )
