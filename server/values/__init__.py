"""Measured values: sources and their owners, taking in, corrections, doubts, objections, API keys."""
