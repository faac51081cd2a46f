"""The organisational units of an organisation: read once, where something names one by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sharedbox_cli.providers.forms import Row, rows_in, text_of, understood
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.scopes import UNITS

_LIST = "directory.orgunits.list"


@dataclass(frozen=True, slots=True)
class Units:
    """The paths of organisational units by their ids."""

    paths: Mapping[str, str]

    def path_of(self, identity: str) -> str | None:
        """Return the path of a unit; None for one that does not exist."""
        return self.paths.get(_bare(identity))


def _bare(identity: str) -> str:
    """Return an id without what some APIs write before it (`id:03…`, `orgUnits/03…`). Assumed: the rest is the same."""
    return identity.removeprefix("orgUnits/").removeprefix("id:")


def is_within(path: str, above: str) -> bool:
    """Return whether a unit is another one, or below it.

    Google ignores the case of their names (developers.google.com/workspace/admin/directory/v1/guides/manage-org-units,
    read 2026-11).
    """
    root = above.rstrip("/").casefold()
    return f"{path.rstrip('/')}/".casefold().startswith(f"{root}/")


async def read_units(google: Google) -> Units:
    """Return all organisational units, by one request. Raises AuthError, CloudError, ObserveError."""
    answer = await google.read(
        UNITS,
        lambda service: service.orgunits().list(
            customerId=google.customer, type="allIncludingParent", fields="organizationUnits(orgUnitId,orgUnitPath)"
        ),
        _LIST,
    )
    rows = understood(answer, _LIST, lambda row: rows_in(row, "organizationUnits"), own_name=False)
    return Units(dict(understood(row, _LIST, _unit, own_name=False) for row in rows))


def _unit(row: Row) -> tuple[str, str]:
    return _bare(text_of(row, "orgUnitId")), text_of(row, "orgUnitPath")
