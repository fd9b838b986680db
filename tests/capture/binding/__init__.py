"""Tests of the three bindings."""
