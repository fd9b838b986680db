"""Documents worked on beside the request."""
