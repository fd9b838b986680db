"""Tests of `app/recall`."""
