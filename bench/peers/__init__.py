"""Gemba beside other servers on one workload: documents of 1.2 kB, pushed, edited, pulled, polled, in conflict."""
