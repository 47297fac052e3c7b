"""What tests of the system, and of plugins for it, build on."""
