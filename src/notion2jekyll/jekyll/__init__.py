"""The only place that knows Jekyll: what a site's configuration means, and what a post is."""
