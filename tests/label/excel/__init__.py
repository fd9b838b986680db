"""Label jobs from spreadsheets."""
