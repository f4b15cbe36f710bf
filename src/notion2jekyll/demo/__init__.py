"""The demo: a sample journal in an embedded Notion, published into a real git repository; no account needed."""
