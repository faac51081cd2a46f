"""What `explain` teaches about a key that changes how a team works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sharedbox_cli.core.texts import mark


@dataclass(frozen=True, slots=True)
class Guide:
    """One topic: a sentence, and steps by name."""

    about: str
    steps: tuple[tuple[str, str], ...]


GUIDES: Mapping[str, Guide] = {
    "workflow": Guide(
        mark("how a team shares the mail of a mailbox, so that everybody knows who answers what"),
        (
            (
                mark("take"),
                mark(
                    "Take a message before you answer it: open your folder below Assigned, or add your own tag "
                    "(`owner: Anna`) to a message that has none. A message with the tag of somebody else is not "
                    "yours."
                ),
            ),
            (
                mark("answer"),
                mark(
                    "Look at the tags before you write. Nothing locks a message: two people who open it at the same "
                    "moment can both answer. The tag is visible to the others within seconds to a minute."
                ),
            ),
            (
                mark("finish"),
                mark(
                    "Add the tag `handled` when the answer is sent. A reply of the customer is a new message: it has"
                    " no `handled`, and goes to the same person if the rule still fits."
                ),
            ),
            (
                mark("hand over"),
                mark(
                    "Replace the tag by that of a colleague, and move the message to the colleague's folder. Before "
                    "a holiday, take the person out of the team, or set `until`, and apply: new messages go to the "
                    "others."
                ),
            ),
            (
                mark("round-robin"),
                mark(
                    "Inbox rules cannot count. So each sender falls to one member, by the last character before the "
                    "`@`: the same sender always reaches the same person. The shares are equal only on average, a "
                    "busy customer stays with one person, and senders with another character there, such as a "
                    "hyphen, are left for everybody. If a member joins or leaves, some senders go to another person. "
                    "Gmail cannot do it, as its filters compare whole words, and a division by size or subject would "
                    "be neither even nor fair: use `rules` there, with the domains of customers, or `tags`."
                ),
            ),
            (
                mark("rules"),
                mark(
                    "`assign` lists conditions and members. On Microsoft 365 the first entry that fits counts. In "
                    "Gmail all filters apply: write conditions that exclude each other, or a message has two owners."
                ),
            ),
            (mark("tags"), mark("Nothing is assigned automatically: whoever takes a message adds their own tag.")),
            (
                mark("limits"),
                mark(
                    "Rules see incoming messages only, and know neither absences nor workload nor replies. Outlook "
                    "and Gmail show tags to all who open the mailbox; other mail programs may not show them."
                ),
            ),
        ),
    )
}
"""By the key of the spec."""
