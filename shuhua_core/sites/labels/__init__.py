"""QR labels: printed blank in batches or for pieces, bound and unbound, scanned, and checked."""
