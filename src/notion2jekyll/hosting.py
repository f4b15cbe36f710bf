"""What GitHub tells of the repository, and what that means for a sync: for `check`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from notion2jekyll.config import GitHub
from notion2jekyll.errors import AccessDenied, ConfigError
from notion2jekyll.findings import Finding
from notion2jekyll.target.github.host import Host, Pages, Syncing, TokenKind
from notion2jekyll.target.github.workflows import DEPLOY, Workflow

SOON: Final = timedelta(days=14)
"""So long before a token expires it is worth a look."""
QUIET: Final = timedelta(days=60)
"""GitHub stops schedules of a public repository after so long without activity
(https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule)."""
NEARLY_QUIET: Final = timedelta(days=45)
OVERDUE: Final = timedelta(days=8)
"""A schedule that starts less often than once a week is rare."""
LARGE_FILE: Final = 50 * 1024**2
"""Bytes. GitHub warns of larger files, and takes none above 100 MiB
(https://docs.github.com/en/repositories/working-with-files/managing-large-files/about-large-files-on-github)."""
LARGE_SITE: Final = 10**9
"""Bytes a site may have on GitHub Pages at most, and a repository should have
(https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits)."""
NEARLY: Final = 0.8
PLUGINS: Final = frozenset(
    {
        "jekyll-avatar",
        "jekyll-coffeescript",
        "jekyll-commonmark-ghpages",
        "jekyll-default-layout",
        "jekyll-feed",
    }
    | {"jekyll-gist", "jekyll-github-metadata", "jekyll-include-cache", "jekyll-mentions", "jekyll-octicons"}
    | {"jekyll-optional-front-matter", "jekyll-paginate", "jekyll-readme-index", "jekyll-redirect-from"}
    | {
        "jekyll-relative-links",
        "jekyll-remote-theme",
        "jekyll-sass-converter",
        "jekyll-seo-tag",
        "jekyll-sitemap",
    }
    | {"jekyll-swiss", "jekyll-titles-from-headings", "jemoji"}
)
"""What GitHub Pages runs when it builds from a branch (https://pages.github.com/versions); it skips all others."""

_KINDS: Final[Mapping[TokenKind, str]] = {
    "classic": "a classic personal access token",
    "fine-grained": "a fine-grained personal access token",
    "app": "a token of an app, as workflows have it, which lasts for its job",
    "oauth": "a token of somebody who signed in to an app, as `gh auth token` gives it",
    "unknown": "of a kind that is not known here",
}
_REFUSING: Final = frozenset(
    {"pull_request", "update", "required_status_checks", "required_deployments", "merge_queue", "workflows"}
    | {"code_scanning", "code_quality"}
)
"""Rules that refuse any commit that is made on the branch itself."""
_HARMLESS: Final = frozenset({"creation", "deletion", "non_fast_forward", "required_linear_history"})
"""Rules that no commit of a sync breaks; all others may be broken by some."""
_STOPPED: Final[Mapping[str, str]] = {
    "disabled_inactivity": "GitHub has stopped it, since nothing happened in the repository for 60 days",
    "disabled_manually": "somebody has disabled it",
    "disabled_fork": "it does not run, since the repository is a fork",
}


def about_host(host: Host, github: GitHub, plugins: Collection[str], now: datetime) -> Iterator[Finding]:
    """Yield what there is to say of the token, the branch, the workflow that syncs, GitHub Pages, and of sizes.

    `plugins` are those that the site's own configuration names.
    """
    yield _about_token(host, now)
    yield from _about_scopes(host)
    yield from _about_rules(host, github)
    yield from _about_workflows(host, github, now)
    yield from _about_pages(host, plugins)
    for each in host.syncing:
        yield from _about_builds(host, each.workflow, github)
    yield from _about_sizes(host)


# The token -----------------------------------------------------------------------------------------------------------


def _about_token(host: Host, now: datetime) -> Finding:
    what = f"GITHUB_TOKEN is {_KINDS[host.kind]}"
    if host.expires is None:
        return Finding("well", f"{what}.")
    when = f"{host.expires.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if host.kind != "app" and host.expires - now < SOON:
        return Finding(
            "doubt",
            f"{what}, and expires soon: {when}.",
            "Make a new one in time at https://github.com/settings/tokens, and replace it wherever it is used: in the secret "
            "of the repository, too.",
        )
    return Finding("well", f"{what}, until {when}.")


def _about_scopes(host: Host) -> Iterator[Finding]:
    """Yield that a classic token may not write: of that GitHub tells only what its owner may do."""
    if host.scopes is None:
        return
    enough = {"repo"} if host.private else {"repo", "public_repo"}
    if not enough & set(host.scopes):
        has = f"only {', '.join(host.scopes)}" if host.scopes else "none"
        yield Finding(
            "fault",
            f"GITHUB_TOKEN lacks the scope {' or '.join(sorted(enough, reverse=True))} (it has {has}): it may not write.",
            "Tick “repo” for the token at https://github.com/settings/tokens, or make a fine-grained one.",
            AccessDenied.exit_code,
        )


# The branch ----------------------------------------------------------------------------------------------------------


def _about_rules(host: Host, github: GitHub) -> Iterator[Finding]:
    rules = [rule for rule in host.rules or () if rule.bypass not in ("always", "exempt")]
    refusing = [rule for rule in rules if rule.kind in _REFUSING]
    others = [rule for rule in rules if rule.kind not in _REFUSING | _HARMLESS]
    remedy = (
        "Let the owner or the app of the token bypass the ruleset (Settings → Rules → Rulesets → Bypass list), or offer the "
        "posts with github: mode: pull_request."
    )
    if github.mode == "pull_request":
        remedy = "Take that branch out of the ruleset (Settings → Rules → Rulesets), or name another under `pull_request:`."
    if refusing:
        asks = ", ".join(dict.fromkeys(_words(rule.kind) for rule in refusing))
        by = f"{host.branch} is protected by the ruleset “{refusing[0].ruleset}”"
        if any(rule.bypass is not None for rule in refusing):
            yield Finding(
                "fault",
                f"The branch {by}, which GITHUB_TOKEN may not bypass: it refuses commits ({asks}).",
                remedy,
                AccessDenied.exit_code,
            )
        else:
            yield Finding(
                "doubt",
                f"The branch {by} ({asks}), and GitHub does not tell whether GITHUB_TOKEN may bypass it.",
                f"The first sync shows it. {remedy}",
            )
    elif others:
        asks = ", ".join(dict.fromkeys(_words(rule.kind) for rule in others))
        yield Finding(
            "doubt",
            f"The ruleset “{others[0].ruleset}” asks something of commits to {host.branch} that a sync may not meet: {asks}.",
            f"The first sync shows it. {remedy}",
        )
    elif host.protected and not host.rules:
        yield Finding(
            "doubt",
            f"The branch {host.branch} is protected, and GitHub does not tell this token by what.",
            "The first sync shows whether it may commit. If not: let the token's owner push there (Settings → Branches), or "
            "offer the posts with github: mode: pull_request.",
        )
    elif host.rules is not None:
        yield Finding("well", f"No rule keeps a sync from committing to the branch {host.branch}.")


def _words(kind: str) -> str:
    return kind.replace("_", " ")


# The workflow --------------------------------------------------------------------------------------------------------


def _about_workflows(host: Host, github: GitHub, now: datetime) -> Iterator[Finding]:
    for path in host.stray:
        yield Finding(
            "doubt",
            f"{path} is on the branch {github.branch} and not on the default branch {host.default_branch}: no schedule starts it.",
            f"Move it to {host.default_branch}: GitHub starts schedules from there alone.",
        )
    if not host.syncing and not host.stray:
        yield Finding(
            "doubt",
            f"No workflow of {host.repository} runs notion2jekyll.",
            "If it runs elsewhere, or you start it by hand, all is well. Else `notion2jekyll init` writes one.",
        )
    for each in host.syncing:
        yield from _about_state(host, each, now)
        for action in sorted(name for name in each.workflow.uses if name.startswith("OWNER/")):
            yield Finding(
                "fault",
                f"{each.workflow.path} cannot run: it uses {action}, and OWNER is a placeholder.",
                "In its place write the GitHub account that has notion2jekyll.",
                ConfigError.exit_code,
            )
        if not host.has_config and not each.workflow.names_config:
            yield Finding(
                "fault",
                f"{each.workflow.path} finds no configuration: there is none at the root of the branch {host.default_branch}.",
                "Commit your notion2jekyll.yaml there.",
                ConfigError.exit_code,
            )
        yield from _about_permissions(each.workflow, github)
        yield from _about_secrets(host, each)


def _about_state(host: Host, each: Syncing, now: datetime) -> Iterator[Finding]:
    workflow, path = each.workflow, each.workflow.path
    if why := _STOPPED.get(each.state or ""):
        yield Finding(
            "fault",
            f"{path} does not run: {why}.",
            f"Enable it in the Actions tab, or with: gh workflow enable {path.rpartition('/')[2]}",
            1,
        )
        return
    if each.state is None:
        yield Finding(
            "doubt",
            f"{path} is there, and GitHub does not show it among the workflows.",
            "See in the Actions tab whether it is there, and whether Actions are allowed for the repository (Settings → Actions).",
        )
        return
    if not workflow.crons:
        yield Finding(
            "doubt",
            f"{path} has no schedule: it runs when somebody starts it.",
            'If it is to run by itself, add under `on:`: schedule: [{cron: "17 * * * *"}]',
        )
    elif any(cron.split()[:1] == ["0"] for cron in workflow.crons):
        yield Finding(
            "doubt",
            f"{path} starts at the full hour, when GitHub is busiest: it delays such runs, or drops them.",
            'Choose another minute, for example: cron: "17 * * * *"',
        )
    else:
        yield Finding("well", f"{path} runs notion2jekyll by schedule ({', '.join(workflow.crons)}).")
    yield _about_run(each, now)
    idle = now - host.pushed if host.pushed else timedelta()
    if workflow.crons and not host.private and idle > NEARLY_QUIET:
        yield Finding(
            "doubt",
            f"Nothing was pushed to {host.repository} for {idle.days} days: after {QUIET.days} GitHub stops its schedules.",
            "Push a commit, or enable the workflow again when it has stopped (GitHub writes a mail).",
        )


def _about_run(each: Syncing, now: datetime) -> Finding:
    path, last = each.workflow.path, each.last
    if last is None:
        return Finding(
            "doubt",
            f"{path} has not run yet.",
            "Start it once by hand: Actions tab → the workflow → Run workflow.",
        )
    when = f"{last.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if last.conclusion not in (None, "success"):
        return Finding(
            "doubt",
            f"The last run of {path} did not succeed ({last.conclusion}, {when}).",
            f"See what it says: {last.url}",
        )
    if each.workflow.crons and now - last.at > OVERDUE:
        return Finding(
            "doubt",
            f"{path} ran last on {when}, {(now - last.at).days} days ago.",
            "If its schedule is more frequent than that, see in the Actions tab what holds it up.",
        )
    return Finding("well", f"{path} ran last on {when}.")


def _about_permissions(workflow: Workflow, github: GitHub) -> Iterator[Finding]:
    if any("NOTION" not in name.upper() for name in workflow.secrets):
        return  # it commits with a token of its own, which has permissions of its own
    needed = ["contents", *(["pull-requests"] if github.mode == "pull_request" else [])]
    lacking = [name for name in needed if workflow.lacks(name)]
    block = "permissions: {" + ", ".join(f"{name}: write" for name in needed) + "}"
    if lacking:
        yield Finding(
            "fault",
            f"{workflow.path} does not let its job write: `permissions:` lacks {' and '.join(lacking)}.",
            f"Give the job that syncs: {block}",
            AccessDenied.exit_code,
        )
    elif workflow.lacks("contents") is None:
        yield Finding(
            "doubt",
            f"{workflow.path} has no `permissions:`: the settings of the repository decide whether it may write, and those of "
            "new repositories say no.",
            f"Give the job that syncs: {block}",
        )
    else:
        yield Finding("well", f"{workflow.path} gives its job the permission to write ({', '.join(needed)}).")


def _about_secrets(host: Host, each: Syncing) -> Iterator[Finding]:
    path, names = each.workflow.path, each.workflow.secrets
    if not any("NOTION" in name.upper() for name in names):
        yield Finding(
            "doubt",
            f"{path} passes no secret of Notion's to notion2jekyll.",
            "Add to the step that syncs: notion-token: ${{ secrets.NOTION_TOKEN }} under `with:` of the action, or "
            "NOTION_TOKEN: ${{ secrets.NOTION_TOKEN }} under `env:` of a command.",
        )
    missing = sorted(names - host.secrets) if host.secrets is not None else []
    for name in missing if not each.workflow.environments else ():
        yield Finding(
            "fault",
            f"{path} uses the secret {name}, which {host.repository} does not have.",
            f"Settings → Secrets and variables → Actions → New repository secret, or: gh secret set {name}",
            AccessDenied.exit_code,
        )
    if host.secrets is None and names and (each.last is None or each.last.conclusion != "success"):
        yield Finding(
            "doubt",
            f"GitHub does not tell this token whether {host.repository} has the secret {' and '.join(sorted(names))}.",
            "If it is not there yet: Settings → Secrets and variables → Actions → New repository secret, or: gh secret set "
            f"{min(names)}",
        )
    elif host.secrets is not None and names and not missing:
        have = "is a secret" if len(names) == 1 else "are secrets"
        yield Finding("well", f"{' and '.join(sorted(names))} {have} of {host.repository}.")


# GitHub Pages --------------------------------------------------------------------------------------------------------


def _about_pages(host: Host, plugins: Collection[str]) -> Iterator[Finding]:
    site = host.pages
    if not host.has_pages:
        yield Finding(
            "doubt",
            f"GitHub Pages is off for {host.repository}.",
            f"Settings → Pages → Build and deployment → Deploy from a branch: {host.base}, / (root). A private repository needs a "
            "paid plan for that. If the site is built elsewhere, all is well.",
        )
    elif site is None:
        yield Finding(
            "doubt",
            "There is a site on GitHub Pages, and GitHub does not tell this token how it is built.",
            "Look at Settings → Pages. To have it looked at here, give the token “Pages: Read” (a classic token: “repo”).",
        )
    elif site.by_workflow:
        yield from _about_deployers(host, site)
    elif site.branch not in (None, host.base):
        yield Finding(
            "doubt",
            f"GitHub Pages builds the site from the branch {site.branch}, and posts go to {host.base}.",
            f"If nothing brings them from one to the other, set github: branch: {site.branch}.",
        )
    elif site.folder != "/":
        yield Finding(
            "fault",
            f"GitHub Pages builds the site from the folder {site.folder}, and posts go to the root of {host.base}.",
            "Choose “/ (root)” as the folder under Settings → Pages, with the site's files there.",
            ConfigError.exit_code,
        )
    elif ".nojekyll" in host.sizes:
        yield Finding(
            "fault",
            f"There is a file .nojekyll on the branch {host.base}: GitHub Pages does not run Jekyll, and shows no posts.",
            "Delete it, or let a workflow build the site.",
            ConfigError.exit_code,
        )
    else:
        yield from _about_branch_site(host, site, plugins)


def _about_branch_site(host: Host, site: Pages, plugins: Collection[str]) -> Iterator[Finding]:
    if site.error is not None:
        yield Finding(
            "fault",
            f"GitHub Pages could not build the site last: {site.error}",
            "Mend what it names; the Actions tab of the repository has the log of the build.",
            1,
        )
    else:
        yield Finding("well", f"GitHub Pages builds the site from the branch {host.base}: {site.url}")
    if unknown := sorted(set(plugins) - PLUGINS):
        yield Finding(
            "doubt",
            f"GitHub Pages does not run {', '.join(unknown)} when it builds from a branch.",
            "Take it out of `plugins:`, or let a workflow build the site (Settings → Pages → Source: GitHub Actions).",
        )


def _about_deployers(host: Host, site: Pages) -> Iterator[Finding]:
    syncing = [each.workflow for each in host.syncing]
    if not host.deployers:
        yield Finding(
            "doubt",
            "A workflow builds the site, and none of those in the repository is known as such.",
            f"It is known by its use of {DEPLOY}. After the first sync look whether the site was built.",
        )
    elif any(each.syncs or each.follows(syncing) for each in host.deployers):
        yield Finding("well", f"{host.deployers[0].path} builds the site after each sync: {site.url}")
    elif any("workflow_dispatch" in each.events for each in host.deployers):
        yield Finding(
            "well", f"{host.deployers[0].path} builds the site, and a sync can start it: {site.url}"
        )
    else:
        yield Finding(
            "doubt",
            f"{host.deployers[0].path} builds the site, and is not started by what a workflow's own token commits.",
            "Add “workflow_dispatch:” to its events (`on:`), and “actions: write” to the permissions of the sync; or let it run on "
            "“workflow_run” of the sync.",
        )


def _about_builds(host: Host, workflow: Workflow, github: GitHub) -> Iterator[Finding]:
    """Yield what keeps the job that syncs from starting and watching the build."""
    is_own = any("NOTION" not in name.upper() for name in workflow.secrets)
    if host.pages is None or is_own or github.mode == "pull_request" or github.pages.watch == "never":
        return
    starts = any(each.syncs or each.follows([workflow]) for each in host.deployers)
    if host.pages.by_workflow and (starts or not host.deployers):
        return
    needed = "actions" if host.pages.by_workflow else "pages"
    if workflow.lacks(needed):
        yield Finding(
            "doubt",
            f"{workflow.path} does not let its job start and watch the build of the site: `permissions:` lacks {needed}.",
            f"Give the job that syncs “{needed}: write”.",
        )


# Sizes ---------------------------------------------------------------------------------------------------------------


def _about_sizes(host: Host) -> Iterator[Finding]:
    for path, size in sorted(host.sizes.items(), key=lambda one: -one[1])[:5]:
        if size > LARGE_FILE:
            yield Finding(
                "doubt",
                f"{path} has {_megabytes(size)}: GitHub warns above 50 MiB, and takes no file above 100 MiB.",
                "Make it smaller, or keep it elsewhere and link to it; `assets: {max_megabytes: …}` bounds what is taken from Notion.",
            )
    whole, history = sum(host.sizes.values()), 1024 * host.kilobytes
    if whole > NEARLY * LARGE_SITE:
        yield Finding(
            "doubt",
            f"The files of the blog have {_megabytes(whole)}: a site on GitHub Pages may have 1 GB at most.",
            "Keep large videos and files elsewhere and link to them; `assets: {max_megabytes: …}` bounds what is taken from Notion.",
        )
    elif history > NEARLY * LARGE_SITE:
        yield Finding(
            "doubt",
            f"{host.repository} has {_megabytes(history)} with its history: GitHub asks for 1 GB at most.",
            "Large files of the past stay in the history; `git filter-repo` takes them out.",
        )
    else:
        yield Finding(
            "well", f"The blog has {_megabytes(whole)}, of 1 GB that a site on GitHub Pages may have."
        )


def _megabytes(size: int) -> str:
    size = max(size, 10**5)  # nobody minds less
    return f"{size / 10**6:,.1f} MB" if size < 10**8 else f"{size / 10**6:,.0f} MB"
