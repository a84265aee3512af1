"""What a trained model or two runs show: comparisons, embeddings, first-layer images."""
