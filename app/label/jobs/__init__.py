"""Label jobs: what was asked for, its files, its doors."""
