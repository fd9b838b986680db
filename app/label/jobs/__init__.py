"""Label jobs: asked for, looked at, their files for whoever waits, the table of a print house, their doors."""
