"""Tests of the handbook: what it says is compared with the program."""
