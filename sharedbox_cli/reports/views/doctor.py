"""What `doctor` found at each tenant, what specs need there, and how to grant only that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sharedbox_cli.core.needs import Needed
from sharedbox_cli.providers.diagnosis import Assessment, Diagnosis
from sharedbox_cli.reports.document import Line, Report, Section, Tone
from sharedbox_cli.reports.shapes.topics import DoctorJson, InstructionsJson, PrivilegeJson

_TONES = {
    "ok": Tone.GOOD,
    "missing": Tone.RISK,
    "failed": Tone.RISK,
    "not checked": Tone.QUIET,
    "too much": Tone.CHANGE,
}


@dataclass(frozen=True, slots=True)
class Examined:
    """One tenant of a profile and its diagnosis."""

    cloud: str
    """The section of the profile."""
    name: str
    """What people call the service."""
    title: str
    needed: Needed | None
    """What specs need there; None: no specs were named, or they have no mailbox there."""
    assessment: Assessment


def is_bad(step: Diagnosis) -> bool:
    """Return whether a step has to be fixed."""
    return step.status in ("missing", "failed")


def doctor_report(examined: Sequence[Examined], profile: str) -> Report:
    """Return the diagnosis of all tenants of a profile."""
    sections: list[Section] = []
    for one in examined:
        sections.append(Section(f"{one.title} (profile {profile})", tuple(_lines(one.assessment.steps))))
        sections += [
            Section(item.title, tuple(Line(text, indent=4, is_command=True) for text in item.lines))
            for item in one.assessment.instructions
        ]
    data: DoctorJson = {
        "steps": [
            {"cloud": one.cloud, "step": step.step, "status": step.status, "detail": step.detail, "hint": step.hint}
            for one in examined
            for step in one.assessment.steps
        ],
        "needed": [item for one in examined for item in _needed(one)],
        "instructions": [item for one in examined for item in _instructions(one)],
    }
    return Report("doctor", data, tuple(sections), tuple(_summary(examined)), title="Doctor")


def _summary(examined: Sequence[Examined]) -> Iterator[Line]:
    steps = [(one.name, step) for one in examined for step in one.assessment.steps]
    bad = [name for name, step in steps if is_bad(step)]
    excess = sum(step.status == "too much" for _, step in steps)
    if excess:
        things = "1 thing is" if excess == 1 else f"{excess} things are"
        yield Line(f"{things} granted that the specs do not need.", Tone.CHANGE)
    if bad:
        where = ", ".join(f"{bad.count(name)} at {name}" for name in dict.fromkeys(bad))
        yield Line(f"{len(bad)} of {len(steps)} to fix: {where}.", Tone.RISK)
    else:
        yield Line("Nothing is missing." if excess else "All is well.", Tone.GOOD)


def _lines(steps: Sequence[Diagnosis]) -> Iterator[Line]:
    for step in steps:
        yield Line(f"{step.status}: {step.step}: {step.detail}", _TONES[step.status])
        yield from (Line(text, indent=6) for text in step.hint.split("\n") if text)


def _needed(one: Examined) -> Iterator[PrivilegeJson]:
    if one.needed is not None:
        for name, keys in one.needed.all.items():
            command = one.needed.purpose(name)
            yield {"cloud": one.cloud, "permission": name, "command": command, "keys": [*keys]}


def _instructions(one: Examined) -> Iterator[InstructionsJson]:
    for item in one.assessment.instructions:
        yield {"cloud": one.cloud, "title": item.title, "lines": [*item.lines]}
