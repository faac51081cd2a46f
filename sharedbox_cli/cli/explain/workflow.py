"""What a platform supports, what a check looks for, when a guard refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import show
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.finding import severity_words
from sharedbox_cli.core.guards import GUARDS, NEVER_WAIVED
from sharedbox_cli.core.guides import GUIDES
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.texts import Phrase, mark, mark_in, shown
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.reports.views.capabilities import capabilities_report
from sharedbox_cli.reports.views.topics import guide_report, topic_report, topics_report

if TYPE_CHECKING:
    from sharedbox_cli.checks.model import Check
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.reports.render import TableOutput


def show_topic(session: Session, topic: str | None, output: TableOutput) -> None:
    """Write the explanation of a topic, or the list of topics. Raises UsageError."""
    table = session.capabilities.get(Platform(topic or ""))
    if topic is None:
        groups = (
            (mark_in("topics", "Platforms"), [(str(name), item.title) for name, item in session.capabilities.items()]),
            (mark_in("topics", "Checks"), [(check.id, check.title) for check in session.checks]),
            (mark_in("topics", "Guards"), [(name, _about(name)) for name in GUARDS]),
            (mark_in("topics", "Guides"), [(name, guide.about) for name, guide in GUIDES.items()]),
        )
        show(session.terminal, topics_report(groups), output)
    elif table is not None:
        show(session.terminal, capabilities_report(table), output)
    elif check := next((check for check in session.checks if check.id == topic), None):
        about = (
            ("severity", severity_words(check.severity)),
            ("hint", check.hint),
            ("source", check.source),
            *_where(check),
        )
        show(session.terminal, topic_report(check.id, check.title, about), output)
    elif topic in GUARDS:
        how = mark("sharedbox apply --allow {guard}=N or {guard}=ADDRESS, as the refusal says", guard=topic)
        more = (("waive", mark("this guard cannot be waived: change the plan") if topic in NEVER_WAIVED else how),)
        show(session.terminal, topic_report(topic, _about(topic), more), output)
    elif topic in GUIDES:
        show(session.terminal, guide_report(topic, GUIDES[topic].about, GUIDES[topic].steps), output)
    else:
        known = [*map(str, session.capabilities), *(check.id for check in session.checks), *GUARDS, *GUIDES]
        parts = [name for name in known if topic and topic.lower() in name.split("-")]
        key = _about_key(topic)
        topics = f"There are: {', '.join(parts)}." if parts else nearest(topic, known)
        hint = " ".join(part for part in (key, topics if parts or not key else "") if part)
        raise UsageError("no such topic", where=topic, why=hint, hint="To list all topics:\n    sharedbox explain")


def _about_key(name: str) -> str:
    """Return what a key of a spec is, or nothing: the topics are platforms, checks and guards."""
    from sharedbox_cli.language.models.mailbox import Mailbox
    from sharedbox_cli.language.models.members import Member

    for fields in (Mailbox.model_fields, Member.model_fields):
        if name.lower() in fields:
            return f"`{name.lower()}` is a key of a spec: {fields[name.lower()].description}"
    return ""


def _where(check: Check) -> tuple[tuple[str, str], ...]:
    """Return the platforms that a check runs on, unless it runs on all, and what differs on some of them."""
    only = ", ".join(sorted(check.platforms or ()))
    without = ", ".join(sorted(check.not_on))
    overrides = tuple(
        (str(platform), " ".join(part for part in (shown(override.hint), override.source) if part))
        for platform, override in sorted(check.overrides.items())
    )
    return tuple(pair for pair in (("only_on", only), ("not_on", without), *overrides) if pair[1])


def _about(name: str) -> str:
    return Phrase((GUARDS[name].__doc__ or "").strip().split("\n")[0], {})
