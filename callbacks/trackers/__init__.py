"""Callbacks that pass a run to experiment trackers, a file each.

`tracker.py` maps Epochscope's events to calls of `tracked_run.py`, once for all tools; a tool's file implements these
calls. `delivery.py` makes them on a thread of its own.
"""
