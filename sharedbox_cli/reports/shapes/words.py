"""Types of keys that several shapes have, with the words that describe them."""

from __future__ import annotations

from typing import Annotated, Any

Counts = dict[str, int]
Settings = Annotated[dict[str, Any], "Values by setting, named by its path in a spec."]
Instant = Annotated[str, "An ISO 8601 instant in UTC."]
OptionalInstant = Annotated[str | None, "An ISO 8601 instant in UTC, or null."]
File = Annotated[str, "The spec file; empty if there is none."]
Line = Annotated[int, "The line in the file, from 1; 0 if only the file is known."]
Column = Annotated[int, "The column in the line, from 1; 0 if it is not known."]
Mailbox = Annotated[str, "The primary address of the mailbox."]
Platform = Annotated[str, "The platform, such as `microsoft365`."]
