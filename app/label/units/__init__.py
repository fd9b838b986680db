"""Logistic units: batches of SSCCs that hold the same, and the logistic labels of a batch."""
