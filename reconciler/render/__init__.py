"""Plans and reports as text, markdown and json."""
