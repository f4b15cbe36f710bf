#!/bin/sh
# What the tests need beside Python: a real Jekyll with kramdown's GFM parser and its default theme, a real browser, and
# npm, which brings GitHub's own description of its API and one more theme. Installs what is missing.
set -eu
here=$(dirname "$0")
missing=""
need() { missing="$missing $1"; }

command -v git >/dev/null 2>&1 || need git
command -v jekyll >/dev/null 2>&1 || need jekyll
ruby -e 'require "kramdown-parser-gfm"' >/dev/null 2>&1 || need ruby-kramdown-parser-gfm
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || need chromium
ruby -e 'gem "minima"; gem "jekyll-feed"; gem "jekyll-seo-tag"' >/dev/null 2>&1 || need jekyll-theme-minima
# What the theme Chirpy depends on.
for plugin in archives paginate redirect-from sitemap; do
    ruby -e "gem 'jekyll-$plugin'" >/dev/null 2>&1 || need "ruby-jekyll-$plugin"
done
# Formulas are typeset in the tests as a site's theme does it.
test -f /usr/share/javascript/katex/katex.min.js || need libjs-katex
test -f /usr/share/javascript/mathjax/MathJax.js || need libjs-mathjax
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

# The theme Chirpy as a gem; a site of the tests is built with it, with plugins of Debian's. Never committed.
chirpy=5.3.21
if [ ! -d ".cache/chirpy-$chirpy" ]; then
    echo "==> Fetching the theme Chirpy (jekyll-theme-chirpy $chirpy)"
    rm -rf .cache/npm
    mkdir -p .cache/npm/specifications
    (cd .cache/npm && npm pack --silent "jekyll-theme-chirpy@$chirpy" >/dev/null)
    gem=".cache/npm/gems/jekyll-theme-chirpy-$chirpy"
    mkdir -p "$gem"
    # What the gem holds; the package is a whole site with somebody's own configuration.
    (cd "$gem" && tar -xzf "../../jekyll-theme-chirpy-$chirpy.tgz" --strip-components 1 --wildcards \
        'package/_data/*' 'package/_includes/*' 'package/_layouts/*' 'package/_sass/*' 'package/assets/*' \
        package/LICENSE package/jekyll-theme-chirpy.gemspec)
    # Debian's Jekyll takes no word with a colon before it, which YAML in Ruby reads as a symbol.
    rm "$gem/_data/locales/tr-TR.yml"
    # What RubyGems writes where it installs a gem; the theme's own asks git for its files.
    {
        echo 'Gem::Specification.new do |spec|'
        echo "  spec.name, spec.version, spec.summary, spec.authors = 'jekyll-theme-chirpy', '$chirpy', 'Chirpy', ['Cotes Chung']"
        grep add_runtime_dependency "$gem/jekyll-theme-chirpy.gemspec"
        echo 'end'
    } >".cache/npm/specifications/jekyll-theme-chirpy-$chirpy.gemspec"
    rm ".cache/npm/jekyll-theme-chirpy-$chirpy.tgz"
    mv .cache/npm ".cache/chirpy-$chirpy"
fi
