"""Organisational units in the emulated Google."""

from __future__ import annotations

from tests.asked import each
from tests.emulator.google import ANNA, DIRECTORY, Workspace

LIST = f"{DIRECTORY}/customer/my_customer/orgunits"


def test_units_are_listed_below_another_one(google: Workspace) -> None:
    google.store.run("insert into g_orgunits values ('/People/Sales', 'id:03'), ('/Peoples', 'id:04')")
    top = ["/People", "/Peoples", "/Shared mailboxes"]
    for query, expected in each(
        {
            "": top,
            "?type=children": top,
            "?type=all": ["/People", "/People/Sales", "/Peoples", "/Shared mailboxes"],
            "?type=allIncludingParent": ["/", "/People", "/People/Sales", "/Peoples", "/Shared mailboxes"],
            "?type=allIncludingParent&orgUnitPath=/People": ["/People", "/People/Sales"],
            "?type=all&orgUnitPath=id:02": ["/People/Sales"],
            "?type=all&orgUnitPath=/PEOPLE": ["/People/Sales"],
            "?orgUnitPath=/Peoples": [],
        }.items()
    ):
        units = google.call("GET", LIST + query).json().get("organizationUnits", [])
        assert [unit["orgUnitPath"] for unit in units] == expected, query
    [sales] = google.call("GET", f"{LIST}?orgUnitPath=/People").json()["organizationUnits"]
    assert (sales["orgUnitId"], sales["parentOrgUnitId"], sales["name"]) == ("id:03", "id:02", "Sales")


def test_units_of_nobody_else_and_for_administrators_alone(google: Workspace) -> None:
    assert google.call("GET", f"{LIST}?orgUnitPath=/Nowhere").status_code == 404
    assert google.call("GET", LIST.replace("my_customer", "C0other")).status_code == 404
    assert google.call("GET", LIST, subject=ANNA).status_code == 403
    assert google.call("GET", f"{LIST}?type=some").status_code == 400
