"""Pages and batches of Graph when the service plays up: expired links, objects seen twice, parts refused."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sharedbox_cli.core.errors import ObserveError, Refused
from sharedbox_cli.core.model import TrusteeKind
from sharedbox_cli.providers.microsoft365.graph import FRESH_STARTS, Graph
from sharedbox_cli.providers.microsoft365.observe.people import GROUP, read_people
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.transport import Gate, Policy
from tests.asked import every
from tests.emulated import VirtualClock
from tests.providers.setting import Setting

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

ORIGIN = "https://graph.example"
Page = dict[str, Any] | Exception
Grown = Callable[[int, int], Setting]


class Script(Graph):
    """Graph with answers from a script, by the order of questions."""

    def __init__(self, *pages: Page) -> None:
        self._origin = ORIGIN
        clock = VirtualClock()
        self._policy = Policy(clock, random.Random(3), Gate(16, 32), lambda _: None)  # noqa: S311
        self._left = list(pages)
        self.urls: list[str] = []

    async def read(self, make: Callable[[], RequestInformation], call: str) -> dict[str, Any]:
        self.urls.append(str(make().url))
        page = self._left.pop(0)
        if isinstance(page, Exception):
            raise page
        return page

    def all(self) -> list[Fields]:
        return asyncio.run(self.read_all(first, "groups", single="/groups"))


def first() -> RequestInformation:
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    info = RequestInformation(Method.GET)
    info.url = f"{ORIGIN}/v1.0/groups?%24select=id,mail&%24top=999"
    return info


def page(*items: dict[str, Any], link: int = 0) -> dict[str, Any]:
    more = {"@odata.nextLink": f"{ORIGIN}/v1.0/groups?$skiptoken={link}"} if link else {}
    return {"value": list(items), **more}


def item(name: str, mail: str = "") -> dict[str, Any]:
    return {"id": name, "mail": mail or f"{name}@contoso.example"}


LIVING = "select 1 from objects where kind = 'user' and deleted_at is null"
EXPIRED = (Refused("x", status=410), Refused("x", status=400, code="Directory_ExpiredPageToken"))


@pytest.mark.parametrize("error", EXPIRED)
def test_link_when_it_has_expired_then_the_list_begins_anew_and_is_whole(error: Exception) -> None:
    graph = Script(page(item("a"), link=1), error, page(item("a"), link=2), page(item("b")))
    assert [row["id"] for row in graph.all()] == ["a", "b"]
    assert [url.partition("?")[2] for url in graph.urls] == [
        "%24select=id,mail&%24top=999",
        "$skiptoken=1",
        "%24select=id,mail&%24top=999",
        "$skiptoken=2",
    ]


def test_link_when_it_expires_again_and_again_then_an_error_after_three_fresh_starts() -> None:
    pages: list[Page] = [page(item("a"), link=1), EXPIRED[0]]
    graph = Script(*pages * (FRESH_STARTS + 2))
    with pytest.raises(ObserveError, match="4 times"):
        graph.all()
    assert len(graph.urls) == 2 * (FRESH_STARTS + 1)


def test_link_when_refused_for_another_reason_then_no_fresh_start() -> None:
    graph = Script(page(item("a"), link=1), Refused("x", status=400, code="Request_BadRequest"))
    with pytest.raises(Refused):
        graph.all()
    assert len(graph.urls) == 2


def test_first_page_when_it_is_gone_then_an_error_at_once() -> None:
    graph = Script(EXPIRED[0])
    with pytest.raises(Refused):
        graph.all()


def test_page_when_it_arrives_then_reduced_before_the_next_is_requested() -> None:
    graph, steps = Script(page(item("a"), link=1), page(item("b"))), list[str]()

    def reduce(row: Any) -> str:
        steps.append(f"{row['id']} after {len(graph.urls)}")
        return str(row["id"])

    assert asyncio.run(graph.collect(first, "groups", reduce, single="/groups")) == ["a", "b"]
    assert steps == ["a after 1", "b after 2"]


def test_field_when_a_row_lacks_it_then_an_error_names_it() -> None:
    graph = Script(page({"id": "a"}))
    with pytest.raises(ObserveError) as caught:
        asyncio.run(graph.collect(first, "groups", lambda row: row["mail"]))
    assert caught.value.where == "a · groups · mail"


def test_object_when_on_two_pages_alike_then_taken_once() -> None:
    graph = Script(page(item("a"), item("b"), link=1), page(item("b"), item("c")))
    assert [row["id"] for row in graph.all()] == ["a", "b", "c"] and len(graph.urls) == 2


@pytest.mark.parametrize("now", ["old@contoso.example", "new@contoso.example"])
def test_object_when_two_pages_differ_about_it_then_read_by_its_id(now: str) -> None:
    alone = {"@odata.context": "x", **item("b", now)}
    graph = Script(page(item("b", "old@contoso.example"), link=1), page(item("b", "new@contoso.example")), alone)
    assert [row["mail"] for row in graph.all()] == [now]
    assert graph.urls[-1] == f"{ORIGIN}/v1.0/groups/b?%24select=id,mail"


def test_object_when_reading_it_by_its_id_settles_nothing_then_an_error() -> None:
    graph = Script(page(item("b", "x@a.example"), link=1), page(item("b", "y@a.example")), item("b", "z@a.example"))
    with pytest.raises(ObserveError, match="Two pages differ") as caught:
        graph.all()
    assert caught.value.where == "groups · b"


def test_expired_link_when_the_service_says_410_then_everybody_is_read_all_the_same(grown: Grown) -> None:
    setting = grown(520, 0)
    setting.faults({"route": "graph.users.list", "n": 2, "kind": "status", "status": 410, "body": "json"})
    provider = setting.provider()
    whole = provider._loop.run(read_people(provider._graph, [f"user{n}@x.example" for n in range(601)], ()))
    users = [one for one in whole.trustees.values() if one.kind is TrusteeKind.USER]
    assert whole.is_whole and len(users) == len(setting.tenant.rows(LIVING))


def test_batch_when_parts_are_throttled_then_those_alone_are_asked_again(grown: Grown) -> None:
    setting = grown(60, 0)
    setting.faults({"route": "graph.groups.list", "n": 2, "count": 2, "kind": "throttle", "retry_after": 7})
    provider = setting.provider()
    select = ",".join(GROUP)
    parts: dict[str, tuple[str, dict[str, str]]] = {
        str(n): (f"/groups?$select={select}&$filter=mail eq 'x{n}@contoso.example'", {}) for n in range(6)
    }
    start = len(setting.emulator.log.lines)
    answers = provider._loop.run(provider._graph.batch(parts, "groups", dict))
    assert sorted(answers) == sorted(parts) and every(isinstance(answer, dict) for answer in answers.values())
    lines = setting.emulator.log.lines[start:]
    assert len([line for line in lines if line["route"] == "graph.batch"]) == 2
    assert len([line for line in lines if line["parent"]]) == 6 + 2
    assert 7.0 <= sum(setting.clock.slept) <= 7.7
