"""All pages of a data source as Markdown files, as the README of notion-to-md-py shows it: ADDRESS DATA_SOURCE FOLDER."""

import os
import sys
from pathlib import Path

from notion_client import Client
from notion_client.helpers import iterate_paginated_api
from notion_to_md import NotionToMarkdown

if __name__ == "__main__":
    address, data_source, folder = sys.argv[1:]
    notion = Client(auth=os.environ["NOTION_TOKEN"], base_url=address)
    n2m = NotionToMarkdown(notion)
    for page in iterate_paginated_api(notion.data_sources.query, data_source_id=data_source):
        blocks = n2m.page_to_markdown(page["id"])
        text = n2m.to_markdown_string(blocks).get("parent") or ""
        Path(folder, f"{page['id']}.md").write_text(text, encoding="utf-8")
