"""Repair requests: from a report to its close."""
