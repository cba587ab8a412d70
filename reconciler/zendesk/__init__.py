"""The only HTTP client code."""
