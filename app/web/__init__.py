"""Shared door machinery of the pages: layout, static files, headers, forms."""
