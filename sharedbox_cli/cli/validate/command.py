"""`sharedbox validate`."""

from __future__ import annotations

from sharedbox_cli.cli.options import ConfigFile, NoColor, Paths, PlainFormat, PlainOutput, ProfileName


def validate(
    paths: Paths = None,
    output: PlainFormat = PlainOutput.TEXT,
    profile: ProfileName = None,
    config: ConfigFile = None,
    no_color: NoColor = False,
) -> None:
    """Check specs without asking any cloud: form, meaning, and what each platform can do.

    Examples:

      sharedbox validate examples/mailboxes

      sharedbox validate specs -o json
    """
    from sharedbox_cli.cli.session import Session

    with Session(profile, config, no_color=no_color) as session:
        desired = session.desired(paths)
        if output is PlainOutput.JSON:
            import json

            found = [
                {
                    "mailbox": key.text,
                    "platform": mailbox.platform,
                    "file": mailbox.place.file,
                    "line": mailbox.place.line,
                }
                for key, mailbox in sorted(desired.mailboxes.items())
            ]
            data = {"format": "sharedbox.validate/1", "digest": desired.digest, "mailboxes": found}
            session.terminal.data(json.dumps(data, indent=1, sort_keys=True))
            return
        count = len(desired.mailboxes)
        session.terminal.data(f"{count} mailbox{'' if count == 1 else 'es'}, no problems.")
