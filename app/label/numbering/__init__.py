"""Numbers in the console: single serial numbers, the ranges they come from, and SSCCs."""
