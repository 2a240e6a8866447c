"""Our shipped manuals are those of our checks. `pytest --golden` writes them anew."""

from pathlib import Path

import pytest

import checks
from preflight import __version__
from preflight.catalog import load
from preflight.manuals import FILE, as_json, manual


def test_shipped_manuals_are_current(request: pytest.FixtureRequest) -> None:
    catalog = load(packs=False)
    wanted = as_json((manual(offer.check, catalog.facts) for offer in catalog.offers), __version__)
    file = Path(checks.__file__).with_name(FILE)
    if request.config.getoption("--golden"):
        file.write_text(wanted, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == wanted, "write it anew: pytest --golden tests/checks/test_manuals.py"
