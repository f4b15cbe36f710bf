"""Reading a Notion workspace: its model, its properties, and the client that fetches them."""
