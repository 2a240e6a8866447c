"""Packs of checks as pip leaves them, without pip: a module and its `.dist-info`, in a folder on sys.path."""

from pathlib import Path


def install(folder: Path, distribution: str, *, module: str, source: str, version: str = "1.0") -> None:
    """Write what installing a pack writes: its module, its metadata, and the entry point that offers `CHECKS`."""
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    register(folder, distribution, f"[preflight.checks]\n{distribution} = {module}:CHECKS\n", version=version)


def register(folder: Path, distribution: str, entry_points: str, *, version: str = "1.0") -> None:
    """Write the metadata of a distribution with these entry points."""
    metadata = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    (metadata / "entry_points.txt").write_text(entry_points)


def source(id: str, *, group: str = "capacity", own_facts: str = "", parameters: str = "nodes") -> str:
    """Return the source of a module with one check."""
    return f'''
from preflight import Fact, check, passed

@check({id!r}, group={group!r}, own_facts=({own_facts}))
def a_check({parameters}):
    """Something holds.

    Why it matters.

    How to fix it.
    """
    yield passed("it does")

CHECKS = (a_check,)
'''
