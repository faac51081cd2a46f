"""Ways to access an account without its password: sessions, app passwords, granted tokens."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers
from sharedbox_cli.emulator.google.directory import users
from sharedbox_cli.emulator.google.errors import missing


def _sign_out(call: Call) -> Any:
    user = users.found(call, writes=True)
    call.effect = f"sessions of {user['email']} ended"
    return NOTHING


def _lister(kind: str, name: str) -> Any:
    def listed(call: Call) -> Any:
        user = users.found(call)
        answer: dict[str, Any] = {"kind": f"admin#directory#{name}List", "etag": f'"{kind}"'}
        if items := call.store.items(user["id"], kind):
            answer["items"] = items
        return answer

    return listed


def _deleter(kind: str, parameter: str) -> Any:
    def deleted(call: Call) -> Any:
        user = users.found(call, writes=True)
        if not call.store.drop(user["id"], kind, str(call.params[parameter])):
            raise missing(parameter)
        call.effect = f"{kind} {call.params[parameter]} of {user['email']} deleted"
        return NOTHING

    return deleted


HANDLERS: Handlers = {
    "directory.users.signOut": _sign_out,
    "directory.asps.list": _lister("asp", "asp"),
    "directory.asps.delete": _deleter("asp", "codeId"),
    "directory.tokens.list": _lister("token", "token"),
    "directory.tokens.delete": _deleter("token", "clientId"),
}
