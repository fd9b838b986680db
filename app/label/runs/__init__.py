"""Doors of the runs that make the files of label jobs; what they call lies in `app/label/jobs`."""
