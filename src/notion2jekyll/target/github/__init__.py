"""GitHub as a target.

`wire` sends requests, `repository` has git's objects, `pages` sees to the site, `branch` commits to a branch,
`pull_request` offers commits to people, `setup` prepares the repository for all that.
`host` looks at what is not in the files; `workflows` reads those of GitHub Actions.
"""

from notion2jekyll.target.github.branch import GitHub
from notion2jekyll.target.github.host import Host, look
from notion2jekyll.target.github.pull_request import PullRequest, Wish
from notion2jekyll.target.github.repository import SEED
from notion2jekyll.target.github.setup import Building, Premises
from notion2jekyll.target.github.wire import API

__all__ = ["API", "SEED", "Building", "GitHub", "Host", "Premises", "PullRequest", "Wish", "look"]
