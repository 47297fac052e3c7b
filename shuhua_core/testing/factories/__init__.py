"""Makes records for tests: a module a room, functions that take a session and give what they made."""
