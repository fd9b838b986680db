"""The event model in its three bindings: JSON-LD, XML 2.0 and XML 1.2."""
