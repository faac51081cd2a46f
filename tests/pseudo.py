"""A language without letters: what is still readable in it did not come from the catalogue."""

from __future__ import annotations

import re
import string

_LETTER = re.compile("[A-Za-zÀ-ÿ]")
_WORD = re.compile(r"[A-Za-z]{2,}")


class Pseudo:
    """A catalogue that replaces each letter, and keeps the fields of templates."""

    def gettext(self, message: str) -> str:
        """Return a text without letters."""
        if not message:
            return message
        try:
            parts = [*string.Formatter().parse(message)]
        except ValueError:  # no template: a key of YAML in braces
            return _LETTER.sub("ø", message)
        texts = []
        for text, name, spec, _ in parts:
            field = "" if name is None else f"{{{name}{':' + spec if spec else ''}}}"
            is_field = name is not None and name.isidentifier() and not (spec or "").startswith(" ")
            literal = text.replace("{", "{{").replace("}", "}}")
            texts.append(_LETTER.sub("ø", literal) + (field if is_field else _LETTER.sub("ø", field)))
        return "".join(texts)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return a text about a number without letters."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """Return a text without letters."""
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """Return a text about a number without letters."""
        return self.ngettext(msgid1, msgid2, n)


def english_in(text: str, known: str) -> list[str]:
    """Return the words of a text that are in no value."""
    values = {word.lower() for word in _WORD.findall(known)}
    return [word for word in _WORD.findall(text) if word.lower() not in values]
