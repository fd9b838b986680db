"""The command's folder: what was asked at the command line, its numbers, its files, drawn by several processes and taken up again."""
