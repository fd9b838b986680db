"""Tests of the tree itself: what every reader of it may rely on."""
