"""Takes what identifies people and tenants out of a vendor's answer, and keeps its form: keys, types, spelling, order.

The answer is changed as text, so that what a parser would hide stays: number formats, escapes, omitted keys. Every word
is replaced unless it belongs to the vendor, and the same word always becomes the same word. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

_GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:([T ])([\d:.]+)(Z|[+-]\d\d:?\d\d)?)?|/Date\((-?\d+)([+-]\d{4})?\)/")
_NO_DATES = frozenset({"0001-01-01", "1601-01-01", "1970-01-01", "9999-12-31"})
"""Days that vendors write where there is none."""
_SIZE = re.compile(r"[\d.,]+ ?(?:B|KB|MB|GB|TB)(?: \([\d,]+ bytes\))?|Unlimited|-?\d{1,3}|(?:\d{1,3}\.)?\d\d:\d\d:\d\d")
_ADDRESS = re.compile(r"[\w.!#$&*+/=?^`{|}~'-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+|\s+', re.DOTALL)
_WORD = re.compile(r"(?:\w|[^\x00-\x7f\s\uf8ff])+")
"""Letters with their marks, in any script, and emoji; not U+F8FF, which Exchange writes for a slash in a name."""
_TYPE = ("@odata.type", "@data.type")
"""How the names of keys end that name a type."""
_LONG = 10
"""Numbers with so many digits are ids; shorter ones are sizes and counts."""
_LONGEST = 40
"""Longer ones are no numbers for anybody."""
_PRECISE = 7
"""Fractions with so many digits are places or times, and no shares."""
_FIRST, _DAYS = date(2001, 1, 1), 9000
"""The days that others become."""
_LIMITS = tuple(2**bits for bits in (31, 32, 53, 63, 64))
"""What parsers have room for: an id stays on the same side of each."""

_KEYS = """
AccessRights SharingPermissionFlags FolderType ErrorType RuleType UserType RecipientType RecipientTypeDetails
ObjectState AutoReplyState ExternalAudience Importance WithImportance Sensitivity WithSensitivity
MessageTypeMatches FlaggedForAction MarkImportance DescriptionTimeZone DescriptionTimeFormat DateFormat
TimeFormat kind status verificationStatus role type accessWindow disposition messageListVisibility
labelListVisibility displayLanguage sizeComparison allowedRoles roleType code reason ArchiveStatus
ArchiveState LitigationHoldDuration ContentAggregationFlags ExternalOofOptions SourceFolderType deliverySetting
"""
_WORDS = """
true false null True False None Null smtp SMTP EX SIP SPO X500 x500 o ou cn dc CN OU DC O Exchange ExchangeLabs
Administrative Group FYDIBOHF23SPDLT Recipients Default Anonymous Inbox Calendar Kalender Calendrier Contacts Kontakte
Posteingang Aufgaben Notizen Gesendete Elemente Sent Items Deleted Drafts Junk Email Archive Outbox Top of Information
Store html head body div p br span font style http https com microsoft outlook System Collections Generic List String
Object INBOX CHANGES UNREAD STARRED SPAM TRASH IMPORTANT CATEGORY DRAFT SENT CHAT user group domain default
IPF Note Appointment Contact Task StickyNote Journal OWNER MANAGER MEMBER groups memberships
"""
VENDOR_KEYS = frozenset(_KEYS.split())
"""Keys whose values are the vendor's own words. Addresses and ids in them are replaced all the same."""
VENDOR_WORDS = frozenset(_WORDS.split())
"""Words that can stay wherever they are."""


