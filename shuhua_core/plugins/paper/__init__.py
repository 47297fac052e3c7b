"""Printing on paper: fonts that carry Chinese, line breaking by its rules, and framed pages with numbers."""
