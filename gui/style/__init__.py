"""How the window looks: colours, sizes, shapes and icons, used by every widget."""
