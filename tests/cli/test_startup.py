"""What must be instant or offline loads nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest

from preflight import bundle
from preflight.demo import sample

pytestmark = pytest.mark.subprocess

SDKS = ("kubernetes", "azure", "msal", "requests", "cryptography", "urllib3")
TEMPLATES = ("jinja2",)

PROGRAM = """
import sys
from preflight.__main__ import run
code = run(sys.argv[2:])
print("LOADED", sorted(name for name in sys.modules if name.split(".")[0] in sys.argv[1].split(",")), file=sys.stderr)
sys.exit(code)
"""


def loaded(heavy: tuple[str, ...], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, ",".join(heavy), *arguments], capture_output=True, text=True, check=False
    )
    return next(line for line in done.stderr.splitlines() if line.startswith("LOADED"))


@pytest.mark.parametrize("arguments", [(), ("--help",), ("--version",), ("explain",), ("explain", "akv-naming")])
def test_what_is_instant_loads_no_sdk_no_template_and_no_check(arguments: tuple[str, ...]) -> None:
    assert loaded((*SDKS, *TEMPLATES, "checks", "yaml", "tabulate"), *arguments) == "LOADED []"


def test_judging_the_demo_or_a_bundle_loads_no_sdk(tmp_path: Path) -> None:
    saved = tmp_path / "b.json"
    saved.write_bytes(bundle.encode(sample("verify")))
    for arguments in (("demo",), ("run", str(saved)), ("run", str(saved), "-o", "junit")):
        assert loaded((*SDKS, *TEMPLATES), *arguments) == "LOADED []"


INTERRUPTED_WHILE_LOADING = """
import sys

class Impatient:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient())
from preflight.__main__ import run
sys.exit(run(["demo"]))
"""


@pytest.mark.parametrize("module", ["click", "preflight.cli", "preflight.cli.demo", "preflight.runner"])
def test_an_interruption_while_it_is_still_loading_is_one_word(module: str) -> None:
    program = [sys.executable, "-c", INTERRUPTED_WHILE_LOADING, module]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip(), done.stdout) == (130, "interrupted", "")
