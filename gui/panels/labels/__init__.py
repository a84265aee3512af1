"""The Labels tab: images whose labels may be wrong, and what is decided about them."""
