"""Runs: the files of label jobs made in the background, part by part, and their doors."""
