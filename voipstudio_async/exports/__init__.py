"""Listings as files and as tables, on top of the public client only."""

from .files import Exported, Format, export
from .frames import to_arrow, to_pandas, to_polars

__all__ = ("Exported", "Format", "export", "to_arrow", "to_pandas", "to_polars")
