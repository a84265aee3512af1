"""The main window: layout, actions, the refresh timer, and what menus and keys do."""
