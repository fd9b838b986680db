"""Tests of `app/journey/flags`."""
