"""Stands in for Maya's Python packages, faithful enough to run the real agent as it is."""
