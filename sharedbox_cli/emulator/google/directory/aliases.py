"""Aliases of accounts and groups."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers, required
from sharedbox_cli.emulator.google.directory import groups, users
from sharedbox_cli.emulator.google.directory.names import alias_address
from sharedbox_cli.emulator.google.errors import GoogleError, missing

MOST_OF_USERS = 30


def _owner(call: Call, *, writes: bool = False) -> tuple[str, str, str]:
    """Return the id, the primary address and the kind of the account or group that a call names."""
    if "userKey" in call.params:
        user = users.found(call, writes=writes)
        return user["id"], user["email"], "user"
    group = groups.found(call)
    return group["id"], group["email"], "group"


def _shown(identity: str, email: str, alias: str) -> dict[str, Any]:
    return {
        "kind": "admin#directory#alias",
        "id": identity,
        "primaryEmail": email,
        "alias": alias,
        "etag": f'"{alias}"',
    }


def _list(call: Call) -> Any:
    identity, email, _ = _owner(call)
    answer: dict[str, Any] = {"kind": "admin#directory#aliases", "etag": '"aliases"'}
    if aliases := call.store.aliases(identity):
        answer["aliases"] = [_shown(identity, email, alias) for alias in aliases]
    return answer


def _insert(call: Call) -> Any:
    identity, email, kind = _owner(call, writes=True)
    required(call.body, "alias")
    alias = alias_address(call, call.body["alias"], kind)
    if kind == "user" and len(call.store.aliases(identity)) >= MOST_OF_USERS:
        raise GoogleError(412, "Limit exceeded: aliases", "limitExceeded")
    call.store.take(alias, identity, kind, "alias")
    call.effect = f"alias {alias} of {email} made"
    return _shown(identity, email, alias)


def _delete(call: Call) -> Any:
    identity, email, _ = _owner(call, writes=True)
    alias = call.text("alias").lower()
    if alias not in call.store.aliases(identity):
        raise missing("alias")
    call.store.free(alias)
    if lag := call.store.tenant.lag("google.address"):  # assumed: others may have to wait for it
        call.store.run("insert into g_released values (?, ?)", alias, call.store.now + lag)
    call.effect = f"alias {alias} of {email} deleted"
    return NOTHING


HANDLERS: Handlers = {
    f"directory.{kind}.aliases.{name}": handler
    for kind in ("users", "groups")
    for name, handler in (("list", _list), ("insert", _insert), ("delete", _delete))
}
