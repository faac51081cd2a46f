"""Which URLs may see a secret: many spellings, each read as the strictest library would read it."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.core.endpoints import endpoint_problem, form_problem, is_private, parsed_url, trusted_hosts
from sharedbox_cli.core.errors import UsageError
from tests.hostile_urls import FOREIGN, MALFORMED, NOT_PRIVATE

OWN = frozenset({"login.vendor.example", "graph.vendor.example"})


@pytest.mark.parametrize("text", [*FOREIGN, *MALFORMED, *NOT_PRIVATE])
def test_hostile_url_in_a_file(text: str) -> None:
    assert endpoint_problem(text, frozenset({"login.microsoftonline.com", "gmail.googleapis.com"}), frozenset())


@pytest.mark.parametrize("text", [*MALFORMED, *NOT_PRIVATE])
def test_hostile_form_is_refused_whoever_names_it(text: str) -> None:
    assert form_problem(text, may_have_path=True)
    named = frozenset({"login.microsoftonline.com", "evil.example", "0.0.0.0", "127.1"})  # noqa: S104
    assert endpoint_problem(text, named, named, may_have_path=True)


@pytest.mark.parametrize(
    "text",
    [
        "https://login.vendor.example",
        "https://LOGIN.Vendor.example/",
        "HTTPS://graph.vendor.example:443",
        "https://127.0.0.1:8443",
        "https://127.9.9.9",
        "https://localhost:1",
        "https://[::1]:8443",
    ],
)
def test_usable_endpoint(text: str) -> None:
    assert endpoint_problem(text, OWN, frozenset()) == ""


@pytest.mark.parametrize("text", ["https://login.vendor.example:8443", "https://login.vendor.example/x"])
def test_port_or_path_of_the_vendor(text: str) -> None:
    assert endpoint_problem(text, OWN, frozenset())


def test_host_that_the_environment_names() -> None:
    named = trusted_hosts({"SHAREDBOX_TRUSTED_HOSTS": "Login.Contoso.example, graph.contoso.example"})
    assert endpoint_problem("https://login.contoso.example:8443", OWN, named) == ""
    for text in (
        "https://x.login.contoso.example",
        "https://contoso.example",
        "https://login.contoso.example.evil.example",
    ):
        assert "SHAREDBOX_TRUSTED_HOSTS" in endpoint_problem(text, OWN, named)


@pytest.mark.parametrize(
    "text", ["*.contoso.example", ".contoso.example", "https://x.example", "x.example:443", "a/b", "2130706433"]
)
def test_wrong_trusted_host(text: str) -> None:
    with pytest.raises(UsageError, match="must be the full name of one host"):
        trusted_hosts({"SHAREDBOX_TRUSTED_HOSTS": f"good.example,{text}"})


def test_identity_of_this_machine_over_http() -> None:
    assert is_private("http://127.0.0.1:40342/token")
    assert is_private("https://token.actions.example/x?api-version=2.0")
    assert not is_private("http://token.actions.example/x")


@given(st.text(alphabet="ab.:/@\\#?%[]0127-_ 。", max_size=14), st.sampled_from(["", "user@", "x:y@", "\\", "a.", "#"]))
def test_every_library_reads_an_accepted_url_as_we_do(text: str, before: str) -> None:
    url = f"https://{before}{text}"
    ours = parsed_url(url)
    if ours is None:
        return
    host = ours.host.strip("[]")
    assert urlsplit(url).hostname == host
    assert httpx.URL(url).host == host
    prepared = requests.Request("GET", url).prepare().url
    assert urlsplit(prepared or "").hostname == host
