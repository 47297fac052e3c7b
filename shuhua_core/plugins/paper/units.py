"""Lengths on paper."""

mm = 72 / 25.4
"""A millimetre in points."""
