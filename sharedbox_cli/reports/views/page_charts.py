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
from sharedbox_cli.core.texts import decimal, mark, number, plural, tr, tr_count
from sharedbox_cli.reports.document import Tone
from sharedbox_cli.reports.page import Bar, Chart, Link, PageLine
from sharedbox_cli.reports.views.heads import heads
from sharedbox_cli.reports.views.page_lines import Access
from sharedbox_cli.reports.views.page_words import on_words, people_words

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
            tr(_SEVERITIES[severity]),
            counts[severity],
            tr("{count} on {mailboxes}", count=number(counts[severity]), mailboxes=on_words(mailboxes[severity])),
            tone=tones[severity] if counts[severity] else Tone.PLAIN,
            cells=(number(counts[severity]), number(mailboxes[severity])),
        )
        for severity in reversed(Severity)
    )
    total = tr_count("{count} finding.", "{count} findings.", len(findings)) if findings else tr("No findings.")
    return Chart("findings", tr("Findings by severity"), total, heads("severity", "findings", "mailboxes"), bars)


_SEVERITIES = {Severity.ERROR: mark("Errors"), Severity.WARNING: mark("Warnings"), Severity.NOTE: mark("Notes")}


_SPECIAL = (Entry.DENY, Entry.INHERITED, Entry.UNKNOWN)
_WAYS: Sequence[tuple[str, Callable[[PageLine], bool]]] = (
    (mark("Granted directly"), lambda line: line.entry == Entry.GRANT and not line.via),
    (mark("Granted through a group"), lambda line: line.entry == Entry.GRANT and bool(line.via)),
    (mark("A setting that opens a group"), lambda line: line.entry == Entry.SETTING),
    (mark("Rights in single folders"), lambda line: line.entry == Entry.FOLDER),
    (mark("Forwarding and mail rules"), lambda line: line.entry in (Entry.FORWARDING, Entry.RULE)),
    (mark("Sign-in to the mailbox's own account"), lambda line: line.entry == Entry.SIGN_IN),
    (mark("Pending invitations"), lambda line: line.entry == Entry.INVITATION),
    (
        mark("Deny, inherited and unknown entries"),
        lambda line: line.entry in (Entry.DENY, Entry.INHERITED, Entry.UNKNOWN),
    ),
)
_WHO: Sequence[tuple[str, Tone]] = (
    (mark("People of the organisation"), Tone.PLAIN),
    (mark("People and addresses from outside"), Tone.CHANGE),
    (mark("Disabled accounts"), Tone.CHANGE),
    (mark("Deleted accounts"), Tone.RISK),
    (mark("Groups"), Tone.PLAIN),
    (mark("Applications"), Tone.CHANGE),
    (mark("Everybody in the organisation or on the web"), Tone.RISK),
    (mark("Mailboxes' own accounts with open sign-in"), Tone.CHANGE),
    (mark("Others that could not be resolved"), Tone.CHANGE),
)


def _access(access: Access) -> Iterator[Chart]:
    counts = Counter(next((words for words, is_so in _WAYS if is_so(line)), "") for line in access.lines)
    bars = tuple(_count_bar(words, counts[words], Tone.PLAIN) for words, _ in _WAYS if counts[words])
    one, many = plural(
        "{count} line of access, by where it comes from.", "{count} lines of access, by where it comes from."
    )
    what = tr_count(one, many, len(access.lines))
    yield Chart("access", tr("Access by kind"), what, heads("kind", "lines"), bars)
    kinds = Counter(_kinds(access))
    holders = tuple(_count_bar(words, kinds[words], tone) for words, tone in _WHO if kinds[words])
    who = tr_count(
        "{count} holder of access, each in one of these kinds.",
        "{count} holders of access, each in one of these kinds.",
        len(access.holders),
    )
    yield Chart("holders", tr("Who has access"), who, heads("kind", "holders"), holders)


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
    return Bar(tr(label), count, number(count), tone=tone, cells=(number(count),))


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
        state = tr("full") if used >= quota else tr("nearly full") if is_near else ""
        tone = Tone.RISK if used >= quota else Tone.CHANGE if is_near else Tone.PLAIN
        words = _of(used, quota)
        words = tr("{words}, {state}", words=words, state=state) if state else words
        bars.append(Bar(Link(place), used, words, quota, tone, (gb(used), gb(quota), f"{percent} %", state)))
    if bars:
        near = tr("{count} above {percent} %", count=number(nearly), percent=figures.warn_percent)
        what = (
            tr_count("{count} mailbox is full, {near}.", "{count} mailboxes are full, {near}.", full, near=near)
            if full
            else tr("No mailbox is full, {near}.", near=near)
        )
        headers = heads("mailbox", "used", "quota", "share", "state")
        more = ""
        if len(sized) > MOST_BARS:
            more = tr("Shown are the {shown} fullest of {all}.", shown=MOST_BARS, all=number(len(sized)))
        yield Chart("storage", tr("Storage against quota"), what, headers, tuple(bars), more=more)


