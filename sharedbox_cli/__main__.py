"""`python -m sharedbox_cli` is `sharedbox`."""

from sharedbox_cli.cli.main import main

if __name__ == "__main__":
    main()
