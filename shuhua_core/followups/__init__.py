"""Follow-ups: asking the customer afterwards whether it is good."""
