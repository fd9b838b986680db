"""Master data in the words of EPCIS: what documents and programs say of products, places and parties, version by version."""
