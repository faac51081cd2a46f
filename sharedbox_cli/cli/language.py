"""The language of a command: an option, or else the environment. The one place that reads catalogues."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import files

from sharedbox_cli.core.texts import Language, set_language

FOR_PEOPLE = frozenset({"text", "markdown", "html"})
"""The formats that are translated. Programs read the others, so they stay English."""
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def use_language(chosen: Language | None, output: str) -> None:
    """Set the language of the command that runs in this process."""
    language = (chosen or language_of(os.environ)) if output in FOR_PEOPLE else Language.ENGLISH
    if language is Language.ENGLISH:
        set_language(language, None)
        return
    from gettext import GNUTranslations

    catalogue = files("sharedbox_cli").joinpath("locale", language, "LC_MESSAGES", "sharedbox.mo")
    with catalogue.open("rb") as file:
        set_language(language, GNUTranslations(file))


def language_of(environment: Mapping[str, str]) -> Language:
    """Return the language of a locale; English for one that reports do not have."""
    locale = next((value for name in _VARIABLES if (value := environment.get(name))), "")
    word = locale.partition(".")[0].partition("@")[0].replace("-", "_").partition("_")[0]
    return next((language for language in Language if language == word.lower()), Language.ENGLISH)
