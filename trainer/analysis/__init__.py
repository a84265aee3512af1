"""Analysis of trained models and data sets: comparisons, embeddings, heat maps, slices, labels that may be wrong."""
