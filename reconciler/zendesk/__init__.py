"""The only HTTP client code: paths, credentials and answers; it refuses to know kinds."""
