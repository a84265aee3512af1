"""Which part of the charts is in sight. No Qt."""

from __future__ import annotations

Range = tuple[float, float]


class VisibleRange:
    """x of all charts over one axis, y of each: fitted to what there is, until a person moves them."""

    def __init__(self) -> None:
        self._x: Range | None = None
        self._y: dict[str, Range] = {}

    @property
    def follows(self) -> bool:
        """Whether nothing was moved: what is new comes into sight by itself."""
        return self._x is None and not self._y

    def follow(self) -> None:
        """Show everything again, and what will come."""
        self._x = None
        self._y.clear()

    def follow_x(self) -> None:
        """Show everything from left to right: the axis has another unit."""
        self._x = None

    def follow_y(self, chart: str) -> None:
        """Fit a chart to its values: its axis has another scale.

        Args:
            chart: Name of the chart.
        """
        self._y.pop(chart, None)

    def x(self, whole: Range) -> Range:
        """Return what is in sight from left to right.

        Args:
            whole: The edges that show everything.

        Returns:
            The edges.
        """
        return self._x or whole

    def y(self, chart: str) -> Range | None:
        """Return what a person wants to see of a chart from bottom to top.

        Args:
            chart: Name of the chart.

        Returns:
            The edges; None: what fits its values.
        """
        return self._y.get(chart)

    def show_x(self, left: float, right: float, whole: Range) -> None:
        """Show this part, or one as wide within the whole.

        Args:
            left: Left edge.
            right: Right edge.
            whole: The edges that show everything.
        """
        low, high = whole
        width = min(right - left, high - low)
        left = min(max(left, low), high - width)
        self._x = left, left + width

    def show_y(self, chart: str, y: Range) -> None:
        """Show this part of a chart.

        Args:
            chart: Name of the chart.
            y: Bottom and top edge.
        """
        self._y[chart] = y

    def pan(self, by: float, whole: Range) -> None:
        """Move along x.

        Args:
            by: Fraction of the width, negative to the left.
            whole: The edges that show everything.
        """
        left, right = self.x(whole)
        self.show_x(left + by * (right - left), right + by * (right - left), whole)

    def zoom(self, factor: float, whole: Range) -> None:
        """Change the width around the centre.

        Args:
            factor: Fraction of the width.
            whole: The edges that show everything.
        """
        left, right = self.x(whole)
        middle, half = (left + right) / 2, factor * (right - left) / 2
        self.show_x(middle - half, middle + half, whole)
