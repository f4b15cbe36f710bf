"""What people use today for turning Notion pages into Markdown, each as its own documentation shows it."""
