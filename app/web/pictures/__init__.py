"""The pictures of the handbook: SVG drawn by the program at request, with real symbols and words in three languages."""
