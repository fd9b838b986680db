"""Tests of `app/verify`."""
