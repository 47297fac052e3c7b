"""Accounts: organisations, users, roles, permissions, sessions and devices."""
