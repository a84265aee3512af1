"""What the window shows, as plain data: testable without Qt, and Qt is not imported here."""
