"""A Markdown tree and its writer; knows neither Notion nor Jekyll."""
