"""Label jobs from a spreadsheet: read, judged as a whole, made row by row, each row once."""
