"""The Predict tab: classify images that are dropped onto it."""
