"""Random pages of Notion, published by the program, and judged by what a reader sees: `python -m fuzz`."""
