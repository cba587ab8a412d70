"""Values and algorithms: no clock, no randomness, no input or output."""
