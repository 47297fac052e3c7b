"""Tasks: allocation, assignment, repair and follow-up."""
