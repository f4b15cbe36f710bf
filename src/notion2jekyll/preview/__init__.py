"""The preview: a copy of the site with the posts of a plan, built and served on this computer by its own Jekyll."""
