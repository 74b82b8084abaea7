"""Gemba's server: one package for each room of the house. See docs/architecture.md."""
