"""Rows of CSV files as mailboxes: one row per mailbox, or one row per mailbox and person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import Right, TrusteeKind
from sharedbox_cli.language.csv.addresses import AddressNotReadable, address_in, hint_for
from sharedbox_cli.language.csv.cells import TERMS, VALUES, parts_of
from sharedbox_cli.language.csv.columns import PEOPLE, RIGHTS, Column, Use, flag_columns
from sharedbox_cli.language.csv.model import (
    CsvMailbox,
    CsvReading,
    Person,
    Remark,
    Rules,
    own_member_problems,
    owner_problems,
)
from sharedbox_cli.language.csv.names import plain
from sharedbox_cli.language.csv.table import Cell, Row, Table
from sharedbox_cli.language.csv.texts import text_in
from sharedbox_cli.language.csv.values import NO, NOBODY, NotReadable, is_yes, people_in, rights_in

_SENDING = (Use.SEND_AS, Use.SEND_ON_BEHALF)
_SHARED = ("shared", "freigegeben", "gemeinsam", "geteilt", "funktion", "sammel", "gruppenpostfach", "teampostfach")
_OF_PERSON = (Use.AUTOMAPPING, Use.UNTIL, Use.REASON)


class Reader:
    """Collects the mailboxes of tables. Every problem of every row is found."""

    def __init__(self, rules: Rules) -> None:
        self.reading = CsvReading()
        self._rules = rules

    def read(self, table: Table, columns: Sequence[Column], ignored: Collection[int]) -> None:
        """Add the rows of a table, without those on ignored lines."""
        rows = _Rows(table, columns, self._rules, self.reading)
        for row in table.rows:
            if row[0].line in ignored:
                self.reading.remarks.append(Remark(table.place(row[0]), "the row", "ignored as named."))
            else:
                rows.take(row)

    def finish(self) -> CsvReading:
        """Return everything that was read, after looking for addresses with two owners."""
        self.reading.problems += owner_problems(self.reading.mailboxes)
        self.reading.problems += own_member_problems(self.reading.mailboxes.values())
        return self.reading


class _Rows:
    """The rows of one table."""

    def __init__(self, table: Table, columns: Sequence[Column], rules: Rules, reading: CsvReading) -> None:
        self._table, self._rules, self._reading = table, rules, reading
        self._columns = [column for column in columns if column.use is not Use.IGNORE or column.label]
        self._flags = flag_columns(table, columns)
        self._one = {column.use: column for column in self._columns if not column.label}
        self._people = [column for column in self._columns if column.use in PEOPLE and column not in self._flags]
        sends = any(column.use in _SENDING for column in self._people)
        self._usual = frozenset({Right.FULL_ACCESS} if sends else rules.default_rights)
        reading.has_people |= bool(self._people)

    def take(self, row: Row) -> None:
        """Add one row."""
        cell = self._cell(row, Use.MAILBOX)
        if cell is None or not cell.text.strip():
            hint = "Name the mailbox in each row."
            self._problem(cell or row[0], "a row without a mailbox", "The row names no mailbox.", hint)
            return
        if not self._is_used(row):
            return
        try:
            address = self._mailbox_address(cell.text)
        except (AddressNotReadable, NotReadable) as error:
            self._problem(cell, "not an address", error.why, hint_for(cell.text, self._rules.domain))
            return
        mailbox = self._mailbox(address, cell)
        for column in self._columns:
            self._take_value(mailbox, column, row)
        self._take_people(mailbox, row)

    def _mailbox(self, address: Address, cell: Cell) -> CsvMailbox:
        known = self._reading.mailboxes.setdefault(address, CsvMailbox(address, self._table.place(cell)))
        if known.address.text != address.text:
            self._remark(cell, address.text, f"the same mailbox as {known.address.text} at {known.place}.")
        elif known.place.file == self._table.file and known.place.line != cell.line and not self._is_per_person:
            self._remark(cell, address.text, f"named again: the rows are read together with {known.place}.")
        return known

    @property
    def _is_per_person(self) -> bool:
        return len(self._people) == 1 or Use.RIGHTS in self._one

    def _mailbox_address(self, text: str) -> Address:
        found = people_in(text).found
        if len(found) != 1:
            raise NotReadable("The cell names several mailboxes." if found else "The cell names no mailbox.")
        address = address_in(found[0], self._rules.domain)
        return self._moved(address)

    def _moved(self, address: Address) -> Address:
        """Return the new address of a mailbox, if the map has one."""
        new = self._rules.people.new(address.key) if self._rules.people else None
        return address if new is None or new == address.key else Address.of(new)

    def _is_used(self, row: Row) -> bool:
        """Return whether a row is about access to a shared mailbox, after noting why not."""
        kind = self._cell(row, Use.TYPE)
        if kind is not None and (text := plain(kind.text)) and not any(word in text for word in _SHARED):
            self._remark(kind, kind.text, "not a shared mailbox: the row is not used.")
            return False
        for use, why in (
            (Use.DENY, "an entry that denies access: no spec has one."),
            (Use.INHERITED, "an inherited entry: no spec has one."),
        ):
            cell = self._cell(row, use)
            if cell is None:
                continue
            is_set = cell.text.strip().lower() == "deny" or (cell.text.strip().lower() != "allow" and self._yes(cell))
            if is_set:
                self._remark(cell, "the row", why)
                return False
        return True

    def _take_value(self, mailbox: CsvMailbox, column: Column, row: Row) -> None:
        if column.use not in VALUES and not column.label and column.use is not Use.ALIASES:
            return
        cell = row[column.index]
        if not cell.text.strip():
            return
        if column.use is Use.ALIASES:
            self._take_aliases(mailbox, cell)
            return
        try:
            value = text_in(cell.text) if column.label else VALUES[column.use](cell.text, self._rules)
        except (NotReadable, AddressNotReadable) as error:
            self._problem(cell, f"not a value of `{column.field}`", error.why, getattr(error, "hint", ""))
            return
        if value is not None:
            self._put(mailbox.values, column.field, value, cell, mailbox.address)

    def _put(self, values: dict[str, tuple[object, Place]], key: str, value: object, cell: Cell, who: object) -> None:
        known = values.setdefault(key, (value, self._table.place(cell)))
        if known[0] != value:
            why = f"`{key}` of {who} has two values."
            place = self._table.place(cell)
            self._reading.problems.append(Problem(place, "two rows disagree", why, "Keep one.", known[1]))

    def _take_aliases(self, mailbox: CsvMailbox, cell: Cell) -> None:
        for part in parts_of(cell.text):
            kind, colon, address = part.rpartition(":")
            if colon and kind.lower() != "smtp":
                self._remark(cell, part, "an address of another kind: no spec has it.")
                continue
            try:
                alias = self._moved(address_in(address, self._rules.domain))
            except AddressNotReadable as error:
                self._problem(cell, "not an address", error.why)
                continue
            if alias != mailbox.address:
                mailbox.aliases.setdefault(alias.key, self._table.place(cell))

    def _take_people(self, mailbox: CsvMailbox, row: Row) -> None:
        rights, terms = self._row_rights(row), self._terms(row)
        for column in self._people:
            cell = row[column.index]
            if rights is None or terms is None or not cell.text.strip():
                continue
            try:
                people = people_in(cell.text, has_domain=bool(self._rules.domain))
            except NotReadable as error:
                self._problem(cell, "people that cannot be read", error.why, error.hint)
                continue
            for what, why in people.ignored:
                self._remark(cell, what, why)
            held = frozenset({RIGHTS[column.use]}) if column.use in RIGHTS else rights
            if not held and people.found:
                self._remark(cell, ", ".join(people.found), "the row gives no right.")
                continue
            for text in people.found:
                self._take_person(mailbox, text, cell, held, self._kind(column, row), terms)

    def _take_person(
        self,
        mailbox: CsvMailbox,
        text: str,
        cell: Cell,
        rights: frozenset[Right],
        kind: TrusteeKind,
        terms: Mapping[Use, tuple[object, Cell]],
    ) -> None:
        try:
            address = self._person_address(text)
        except AddressNotReadable as error:
            self._problem(cell, "not an address", error.why, hint_for(text, self._rules.domain))
            return
        if address is None:
            self._remark(cell, text, "has no counterpart in the map of people.")
            mailbox.unmapped.append(text)
            return
        if address == mailbox.address:
            self._remark(cell, text, "the mailbox itself: it is not its own member.")
            return
        person = mailbox.people.setdefault(address.key, Person(address, self._table.place(cell), kind))
        if person.kind is not kind:
            why = f"{address} is a user in one row and a group in another."
            self._reading.problems.append(
                Problem(self._table.place(cell), "two rows disagree", why, "Keep one.", person.place)
            )
        elif rights <= person.rights:
            self._remark(cell, text, f"listed twice in {mailbox.address}: once is enough.")
        person.rights |= rights
        for use, (value, origin) in terms.items():
            if use is Use.AUTOMAPPING and Right.FULL_ACCESS not in rights:
                continue
            self._put_term(person, use, value, origin)

    def _put_term(self, person: Person, use: Use, value: object, cell: Cell) -> None:
        known = person.terms.setdefault(use, (value, self._table.place(cell)))
        if known[0] != value:
            why = f"`{use}` of {person.address} has two values."
            place = self._table.place(cell)
            self._reading.problems.append(Problem(place, "two rows disagree", why, "Keep one.", known[1]))

    def _person_address(self, text: str) -> Address | None:
        """Return the address of a person; None for one without a counterpart. Raises AddressNotReadable."""
        people = self._rules.people
        if people is None:
            return address_in(text, self._rules.domain)
        new = people.new(text) if "@" not in text else None
        if new is None and ("@" in text or self._rules.domain):
            new = people.new(address_in(text, self._rules.domain).key)
        return None if new is None else Address.of(new)

    def _row_rights(self, row: Row) -> frozenset[Right] | None:
        """Return the rights of the person of a row; None after noting that they cannot be read."""
        cell = self._cell(row, Use.RIGHTS)
        if cell is not None and cell.text.strip():
            try:
                rights, unknown = rights_in(cell.text)
            except NotReadable as error:
                self._problem(cell, "rights that cannot be read", error.why, error.hint)
                return None
            for word in unknown:
                self._remark(cell, word, "a right that no spec has.")
            return rights
        marked = [flag for flag in self._flags if row[flag.index].text.strip()]
        if marked:
            return frozenset(RIGHTS[flag.use] for flag in marked if is_yes(row[flag.index].text))
        return frozenset() if self._flags else self._usual

    def _kind(self, column: Column, row: Row) -> TrusteeKind:
        cell = self._cell(row, Use.KIND)
        word = plain(cell.text) if cell else ""
        is_group = column.use is Use.GROUPS or "group" in word or "gruppe" in word
        return TrusteeKind.GROUP if is_group else TrusteeKind.USER

    def _terms(self, row: Row) -> Mapping[Use, tuple[object, Cell]] | None:
        """Return automapping, end and reason of a row; None after noting that one cannot be read."""
        terms: dict[Use, tuple[object, Cell]] = {}
        for use in _OF_PERSON:
            cell = self._cell(row, use)
            if cell is None or not cell.text.strip():
                continue
            if use is not Use.REASON and cell.text.strip().lower() in NOBODY - NO:
                continue
            try:
                terms[use] = (TERMS[use](cell.text), cell)
            except NotReadable as error:
                self._problem(cell, f"not a value of `{use}`", error.why, error.hint)
                return None
        return terms

    def _yes(self, cell: Cell) -> bool:
        try:
            return bool(is_yes(cell.text))
        except NotReadable as error:
            self._problem(cell, "neither yes nor no", error.why, error.hint)
            return True

    def _cell(self, row: Row, use: Use) -> Cell | None:
        column = self._one.get(use)
        return None if column is None else row[column.index]

    def _problem(self, cell: Cell, summary: str, why: str, hint: str = "") -> None:
        self._reading.problems.append(Problem(self._table.place(cell), summary, why, hint))

    def _remark(self, cell: Cell, what: str, why: str) -> None:
        self._reading.remarks.append(Remark(self._table.place(cell), what, why))
