"""Tests of questions about events."""
