"""Who: organisations, people, roles, permissions, sessions, API keys and signing keys."""
