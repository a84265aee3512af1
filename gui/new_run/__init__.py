"""The page that sets up a new run: data check, settings, preview."""
