"""Requests to servers of others."""
