"""Figures about service: what a leader looks at, and what is known about a customer's equipment."""
