"""Shared door machinery of the JSON doors: routes with permissions, problem documents, who calls, the server."""
