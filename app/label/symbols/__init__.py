"""Symbols of labels as modules, and the reader that proves them."""
