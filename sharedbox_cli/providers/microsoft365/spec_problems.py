"""What a spec asks for and Exchange refuses, found before any request. Pages read in 2026-11."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sharedbox_cli.core.capability import SpecProblem
from sharedbox_cli.core.values import LICENCE_NONE
from sharedbox_cli.providers.microsoft365.folders import GONE, well_known
from sharedbox_cli.providers.microsoft365.regional import language_problems
from sharedbox_cli.providers.microsoft365.retention import MOST_MESSAGE_BYTES, MOST_RECOVERY_DAYS
from sharedbox_cli.providers.microsoft365.rule_capabilities import rule_problems

_MIB = 1024**2
_MOST_HOLD_DAYS = 24855
"""As many days as fit into the seconds of a signed 32-bit number."""


def spec_problems(spec: Mapping[str, Any]) -> Iterator[SpecProblem]:
    """Yield the values and combinations of keys that the service refuses."""
    yield from _without_licence(spec)
    yield from _spans(_section(spec, "retention"))
    yield from _replies(_section(spec, "auto_reply"))
    yield from _sizes(_section(spec, "message_limits"))
    yield from language_problems(spec.get("language"))
    yield from _folders(spec.get("folders") or ())
    yield from rule_problems(spec)


def _replies(reply: Mapping[str, Any]) -> Iterator[SpecProblem]:
    is_on = reply.get("enabled") is True
    has_window = [key for key in ("start", "end") if reply.get(key) is not None]
    if has_window and not is_on:
        why = f"`{has_window[0]}` counts only while the reply is on. Write `enabled: true`, or leave it out."
        yield ("auto_reply", has_window[0]), why
    elif has_window == ["start"]:
        yield ("auto_reply", "start"), "A window needs an `end`. Write one, or leave `start` out."
    if not is_on:
        return
    if not reply.get("internal"):
        yield ("auto_reply", "enabled"), "A reply needs a text. Write `internal`."
    elif not reply.get("external") and reply.get("audience") != "organization":
        why = "People outside get the `external` text. Write it, or `audience: organization` if they get no reply."
        yield ("auto_reply", "enabled"), why


def _section(spec: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = spec.get(key)
    return section if isinstance(section, Mapping) else {}


def _without_licence(spec: Mapping[str, Any]) -> Iterator[SpecProblem]:
    if _section(spec, "storage").get("licence") != LICENCE_NONE:
        return
    for key, what in (("archive", "An archive"), ("litigation_hold", "A litigation hold")):
        if _section(spec, "retention").get(key) is True:
            why = f"{what} needs a licence, and `storage.licence` is `none`. Write `exchange-online-plan-2` there."
            yield ("retention", key), why


def _spans(retention: Mapping[str, Any]) -> Iterator[SpecProblem]:
    for key, most in (
        ("single_item_recovery", MOST_RECOVERY_DAYS),
        ("deleted_items", MOST_RECOVERY_DAYS),
        ("hold_duration", _MOST_HOLD_DAYS),
    ):
        match = re.fullmatch(r"([0-9]+)d", str(retention.get(key)))
        if match and int(match[1]) > most:
            longer = "Write `unlimited`" if key == "hold_duration" else "For longer, use `litigation_hold` or `policy`"
            yield ("retention", key), f"`{key}` can be {most} days at most. {longer}."
    if retention.get("hold_duration") == "0d":
        yield ("retention", "hold_duration"), "A hold keeps messages for at least one day."


def _folders(paths: Iterable[str]) -> Iterator[SpecProblem]:
    for number, path in enumerate(paths):
        first = well_known(path.partition("/")[0])
        if first == GONE:
            yield ("folders", number), f"`{first}` contains what people deleted. Use another folder."
        elif first and "/" not in path:
            yield ("folders", number), f"Every mailbox has `{first}`. List folders below it, as `{first}/Orders`."


def _sizes(limits: Mapping[str, Any]) -> Iterator[SpecProblem]:
    for key in ("send", "receive"):
        match = re.fullmatch(r"([0-9]+) ?(KB|MB)", str(limits.get(key)))
        if match and int(match[1]) * (_MIB if match[2] == "MB" else 1024) > MOST_MESSAGE_BYTES:
            yield ("message_limits", key), f"A message can have {MOST_MESSAGE_BYTES // _MIB}MB at most."
