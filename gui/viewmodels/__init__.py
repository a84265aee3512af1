"""What the window shows, as plain data. Qt is not imported here, so everything can be tested without it."""
