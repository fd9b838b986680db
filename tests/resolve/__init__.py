"""Tests of `app/resolve`."""
