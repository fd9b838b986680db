"""Tests of the pages: what people see, in a real browser over a real server where it matters."""
