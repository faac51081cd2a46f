"""A group of commands whose help starts fast."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class LightGroup(TyperGroup):
    """A group whose own flags are False unless they are given.

    Typer leaves them at None, and imports pydantic to turn None into a boolean: also for `plan --help`.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters of the group itself."""
        params = super().get_params(ctx)
        for param in params:
            if getattr(param, "is_flag", False) and param.default is None:
                param.default = False
        return params
