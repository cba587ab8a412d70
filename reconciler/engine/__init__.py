"""Planner and applier: the only place where a loop meets the world."""
