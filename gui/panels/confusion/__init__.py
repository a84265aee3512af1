"""The Confusion tab: the matrix, its most confused pairs, and the images behind a cell."""
