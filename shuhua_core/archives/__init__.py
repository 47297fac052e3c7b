"""Customers and their contacts, projects, product models."""
