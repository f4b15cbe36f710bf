"""All pages of a data source as Markdown files, as the README of notion2md shows it: ADDRESS DATA_SOURCE FOLDER.

It has no setting for the address of the API, so its client is given one here.
"""

import os
import sys
from functools import partial

import notion2md.notion_api
from notion2md.exporter.block import MarkdownExporter
from notion_client import Client
from notion_client.helpers import iterate_paginated_api

if __name__ == "__main__":
    address, data_source, folder = sys.argv[1:]
    notion2md.notion_api.Client = partial(Client, base_url=address)
    notion = Client(auth=os.environ["NOTION_TOKEN"], base_url=address)
    for page in iterate_paginated_api(notion.data_sources.query, data_source_id=data_source):
        MarkdownExporter(block_id=page["id"], output_path=folder, download=True, unzipped=True).export()
