"""The matplotlib backend of notebooks: draws with Agg, and ``show`` puts figures into the cell."""

from matplotlib.backend_bases import FigureManagerBase as FigureManager
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

__all__ = ["FigureCanvas", "FigureManager", "show"]


def show(*_args: object, **_kwargs: object) -> None:
    """Leaves the figures open: they are taken into the outputs when their cell ends."""
