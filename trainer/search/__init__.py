"""Settings that are found by trying: the learning rate by a range test, others by a search over runs."""
