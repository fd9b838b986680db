"""Data of the product: contracts, vocabularies, words of errors; read with importlib.resources."""
