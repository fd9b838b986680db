"""Events from sheets: Excel and CSV files, read cell by cell, judged row by row."""
