"""Work in the background: the sequencer of the log and other steady duties of one process."""
