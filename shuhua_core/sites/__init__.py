"""Sites, equipment and labels."""
