"""Quotations for repairs out of warranty: what it will cost, and the customer's consent, on the record."""
