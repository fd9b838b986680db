"""Where a printed code leads: the resolver of Digital Links."""
