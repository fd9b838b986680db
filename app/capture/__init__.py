"""EPCIS events in: strict reading, shape, rules, canonical form, hashes, signatures, one commit."""
