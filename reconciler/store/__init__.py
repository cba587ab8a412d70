"""State, lease and run documents: get, put-if-version, list."""
