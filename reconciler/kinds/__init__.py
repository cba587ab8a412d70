"""One self-discovered file per kind; modules with a leading underscore hold the words that kinds share."""
