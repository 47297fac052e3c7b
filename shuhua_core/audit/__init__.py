"""Audit: what was changed by whom, append-only and hash-chained."""
