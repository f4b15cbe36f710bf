#!/bin/sh
# What the tests need beside Python: a real Jekyll with kramdown's GFM parser and its default theme, a real browser, and
# npm, which brings GitHub's own description of its API. Installs what is missing.
set -eu
here=$(dirname "$0")
missing=""
need() { missing="$missing $1"; }

command -v git >/dev/null 2>&1 || need git
command -v jekyll >/dev/null 2>&1 || need jekyll
ruby -e 'require "kramdown-parser-gfm"' >/dev/null 2>&1 || need ruby-kramdown-parser-gfm
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || need chromium
ruby -e 'gem "minima"; gem "jekyll-feed"; gem "jekyll-seo-tag"' >/dev/null 2>&1 || need jekyll-theme-minima
# Formulas are typeset in the tests as a site's theme does it.
test -f /usr/share/javascript/katex/katex.min.js || need libjs-katex
command -v npm >/dev/null 2>&1 || need npm
if [ -n "$missing" ]; then
    echo "==> Installing Debian packages:$missing"
    # shellcheck disable=SC2086  # a list of package names
    sh "$here/apt.sh" $missing
fi

# GitHub's OpenAPI description; read by the tests of the fake GitHub, never committed.
openapi=23.0.2
if [ ! -f ".cache/openapi-$openapi/api.github.com.json" ]; then
    echo "==> Fetching GitHub's OpenAPI description (@octokit/openapi $openapi)"
    mkdir -p .cache/npm ".cache/openapi-$openapi"
    (cd .cache/npm && npm pack --silent "@octokit/openapi@$openapi" >/dev/null)
    tar -xzf ".cache/npm/octokit-openapi-$openapi.tgz" -C .cache/npm package/generated/api.github.com.json
    mv .cache/npm/package/generated/api.github.com.json ".cache/openapi-$openapi/api.github.com.json"
    rm -rf .cache/npm
fi
