"""Where tests find the recorded data that is shared between checkouts and not part of this repository."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def data_folder() -> Path | None:
    """Return the folder of the recorded data, None where there is none: PREFLIGHT_TEST_DATA, else `../shared/data`."""
    folder = Path(os.environ.get("PREFLIGHT_TEST_DATA", SHARED))
    return folder if folder.is_dir() else None


def data_path(relative: str) -> Path:
    """Return a file of the recorded data; skip the test, saying what lacks, where it is not there.

    Looked for under the environment variable PREFLIGHT_TEST_DATA, else in `shared/data` beside the checkout.
    """
    path = Path(os.environ.get("PREFLIGHT_TEST_DATA", SHARED)) / relative
    if not path.exists():
        pytest.skip(f"recorded data {relative} is not here: set PREFLIGHT_TEST_DATA to the folder that holds it")
    return path
