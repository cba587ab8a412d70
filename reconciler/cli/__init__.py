"""Commands: arguments, environment variables, stdout and exit codes."""
