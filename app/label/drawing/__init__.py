"""Where everything stands on a label, and the files it becomes."""
