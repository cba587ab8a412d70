"""A local Zendesk, written from the vendor's contract; it imports nothing of the rest of the program."""
