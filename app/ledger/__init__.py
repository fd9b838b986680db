"""The transparency log: an RFC 6962 Merkle tree, C2SP checkpoints and tiles, proofs."""
