"""Expected reads and misreads of picture sets."""
