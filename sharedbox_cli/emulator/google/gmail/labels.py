"""Labels (developers.google.com/gmail/api/reference/rest/v1/users.labels, read 2026-11)."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers, patched
from sharedbox_cli.emulator.google.errors import GoogleError
from sharedbox_cli.emulator.google.gmail.mailbox import absent, listed, mailbox, refused

SYSTEM = (
    "INBOX",
    "SENT",
    "DRAFT",
    "TRASH",
    "SPAM",
    "STARRED",
    "IMPORTANT",
    "UNREAD",
    "CHAT",
    "CATEGORY_PERSONAL",
    "CATEGORY_SOCIAL",
    "CATEGORY_PROMOTIONS",
    "CATEGORY_UPDATES",
    "CATEGORY_FORUMS",
)
RESERVED = frozenset(
    {
        *SYSTEM,
        "DRAFTS",
        "CHATS",
        "ALL MAIL",
        "MUTED",
        "SCHEDULED",
        "SNOOZED",
        "TODO",
        "VOICEMAIL",
        "[GMAIL]",
        "[GOOGLE MAIL]",
    }
)
"""The first part of names that no label of people can have."""
_LOCALIZED = {
    "de": "Posteingang, Gesendet, Entwürfe, Papierkorb, Markiert, Wichtig, Alle Nachrichten, Ungelesen, Chats",
    "es": "Recibidos, Enviado, Enviados, Borradores, Papelera, Destacados, Importantes, Todos, Chats",
    "fr": "Boîte de réception, Messages envoyés, Brouillons, Corbeille, Suivis, Importants, Tous les messages, Chats",
    "it": "Posta in arrivo, Inviati, Bozze, Cestino, Speciali, Importanti, Tutti i messaggi, Da leggere, Chat",
    "pt": "Caixa de entrada, Enviados, Rascunhos, Lixeira, Com estrela, Importante, Todos os e-mails, Chats",
}
"""Names that Gmail reserves in the language of the mailbox (GAM-team/got-your-back#350, #442); which: assumed."""
HIDDEN = "hiddenLabels"
"""Names of labels that exist and are not listed (mbrt/gmailctl#414), stored per account."""
MOST = 10_000
MAX_NAME = 225
_COLOURS = """
000000 434343 666666 999999 cccccc efefef f3f3f3 ffffff fb4c2f ffad47 fad165 16a766 43d692 4a86e8 a479e2 f691b3
f6c5be ffe6c7 fef1d1 b9e4d0 c6f3de c9daf8 e4d7f5 fcdee8 efa093 ffd6a2 fce8b3 89d3b2 a0eac9 a4c2f4 d0bcf1 fbc8d9
e66550 ffbc6b fcda83 44b984 68dfa9 6d9eeb b694e8 f7a7c0 cc3a21 eaa041 f2c960 149e60 3dc789 3c78d8 8e63ce e07798
ac2b16 cf8933 d5ae49 0b804b 2a9c68 285bac 653e9b b65775 822111 a46a21 aa8831 076239 1a764d 1c4587 41236d 83334c
464646 e7e7e7 0d3472 b6cff5 0d3b44 98d7e4 3d188e e3d7ff 711a36 fbd3e0 8a1c0a f2b2a8 7a2e0b ffc8af 7a4706 ffdeb5
594c05 fbe983 684e07 fdedc1 0b4f30 b3efd3 04502e a2dcc1 c2c2c2 4986e7 2da2bb b99aff 994a64 f691b2 ff7537 ffad46
662e37 ebdbde cca6ac 094228 42d692 16a765 757575 1e53b8 007286 7858c3 c2185b d93025 54240e 633e04 521d28 202124
083018
"""
PALETTE = frozenset(_COLOURS.split())


def all_ids(call: Call) -> set[str]:
    """Return the ids of all labels of the mailbox."""
    return {*SYSTEM, *(item["id"] for item in call.store.items(mailbox(call)["id"], "label"))}


def _system(name: str) -> dict[str, Any]:
    return {"id": name, "name": name, "type": "system"}


def _list(call: Call) -> Any:
    own = [
        {name: value for name, value in item.items() if not name.endswith(("Total", "Unread"))}
        for item in call.store.items(mailbox(call)["id"], "label")
    ]
    return listed("labels", [*map(_system, SYSTEM), *own])


def _found(call: Call, *, writes: bool = False) -> dict[str, Any]:
    identity = call.text("id")
    if identity in SYSTEM:
        if writes:
            raise refused("Invalid label: system labels cannot be changed")
        return _system(identity)
    item = call.store.item(mailbox(call)["id"], "label", identity)
    if item is None:
        raise absent()
    return item


def _get(call: Call) -> Any:
    return {"messagesTotal": 0, "messagesUnread": 0, "threadsTotal": 0, "threadsUnread": 0, **_found(call)}


def _checked(call: Call, item: dict[str, Any]) -> None:
    name = str(item.get("name") or "")
    if not name.strip() or len(name) > MAX_NAME or name.startswith("/") or name.endswith("/") or "//" in name:
        raise refused("Invalid label name")
    if is_reserved(name) or _is_localized(call, name):
        raise refused("Invalid label name")
    if name.lower() in {hidden.lower() for hidden in call.store.gmail(mailbox(call)["id"]).get(HIDDEN, ())}:
        raise GoogleError(409, "Label name exists or conflicts", "aborted", status="ABORTED")
    others = call.store.items(mailbox(call)["id"], "label")
    if name.lower() in {other["name"].lower() for other in others if other["id"] != item.get("id")}:
        raise GoogleError(409, "Label name exists or conflicts", "aborted", status="ABORTED")
    colour = item.get("color")
    if colour is not None:
        if {"backgroundColor", "textColor"} - set(colour):
            raise refused("Invalid label color: both colors are needed")
        for value in (colour["backgroundColor"], colour["textColor"]):
            if not value.startswith("#") or value[1:].lower() not in PALETTE:
                raise refused(f"Label color {value} is not on the allowed color palette")


def _is_localized(call: Call, name: str) -> bool:
    """Return whether Gmail reserves a name in the language of the mailbox."""
    language = call.store.gmail(mailbox(call)["id"]).get("language", {}).get("displayLanguage", "en")
    reserved = _LOCALIZED.get(language.partition("-")[0], "").casefold().split(", ")
    return name.partition("/")[0].strip().casefold() in reserved


def is_reserved(name: str) -> bool:
    """Return whether Gmail reserves a name (mbrt/gmailctl#300; gauteh/lieer, README); below it: assumed."""
    first = name.partition("/")[0].strip().upper()
    return first in RESERVED or first.startswith("CATEGORY_") or "^" in name


def _create(call: Call) -> Any:
    owner = mailbox(call)
    item = {"labelListVisibility": "labelShow", "messageListVisibility": "show", **call.body, "type": "user"}
    item.pop("id", None)
    _checked(call, item)
    if len(call.store.items(owner["id"], "label")) >= MOST:
        raise refused("Too many labels.", is_state=True)
    item["id"] = f"Label_{call.store.new_number('label')}"
    call.store.put(owner["id"], "label", item["id"], item)
    call.effect = f"label {item['name']} of {owner['email']}"
    return item


def _update(call: Call) -> Any:
    owner = mailbox(call)
    before = _found(call, writes=True)
    item = {**patched(before, call.body), "id": before["id"], "type": "user"}
    _checked(call, item)
    call.store.put(owner["id"], "label", item["id"], item)
    call.effect = f"label {item['name']} of {owner['email']} changed"
    return item


def _delete(call: Call) -> Any:
    owner = mailbox(call)
    item = _found(call, writes=True)
    call.store.drop(owner["id"], "label", item["id"])
    call.effect = f"label {item['name']} of {owner['email']} deleted"
    return NOTHING


HANDLERS: Handlers = {
    "gmail.users.labels.list": _list,
    "gmail.users.labels.get": _get,
    "gmail.users.labels.create": _create,
    "gmail.users.labels.update": _update,
    "gmail.users.labels.patch": _update,
    "gmail.users.labels.delete": _delete,
}
