"""Labels: serial numbers, barcodes, sheets; nothing leaves without being read back."""
