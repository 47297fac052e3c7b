"""Warranty and safe service life by rules that are data (docs/adr/0022-lifetime-rules.md)."""
