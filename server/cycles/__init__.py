"""Cycles: who is judged when, until when, and who stands in for whom."""
