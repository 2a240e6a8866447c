"""Golden files: `pytest tests/report --golden` writes them anew; look at the difference before committing it."""

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name, byte for byte."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--golden", default=False):
            path.write_bytes(text.encode())
        assert path.is_file(), f"no golden file {name}: write it with pytest tests/report --golden, and look at it"
        assert path.read_bytes().decode() == text

    return compare
