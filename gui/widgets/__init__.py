"""Small widgets that panels and the window share."""
