"""Which browser of this machine the tests and the pictures of the README use. Nothing here downloads one.

Run as a program it names the browser, and ends with 1 where there is none.
"""

import shutil
import sys

GET_IT = "apt-get install chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome on PATH, None where there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


if __name__ == "__main__":
    found = find_chromium()
    sys.stdout.write(f"Chromium: {found or 'none on PATH'}\n")
    sys.exit(found is None)
