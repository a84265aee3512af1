"""What every drawing shares, in the window and in reports: axis ticks, colours, SVG. No Qt, no torch."""
