"""Bringing in the plant: files as offices send them become records, records become changes."""
