"""Secret references to secrets."""
