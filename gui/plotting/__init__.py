"""Charts, heat maps and scatter plots, drawn with pyqtgraph and QPainter."""
