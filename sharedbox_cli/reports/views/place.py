"""A place in a spec file as data."""

from __future__ import annotations

from sharedbox_cli.core.location import Place
from sharedbox_cli.reports.shapes.header import PlaceJson


def place_data(place: Place) -> PlaceJson:
    """Return file, line and column. Line and column are 0 where only the file is known."""
    return {"file": place.file, "line": place.line, "column": place.column}
