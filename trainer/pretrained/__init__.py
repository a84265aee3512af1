"""Pretrained networks: their weights, the features they give, kept on disk, and the small model trained on these."""
