"""What trained models and data sets show: comparisons of runs, embeddings, heat maps, slices, labels that may be wrong."""
