"""Write the mail rules of a mailbox: delete, change, create, and put into order.

Every write deletes the rules that only Outlook runs (learn.microsoft.com/powershell/module/exchangepowershell/
set-inboxrule, read 2026-11): a guard asks before, also where they could not be read, and only then `Force` answers the
question of the service. Broken, hidden and other rules that a spec cannot express are never written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.mail_rules import Pairs, folders_in, is_on, pairs_of, rules_in, same_rules
from sharedbox_cli.core.mail_targets import recipients_named
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.forms import number_of, text_of
from sharedbox_cli.providers.microsoft365.apply.graph_writes import mailbox_id, patiently
from sharedbox_cli.providers.microsoft365.apply.rule_order import places, with_kept
from sharedbox_cli.providers.microsoft365.apply.writer import Writer
from sharedbox_cli.providers.microsoft365.observe.content import FOLDER_STATISTICS, INBOX_RULES, read_list
from sharedbox_cli.providers.microsoft365.rule_folders import RuleFolders, folders_of
from sharedbox_cli.providers.microsoft365.rule_tables import LEAST, MOST
from sharedbox_cli.providers.microsoft365.rule_writes import cleared, parameters_of
from sharedbox_cli.providers.microsoft365.rules import CLIENT, MANAGED, UNREADABLE, kind_of, rule_of

_NOT_IN_ORDER = "the rules are written, but Exchange keeps them in another order: correct it in Outlook on the web"
_PASSES = 3
"""How often the order is corrected: a write can shift other rules."""


@dataclass(frozen=True, slots=True)
class _There:
    """A rule that the mailbox has."""

    identity: str
    priority: int
    value: Value

    @property
    def pairs(self) -> dict[str, Value]:
        return pairs_of(self.value)

    @property
    def name(self) -> str:
        return str(self.pairs["name"])


@dataclass(slots=True)
class _Rules:
    """The rules of one mailbox while they are written."""

    writer: Writer
    change: Change
    request_id: str
    mailbox: str
    folders: dict[str, str]
    """What a parameter says for each folder that a rule names."""
    there: list[_There] = field(default_factory=list)
    priorities: dict[str, int] = field(default_factory=dict)
    """Of each rule that the server runs, by identity, whether it is ours or not."""
    has_client_rules: bool = False
    """Whether there may be rules that only Outlook runs: they are there, or could not be read."""
    is_written: bool = False

    async def read(self) -> None:
        """Read the rules as they are now, in their order."""
        writer, named = self.writer, recipients_named(self.change.after)
        items = await patiently(
            writer, self.change, lambda: read_list(writer.graph, writer.exchange, INBOX_RULES, self.mailbox, named)
        )
        managed = [item for item in items if kind_of(item) == MANAGED]
        found = [_There(text_of(item, "Identity"), number_of(item, "Priority"), rule_of(item)) for item in managed]
        self.there = sorted(found, key=lambda rule: rule.priority)
        listed = [item for item in items if "Priority" in item]
        self.priorities = {text_of(item, "Identity"): number_of(item, "Priority") for item in listed}
        self.has_client_rules = any(kind_of(item) in (CLIENT, UNREADABLE) for item in items)

    async def write(self, cmdlet: str, parameters: dict[str, Any]) -> None:
        """Run a cmdlet that changes rules."""
        force = {"Force": True, "AlwaysDeleteOutlookRulesBlob": True} if self.has_client_rules else {}
        await self.writer.cmdlet(
            cmdlet, {**parameters, "Confirm": False, **force}, self.change.mailbox, self.request_id
        )
        self.is_written = True

    async def bring(self, desired: list[Pairs]) -> None:
        """Delete, change and create rules, in the order of the spec."""
        pairs = _matched(desired, self.there)
        kept = {rule.identity for rule in pairs if rule is not None}
        for rule in self.there:
            if rule.identity not in kept:
                await self.write("Remove-InboxRule", {"Identity": rule.identity})
        last = max(self.priorities.values(), default=0)
        for number, (wanted, held) in enumerate(zip(desired, pairs, strict=True), 1):
            if held is None:
                body = {"Mailbox": self.mailbox, "Name": wanted["name"], "Priority": last + number}
                await self.write("New-InboxRule", {**body, **parameters_of(wanted, self.folders)})
            elif body := _difference(held, wanted, self.folders):
                await self.write("Set-InboxRule", {"Identity": held.identity, **body})

    async def order(self, desired: list[Pairs]) -> bool:
        """Switch rules on or off, put them into the order of the spec, and return whether they are in it.

        They are read again after each pass. Rules that stay as they are keep their place, if it can be kept.
        """
        wanted: list[str] = []
        for _ in range(_PASSES):
            await self.read()
            rules = self._switched(desired)
            for rule, cmdlet in rules:
                if cmdlet:
                    await self.write(cmdlet, {"Identity": rule.identity})
            ours = [rule.identity for rule, _ in rules]
            wanted = wanted or with_kept(ours, self._now())
            if self._now() == wanted:
                return True
            for identity, place in places(wanted, self.priorities, ours):
                if self.priorities[identity] != place:
                    await self.write("Set-InboxRule", {"Identity": identity, "Priority": place})
        await self.read()
        return [rule.identity for rule, _ in self._switched(desired)] == [rule.identity for rule in self.there]

    def _now(self) -> list[str]:
        """Return the identities of all rules, in the order in which they run."""
        return sorted(self.priorities, key=lambda identity: self.priorities[identity])

    def _switched(self, desired: list[Pairs]) -> list[tuple[_There, str]]:
        """Return the rule of the mailbox for each desired one, and the cmdlet that switches it on or off, if any."""
        rules = [rule for rule in _matched(desired, self.there) if rule is not None]
        if len(rules) < len(desired):
            raise _vanished(self.change)
        switches = ("Disable-InboxRule", "Enable-InboxRule")
        return [
            (rule, switches[is_on(wanted)] if is_on(wanted) is not is_on(rule.pairs) else "")
            for wanted, rule in zip(desired, rules, strict=True)
        ]


def _vanished(change: Change) -> ObserveError:
    why = "A rule that was just written is not listed."
    return ObserveError(where=f"{change.mailbox} · rules", why=why, hint="Run the command again.")


def _matched(desired: Iterable[Pairs], there: Iterable[_There]) -> list[_There | None]:
    """Return the rule of the mailbox for each desired one: by name.

    Of several with one name, those that are equal belong together, then those that differ only in being on or off. So
    no rule is written that could stay as it is.
    """
    wanted, left = list(desired), list(there)
    found: list[_There | None] = [None] * len(wanted)
    for is_same in (_is_equal_in_case, _is_equal, _is_equal_but_off, _has_name, _has_folded_name):
        for number, pairs in enumerate(wanted):
            if found[number] is None:
                found[number] = next((rule for rule in left if is_same(rule, pairs)), None)
                left = [rule for rule in left if rule is not found[number]]
    return found


def _is_equal_in_case(rule: _There, wanted: Pairs) -> bool:
    return _has_name(rule, wanted) and _says_the_same(rule, wanted, {"name"})


def _is_equal(rule: _There, wanted: Pairs) -> bool:
    return _has_folded_name(rule, wanted) and _says_the_same(rule, wanted, {"name"})


def _is_equal_but_off(rule: _There, wanted: Pairs) -> bool:
    return _has_folded_name(rule, wanted) and _says_the_same(rule, wanted, {"name", "enabled"})


def _says_the_same(rule: _There, wanted: Pairs, besides: set[str]) -> bool:
    one, other = (
        tuple(sorted((key, value) for key, value in pairs.items() if key not in besides))
        for pairs in (rule.pairs, wanted)
    )
    return same_rules((one,), (other,))


def _has_name(rule: _There, wanted: Pairs) -> bool:
    return rule.name == wanted["name"]


def _has_folded_name(rule: _There, wanted: Pairs) -> bool:
    return rule.name.casefold() == str(wanted["name"]).casefold()


def _difference(rule: _There, wanted: Pairs, folders: dict[str, str]) -> dict[str, Any]:
    """Return the parameters that make one rule the other one: what differs, and what goes."""
    there = rule.pairs
    held = {path: folders.get(path) or path for path in folders_in(there)}
    before, after = parameters_of(there, held), parameters_of(wanted, folders)
    same = {key for key in there.keys() & wanted.keys() if same_rules(_alone(key, there), _alone(key, wanted))}
    unchanged = parameters_of({key: wanted[key] for key in same}, folders)
    body = {name: value for name, value in after.items() if unchanged.get(name, _NOTHING) != value}
    if before["StopProcessingRules"] == after["StopProcessingRules"]:
        body.pop("StopProcessingRules", None)
    for ends in _RANGES:
        if body.keys() & ends:
            body |= {name: after[name] for name in ends if name in after}
    body |= {name: cleared(name) for name in before if name not in after}
    return {**body, **({"Name": wanted["name"]} if there["name"] != wanted["name"] else {})}


_NOTHING = object()
_RANGES = ({LEAST, MOST}, {f"ExceptIf{LEAST}", f"ExceptIf{MOST}"})
"""Both ends of a range belong together."""


def _alone(key: str, pairs: Pairs) -> Value:
    return (((key, pairs[key]),),)


async def write_rules(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Bring the rules of a mailbox into the form and the order of a spec."""
    mailbox = await mailbox_id(writer, change)
    desired: list[Pairs] = [*rules_in(change.after[Field.RULES])]
    named = sorted({path for rule in desired for path in folders_in(rule)})
    folders = RuleFolders({}, {}, {}, {})
    if named:
        read = partial(read_list, writer.graph, writer.exchange, FOLDER_STATISTICS, mailbox)
        folders = folders_of(await patiently(writer, change, read))
    written = {path: folders.written(mailbox, path) for path in named}
    if missing := [path for path, text in written.items() if not text]:
        return Outcome(Status.FAILED, f"the mailbox has no mail folder `{missing[0]}`: list it under `folders`")
    rules = _Rules(writer, change, request_id, mailbox, written)
    await rules.read()
    if same_rules(tuple(rule.value for rule in rules.there), change.after[Field.RULES]):
        return Outcome(Status.ALREADY_SO)
    await rules.bring(desired)
    if not await rules.order(desired):
        return Outcome(Status.FAILED, _NOT_IN_ORDER)
    return Outcome(Status.DONE if rules.is_written else Status.ALREADY_SO)
