"""The pictures of the report for a browser: storage, readers, licences, access and findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from sharedbox_cli.core.figures import Figures, MailboxFigures
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.core.model import TrusteeKind
from sharedbox_cli.core.open_access import Audience, Entry
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.core.sizes import gb
from sharedbox_cli.reports.document import Tone
from sharedbox_cli.reports.page import Bar, Chart, Link, PageLine
from sharedbox_cli.reports.views.page_lines import Access
from sharedbox_cli.reports.views.page_words import counted

MOST_BARS = 12
"""How many mailboxes a picture shows."""
WASTED = frozenset({"licence-not-needed", "group-licence-not-needed", "licence-wasted"})
"""The checks that find a licence that a mailbox does not need."""
Places = Mapping[tuple[str, str], int]


def charts_of(
    figures: Figures | None, findings: Sequence[Finding] | None, access: Access | None, places: Places
) -> Iterator[Chart]:
    """Yield the pictures for which something was read."""
    if findings is not None:
        yield _severities(findings)
    if access is not None:
        yield from _access(access)
    if figures is not None:
        known = {places[key]: one for key, one in figures.mailboxes.items() if key in places}
        yield from _storage(figures, known)
        yield from _pooled(figures, known)
        yield from _readers(known)
        yield from _licences(figures, known, findings or (), places)


def _severities(findings: Sequence[Finding]) -> Chart:
    tones = {Severity.ERROR: Tone.RISK, Severity.WARNING: Tone.CHANGE, Severity.NOTE: Tone.QUIET}
    counts = Counter(item.severity for item in findings)
    mailboxes = {
        severity: len({(f.mailbox.lower(), f.platform) for f in findings if f.severity is severity and f.mailbox})
        for severity in Severity
    }
    bars = tuple(
        Bar(
            f"{severity}s".capitalize(),
            counts[severity],
            f"{counts[severity]:,} on {counted(mailboxes[severity], 'mailbox', 'mailboxes')}",
            tone=tones[severity] if counts[severity] else Tone.PLAIN,
            cells=(f"{counts[severity]:,}", f"{mailboxes[severity]:,}"),
        )
        for severity in reversed(Severity)
    )
    total = counted(len(findings), "finding", "findings") if findings else "No findings"
    return Chart("findings", "Findings by severity", f"{total}.", ("severity", "findings", "mailboxes"), bars)


_WAYS: Sequence[tuple[str, Callable[[PageLine], bool]]] = (
    ("Granted directly", lambda line: line.entry == Entry.GRANT and not line.via),
    ("Granted through a group", lambda line: line.entry == Entry.GRANT and bool(line.via)),
    ("A setting that opens a group", lambda line: line.entry == Entry.SETTING),
    ("Forwarding and mail rules", lambda line: line.entry in (Entry.FORWARDING, Entry.RULE)),
    ("Sign-in to the mailbox's own account", lambda line: line.entry == Entry.SIGN_IN),
    ("Pending invitations", lambda line: line.entry == Entry.INVITATION),
    ("Deny, inherited and unknown entries", lambda line: line.entry in (Entry.DENY, Entry.INHERITED, Entry.UNKNOWN)),
)
_WHO: Sequence[tuple[str, Tone]] = (
    ("People of the organisation", Tone.PLAIN),
    ("People and addresses from outside", Tone.CHANGE),
    ("Disabled accounts", Tone.CHANGE),
    ("Deleted accounts", Tone.RISK),
    ("Groups", Tone.PLAIN),
    ("Applications", Tone.CHANGE),
    ("Everybody in the organisation or on the web", Tone.RISK),
    ("Mailboxes' own accounts with open sign-in", Tone.CHANGE),
    ("Others that could not be resolved", Tone.CHANGE),
)


def _access(access: Access) -> Iterator[Chart]:
    counts = Counter(next((words for words, is_so in _WAYS if is_so(line)), "") for line in access.lines)
    bars = tuple(_count_bar(words, counts[words], Tone.PLAIN) for words, _ in _WAYS if counts[words])
    what = f"{counted(len(access.lines), 'line', 'lines')} of access, by where it comes from."
    yield Chart("access", "Access by kind", what, ("kind", "lines"), bars)
    kinds = Counter(_kinds(access))
    holders = tuple(_count_bar(words, kinds[words], tone) for words, tone in _WHO if kinds[words])
    who = f"{counted(len(access.holders), 'holder', 'holders')} of access, each in one of these kinds."
    yield Chart("holders", "Who has access", who, ("kind", "holders"), holders)


def _kinds(access: Access) -> Iterator[str]:
    """Yield one kind for each holder: the one that matters most."""
    names = [words for words, _ in _WHO]
    others = access.others
    risks: dict[int, frozenset[Risk]] = {}
    for line in access.lines:
        risks[line.holder] = risks.get(line.holder, frozenset()) | line.risks
    for place, holder in enumerate(access.holders):
        mine = risks.get(place, frozenset())
        if place not in others:
            yield names[7]
        elif holder.kind == TrusteeKind.ORPHAN:
            yield names[3]
        elif holder.kind in tuple(Audience):
            yield names[6]
        elif Risk.EXTERNAL in mine or Risk.GUEST in mine:
            yield names[1]
        elif holder.kind in (TrusteeKind.GROUP, TrusteeKind.APPLICATION):
            yield names[4 if holder.kind == TrusteeKind.GROUP else 5]
        elif holder.kind == TrusteeKind.OTHER:
            yield names[8]
        else:
            yield names[2 if Risk.DISABLED in mine else 0]


def _count_bar(label: str, count: int, tone: Tone) -> Bar:
    return Bar(label, count, f"{count:,}", tone=tone, cells=(f"{count:,}",))


def _storage(figures: Figures, known: Mapping[int, MailboxFigures]) -> Iterator[Chart]:
    sized = [
        (place, one.used_bytes, one.quota_bytes)
        for place, one in known.items()
        if one.used_bytes is not None and one.quota_bytes
    ]
    sized.sort(key=lambda item: (-item[1] / item[2], item[0]))
    full = sum(used >= quota for _, used, quota in sized)
    nearly = sum(figures.warn_percent * quota < 100 * used < 100 * quota for _, used, quota in sized)
    bars = []
    for place, used, quota in sized[:MOST_BARS]:
        percent = 100 * used // quota
        is_near = 100 * used > figures.warn_percent * quota
        state = "full" if used >= quota else "nearly full" if is_near else ""
        tone = Tone.RISK if used >= quota else Tone.CHANGE if is_near else Tone.PLAIN
        words = f"{gb(used)} of {gb(quota)}{f', {state}' if state else ''}"
        bars.append(Bar(Link(place), used, words, quota, tone, (gb(used), gb(quota), f"{percent} %", state)))
    if bars:
        what = f"{_none_or(full, 'mailbox is', 'mailboxes are')} full, {nearly:,} above {figures.warn_percent} %."
        headers = ("mailbox", "used", "quota", "share", "state")
        yield Chart("storage", "Storage against quota", what, headers, tuple(bars), more=_left(len(sized), "fullest"))


def _pooled(figures: Figures, known: Mapping[int, MailboxFigures]) -> Iterator[Chart]:
    total = max((pool.total_bytes for pool in figures.pools), default=0)
    if not total:
        return
    bars = [
        Bar(
            f"All accounts of {pool.tenant}",
            pool.used_bytes,
            _of(pool.used_bytes, pool.total_bytes),
            pool.total_bytes,
            _pool_tone(100 * pool.used_bytes / pool.total_bytes, figures.warn_percent),
            (gb(pool.used_bytes), f"{100 * pool.used_bytes // pool.total_bytes} %"),
        )
        for pool in figures.pools
    ]
    sized = [(one.used_bytes, place) for place, one in known.items() if one.used_bytes and one.quota_bytes is None]
    sized.sort(key=lambda item: (-item[0], item[1]))
    for used, place in sized[: MOST_BARS - len(bars)]:
        bars.append(Bar(Link(place), used, gb(used), total, cells=(gb(used), f"{100 * used / total:.1f} %")))
    what = "All accounts of the organisation share this storage."
    yield Chart(
        "pool",
        "Pooled storage",
        what,
        ("what", "used", "share of the pool"),
        tuple(bars),
        more=_left(len(sized), "largest", MOST_BARS - len(figures.pools)),
    )


def _pool_tone(percent: float, warn: int) -> Tone:
    return Tone.RISK if percent >= 100 else Tone.CHANGE if percent > warn else Tone.PLAIN


def _readers(known: Mapping[int, MailboxFigures]) -> Iterator[Chart]:
    counts = [(one.readers, place) for place, one in known.items() if one.readers is not None]
    counts.sort(key=lambda item: (-item[0], item[1]))
    if not counts:
        return
    most = {one.most_readers for one in known.values() if one.most_readers is not None}
    bars = []
    for count, place in counts[:MOST_BARS]:
        limit = known[place].most_readers
        is_over = limit is not None and count > limit
        words = f"{counted(count, 'person', 'people')}{', too many' if is_over else ''}"
        state = "more than recommended" if is_over else ""
        bars.append(
            Bar(Link(place), count, words, tone=Tone.CHANGE if is_over else Tone.PLAIN, cells=(f"{count:,}", state))
        )
    over = sum(count > (known[place].most_readers or count) for count, place in counts)
    limit = min(most, default=0)
    what = f"{_none_or(over, 'mailbox has', 'mailboxes have')} more people than recommended." if most else ""
    nobody = sum(not count for count, _ in counts)
    what = f"{what} {_none_or(nobody, 'mailbox is', 'mailboxes are')} without anybody.".strip()
    mark = (float(limit), f"recommended at most: {limit}") if limit else None
    yield Chart(
        "readers",
        "People who can open a mailbox",
        what,
        ("mailbox", "people", "state"),
        tuple(bars),
        mark,
        _left(len(counts), "with the most people"),
    )


def _licences(
    figures: Figures, known: Mapping[int, MailboxFigures], findings: Sequence[Finding], places: Places
) -> Iterator[Chart]:
    held = Counter(name for one in known.values() for name in one.licences)
    wasted_in = {places.get((f.mailbox.lower(), f.platform)) for f in findings if f.check in WASTED}
    wasted = Counter(name for place, one in known.items() if place in wasted_in for name in one.licences)
    pools = [(tenant, pool) for tenant, pool in figures.licences if pool.total or pool.used or held[pool.name]]
    bars = []
    for _, pool in pools:
        unneeded = wasted[pool.name]
        words = f"{pool.used:,} of {pool.total:,} in use, {unneeded:,} wasted"
        cells = tuple(f"{n:,}" for n in (pool.total, pool.used, pool.free, held[pool.name], unneeded))
        tone = Tone.CHANGE if unneeded else Tone.PLAIN
        bars.append(Bar(pool.name, pool.used, words, max(pool.total, 1), tone, cells))
    names = {pool.name for _, pool in pools}
    for name in sorted(set(held) - names):
        words = f"{held[name]:,} in use here, {wasted[name]:,} wasted"
        cells = ("unknown", "unknown", "unknown", f"{held[name]:,}", f"{wasted[name]:,}")
        bars.append(Bar(name, held[name], words, tone=Tone.CHANGE if wasted[name] else Tone.PLAIN, cells=cells))
    if bars:
        what = wasted_words(len(wasted_in - {None}))
        headers = ("product", "seats", "in use", "free", "held by these mailboxes", "of these not needed")
        yield Chart("licences", "Licences in use and wasted", what, headers, tuple(bars))


def wasted_words(count: int) -> str:
    """Return how many mailboxes have a licence for nothing."""
    if not count:
        return "No mailbox has a licence that it does not need."
    return (
        "1 mailbox has a licence that it does not need."
        if count == 1
        else (f"{count:,} mailboxes have licences that they do not need.")
    )


def _of(used: int, total: int) -> str:
    return f"{gb(used)} of {gb(total)}"


def _none_or(count: int, one: str, many: str) -> str:
    return counted(count, one, many) if count else f"No {one}"


def _left(count: int, which: str, shown: int = MOST_BARS) -> str:
    return f"Shown are the {shown} {which} of {count:,}." if count > shown else ""
