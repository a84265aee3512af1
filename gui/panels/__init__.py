"""The tabs of a run, one folder or file each."""
