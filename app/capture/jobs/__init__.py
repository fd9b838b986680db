"""Documents that are worked on beside the request, and what is told of every document: the capture jobs of EPCIS 2.0."""
