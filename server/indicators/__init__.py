"""Indicators, the sets that jobs are judged by, measured values, quick comments, marks of earlier cycles."""
