"""Messages: who is told what, in the inbox and by other channels."""
