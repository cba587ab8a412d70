"""Configuration as code for Zendesk social messaging."""

__version__ = "0.1.0"
