"""What is shown before a run is open: the start page and the tour."""
