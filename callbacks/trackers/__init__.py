"""Callbacks that hand a run to the tools people track experiments with, a file each.

`tracker.py` maps the project's events to calls of `tracked_run.py`, once for all tools; a tool's file answers these
calls in its own words. `delivery.py` makes them on a thread of its own.
"""
