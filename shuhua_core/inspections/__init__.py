"""Inspections: what is looked at, how often and by whom, and what was found."""
