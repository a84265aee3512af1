"""Metrics of a classifier from its confusion matrix, and how certain they are. No torch."""