@dataclass(slots=True)
class Anonymiser:
    """Replaces what identifies somebody; everything that one object replaces is consistent, over all answers."""

    _known: dict[tuple[str, str], int] = field(default_factory=dict)

    def text(self, raw: str) -> str:
        """Return an answer with everything replaced: JSON by its keys, any other text as one value."""
        try:
            json.loads(raw)
        except (ValueError, RecursionError):
            return self.value(raw)
        return "".join(self._json(raw))

    def request(self, call: str) -> str:
        """Return a request of ours: only the name of a folder of the tenant is replaced."""
        before, mark, folder = call.partition(":\\\\")
        name, end, after = folder.rpartition('"')
        return f"{before}{mark}{self.value(name)}{end}{after}" if mark else call

    def _json(self, raw: str) -> Iterator[str]:
        keys: list[str] = [""]
        tokens = _TOKEN.findall(raw)
        for number, token in enumerate(tokens):
            keys += [keys[-1]] * (token[0] in "{[")
            del keys[len(keys) - (token[0] in "}]") :]
            if token[0] != '"':
                yield self._json_number(token)
                continue
            text = json.loads(token)
            if _is_key(tokens, number):
                keys[-1] = text
                yield token if _is_name(text) else self._quoted(self.value(text), token)
            else:
                yield self._quoted(self.value(text, keys[-1]), token)

    def _quoted(self, text: str, token: str) -> str:
        return json.dumps(text, ensure_ascii=token.isascii())

    def value(self, text: str, key: str = "") -> str:
        """Return one value; under some keys, the words are the vendor's."""
        if _SIZE.fullmatch(text):
            return text
        parts = []
        rest = 0
        for found in _special(text):
            parts += [self._words(text[rest : found.start()], key), self._one(found[0])]
            rest = found.end()
        return "".join((*parts, self._words(text[rest:], key)))

    def _one(self, text: str) -> str:
        if "@" in text:
            local, _, domain = text.rpartition("@")
            return f"{self._name('person', local)}@{self._name('domain', domain)}.example"
        if _GUID.fullmatch(text):
            return f"00000000-0000-4000-8000-{self._number_of('id', text):012d}"
        return self._date(text)

    def _date(self, text: str) -> str:
        """Return another day and another time in the same form; midnight stays: it means that no time is known."""
        found = _DATE.fullmatch(text)
        if found is None or found[1] in _NO_DATES:
            return text
        if found[5]:
            sign, digits = found[5][: found[5].startswith("-")], found[5].removeprefix("-")
            return f"/Date({sign}{self._number(digits)}{found[6] or ''})/"
        day = _FIRST + timedelta(days=self._number_of("day", found[1]) % _DAYS)
        time = found[3] or ""
        return f"{day.isoformat()}{found[2] or ''}{self._time(time)}{found[4] or ''}"

    def _time(self, text: str) -> str:
        """Return another time of the day."""
        if not text.strip("0:."):
            return text
        number = self._number_of("time", text)
        clock, mark, fraction = text.partition(".")
        most = iter((24, 60, 60))
        parts = [f"{number % next(most, 60):0{len(part)}d}"[: len(part)] for part in clock.split(":")]
        return f"{':'.join(parts)}{mark}{f'{number:0{len(fraction)}d}'[-len(fraction) :] if fraction else ''}"

    def _words(self, text: str, key: str) -> str:
        return _WORD.sub(lambda found: self._word(found[0], key), text)

    def _word(self, word: str, key: str) -> str:
        is_vendors = key in VENDOR_KEYS or key.endswith(_TYPE)
        if word in VENDOR_WORDS or (is_vendors and word.isascii() and not any(map(str.isdigit, word))):
            return word
        if word.isdigit():
            return self._number(word)
        number = self._number_of("word", word)
        return f"WORD{number}" if word.isupper() else f"Word{number}" if word[:1].isupper() else f"word{number}"

    def _number(self, digits: str) -> str:
        """Return a number of the same length: of an id, one that needs as much room.

        The parts of a telephone number or of an IP address are short, so these are replaced, too.
        """
        number, length = self._number_of("number", digits), len(digits)
        if not _LONG <= length <= _LONGEST or not digits.isdecimal() or digits[0] == "0":
            return f"{number:0{length}d}"[-length:]
        least = max(limit for limit in (10 ** (length - 1), *_LIMITS) if limit <= int(digits))
        return str(least + number)

    def _json_number(self, token: str) -> str:
        """Return a number of JSON, or another word of it: ids and fractions are replaced, sizes and counts stay."""
        sign, digits = token[: token.startswith("-")], token.removeprefix("-")
        if digits.isdigit():
            return f"{sign}{self._number(digits)}" if len(digits) >= _LONG else token
        whole, mark, fraction = digits.partition(".")
        if not mark or not whole.isdigit() or len(digits) < _PRECISE:
            return token
        digit = str(1 + self._number_of("number", whole) % 9)
        decimals, exponent, power = fraction.lower().partition("e")
        return f"{sign}{digit * len(whole)}.{self._number_of('number', decimals):0{len(decimals)}d}{exponent}{power}"

    def _name(self, kind: str, text: str) -> str:
        return f"{kind}-{self._number_of(kind, text)}"

    def _number_of(self, kind: str, text: str) -> int:
        return self._known.setdefault((kind, text.casefold()), len(self._known) + 1)


def _special(text: str) -> Iterator[re.Match[str]]:
    """Yield the addresses, ids and dates in a text, in order and without overlap."""
    found = sorted(
        (match for pattern in (_GUID, _ADDRESS, _DATE) for match in pattern.finditer(text)),
        key=lambda match: (match.start(), -match.end()),
    )
    end = 0
    for match in found:
        if match.start() >= end:
            yield match
            end = match.end()


def _is_key(tokens: list[str], number: int) -> bool:
    after = (tokens[place] for place in range(number + 1, len(tokens)))
    return next((token for token in after if not token.isspace()), "") == ":"


def _is_name(text: str) -> bool:
    """Return whether a key is the name of a property, and not data."""
    if _ADDRESS.fullmatch(text) and not text.endswith(_TYPE):
        return False
    return re.fullmatch(r"@?[A-Za-z][A-Za-z0-9_]{0,79}(?:[@.][A-Za-z][A-Za-z0-9_]{0,79}){0,4}", text) is not None
