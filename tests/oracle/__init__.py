"""Judges of written Markdown: the engines that read it, and a reader of the pages that they make."""
