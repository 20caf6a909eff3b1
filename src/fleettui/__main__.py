"""`python -m fleettui`, and what the installed command calls."""

import sys

from fleettui.cli import main

if __name__ == "__main__":
    sys.exit(main())
