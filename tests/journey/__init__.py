"""Tests of `app/journey`."""
