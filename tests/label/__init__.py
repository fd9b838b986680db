"""Tests of label."""
