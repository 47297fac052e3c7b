"""What phones send for people whose rights have ended: refused, and kept for a manager to decide on."""