def _pooled(figures: Figures, known: Mapping[int, MailboxFigures]) -> Iterator[Chart]:
    total = max((pool.total_bytes for pool in figures.pools), default=0)
    if not total:
        return
    bars = [
        Bar(
            tr("All accounts of {tenant}", tenant=pool.tenant),
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
        bars.append(Bar(Link(place), used, gb(used), total, cells=(gb(used), f"{decimal(100 * used / total)} %")))
    what, shown, more = tr("All accounts of the organisation share this storage."), MOST_BARS - len(figures.pools), ""
    if len(sized) > shown:
        more = tr("Shown are the {shown} largest of {all}.", shown=shown, all=number(len(sized)))
    yield Chart("pool", tr("Pooled storage"), what, heads("what", "used", "share of the pool"), tuple(bars), more=more)


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
        words = people_words(count)
        words = tr("{people}, too many", people=words) if is_over else words
        state = tr("more than recommended") if is_over else ""
        bars.append(
            Bar(Link(place), count, words, tone=Tone.CHANGE if is_over else Tone.PLAIN, cells=(number(count), state))
        )
    over = sum(count > (known[place].most_readers or count) for count, place in counts)
    limit = min(most, default=0)
    what = f"{_over(over) if most else ''} {_empty(sum(not count for count, _ in counts))}".strip()
    line = (float(limit), tr("recommended at most: {limit}", limit=limit)) if limit else None
    more = ""
    if len(counts) > MOST_BARS:
        more = tr("Shown are the {shown} with the most people of {all}.", shown=MOST_BARS, all=number(len(counts)))
    headers = heads("mailbox", "people", "state")
    yield Chart("readers", tr("People who can open a mailbox"), what, headers, tuple(bars), line, more)


def _over(count: int) -> str:
    if not count:
        return tr("No mailbox has more people than recommended.")
    one, many = plural(
        "{count} mailbox has more people than recommended.", "{count} mailboxes have more people than recommended."
    )
    return tr_count(one, many, count)


def _empty(count: int) -> str:
    if not count:
        return tr("No mailbox is without anybody.")
    return tr_count("{count} mailbox is without anybody.", "{count} mailboxes are without anybody.", count)


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
        words = tr(
            "{used} of {all} in use, {wasted} wasted",
            used=number(pool.used),
            all=number(pool.total),
            wasted=number(unneeded),
        )
        cells = tuple(number(n) for n in (pool.total, pool.used, pool.free, held[pool.name], unneeded))
        tone = Tone.CHANGE if unneeded else Tone.PLAIN
        bars.append(Bar(pool.name, pool.used, words, max(pool.total, 1), tone, cells))
    names = {pool.name for _, pool in pools}
    for name in sorted(set(held) - names):
        used, not_needed, unknown = number(held[name]), number(wasted[name]), tr("unknown")
        words = tr("{used} in use here, {wasted} wasted", used=used, wasted=not_needed)
        cells = (unknown, unknown, unknown, used, not_needed)
        bars.append(Bar(name, held[name], words, tone=Tone.CHANGE if wasted[name] else Tone.PLAIN, cells=cells))
    if bars:
        what = wasted_words(len(wasted_in - {None}))
        headers = heads("product", "seats", "in use", "free", "held by these mailboxes", "of these not needed")
        yield Chart("licences", tr("Licences in use and wasted"), what, headers, tuple(bars))


def wasted_words(count: int) -> str:
    """Return how many mailboxes have a licence for nothing."""
    if not count:
        return tr("No mailbox has a licence that it does not need.")
    return tr_count(
        "{count} mailbox has a licence that it does not need.",
        "{count} mailboxes have licences that they do not need.",
        count,
    )


def _of(used: int, total: int) -> str:
    return tr("{used} of {quota}", used=gb(used), quota=gb(total))
