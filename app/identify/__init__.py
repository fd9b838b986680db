"""GS1 identification: keys, check digits, element strings, Digital Link URIs, EPC URNs and item keys; pure, standard library only."""
