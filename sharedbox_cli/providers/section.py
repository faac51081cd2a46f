"""The base of every provider's section in `sharedbox.yaml`."""

from __future__ import annotations

from sharedbox_cli.language.models.base import Strict


class Section(Strict):
    """Unknown keys and values of another type are errors, and each is reported with its place in the file.

    Further rules are pydantic's own validators: the text of a `ValueError` is shown to the reader, after the key.
    A section never holds a secret.
    """
