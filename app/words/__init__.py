"""Sentences in Vietnamese, English and French; below the doors only codes and parameters exist."""
