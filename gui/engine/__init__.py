"""Processes the window starts and talks to: training runs, the RPC helper, report exports. No Qt."""
