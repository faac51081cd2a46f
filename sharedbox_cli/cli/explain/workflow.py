"""What a platform can and can't do, what a rule looks for, when a guard refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import show
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.guards import GUARDS, NEVER_WAIVED
from sharedbox_cli.core.model import Platform
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.reports.views.capabilities import capabilities_report
from sharedbox_cli.reports.views.findings import topic_report, topics_report

if TYPE_CHECKING:
    from sharedbox_cli.checks.model import Rule
    from sharedbox_cli.cli.session import Session


def show_topic(session: Session, topic: str | None, output: str) -> None:
    """Write what is known of a topic, or the list of topics. Raises UsageError."""
    rules = session.rules
    table = session.capabilities.get(Platform(topic or ""))
    if topic is None:
        groups = (
            ("Platforms", [(str(name), item.title) for name, item in session.capabilities.items()]),
            ("Rules", [(rule.id, rule.title) for rule in rules]),
            ("Guards", [(name, _about(name)) for name in GUARDS]),
        )
        show(session, topics_report(groups), output)
    elif table is not None:
        show(session, capabilities_report(table), output)
    elif rule := next((rule for rule in rules if rule.id == topic), None):
        about = (("severity", str(rule.severity)), ("hint", rule.hint), ("source", rule.source), *_where(rule))
        show(session, topic_report(rule.id, rule.title, about), output)
    elif topic in GUARDS:
        how = f"sharedbox apply --allow {topic}=N or {topic}=ADDRESS, as the refusal says"
        more = (("waive", "nothing waives it: change the plan" if topic in NEVER_WAIVED else how),)
        show(session, topic_report(topic, _about(topic), more), output)
    else:
        known = [*map(str, session.capabilities), *(rule.id for rule in rules), *GUARDS]
        hint = nearest(topic, known)
        raise UsageError(
            "nothing is known of this", where=topic, why=hint, hint="See all topics:\n    sharedbox explain"
        )


def _where(rule: Rule) -> tuple[tuple[str, str], ...]:
    """Return the platforms that a rule is for, where it is not for all, and what is different on some."""
    only = ", ".join(sorted(rule.platforms or ()))
    without = ", ".join(sorted(rule.not_on))
    there = tuple(
        (str(platform), " ".join(part for part in (here.hint, here.source) if part))
        for platform, here in sorted(rule.on.items())
    )
    return tuple(pair for pair in (("only_on", only), ("not_on", without), *there) if pair[1])


def _about(name: str) -> str:
    return (GUARDS[name].__doc__ or "").strip().split("\n")[0]
