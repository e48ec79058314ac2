"""One reader for each tool: from its document to an Answer."""
