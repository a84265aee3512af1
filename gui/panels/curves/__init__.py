"""The Curves tab: loss and metrics over steps and epochs."""
