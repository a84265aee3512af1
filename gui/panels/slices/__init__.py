"""Slices: groups of images on which the model fails."""
