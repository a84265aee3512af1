"""Scores of a classifier from its confusion matrix, and how sure they are. No torch."""
