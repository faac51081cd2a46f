"""The identity token of a GitHub Actions job (docs.github.com, "OpenID Connect", read 2026-11)."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.endpoints import is_private
from sharedbox_cli.core.errors import AuthError

AUDIENCE = "api://AzureADTokenExchange"
SECONDS = 20.0


def github_assertion(environment: Mapping[str, str]) -> str:
    """Return the signed identity token of the job. Raises AuthError."""
    import httpx

    url = environment.get("ACTIONS_ID_TOKEN_REQUEST_URL", "")
    bearer = environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
    hint = "The job needs `permissions: {id-token: write}`."
    if not url or not bearer:
        raise AuthError("no identity token from GitHub", why="The job has no permission to request one.", hint=hint)
    if not is_private(url):
        why = "ACTIONS_ID_TOKEN_REQUEST_URL must be https://HOST."
        raise AuthError("no identity token from GitHub", why=why, hint=hint)
    try:
        # The URL from GitHub already has a query, which `params=` would remove.
        asked = httpx.URL(url).copy_merge_params({"audience": AUDIENCE})
        answer = httpx.get(asked, headers={"Authorization": f"Bearer {bearer}"}, timeout=SECONDS)
        answer.raise_for_status()
        return str(answer.json()["value"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, RecursionError) as error:
        raise AuthError("no identity token from GitHub", why=type(error).__name__, hint=hint) from None
