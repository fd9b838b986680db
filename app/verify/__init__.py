"""The verdict anyone may ask for, and the evidence behind it."""
