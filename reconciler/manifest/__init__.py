"""YAML documents to desired resources, with positions and diagnostics."""
