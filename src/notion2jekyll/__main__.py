"""`python -m notion2jekyll`: the command line."""

from notion2jekyll.cli import main

if __name__ == "__main__":
    main()
