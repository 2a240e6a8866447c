"""Three sample clusters, one for each stage, built in memory: no cluster, no Azure, no clock.

All are of one imagined installation, with the node pools that CluedIn documents, and mistakes that people make.
"""

from importlib import import_module

from preflight.facts import Snapshot
from preflight.model import Stage


def sample(stage: Stage = "enable") -> Snapshot:
    """Return the sample of a stage; every call gives the same."""
    snapshot: Snapshot = import_module(f"preflight.demo.{stage}").snapshot()
    return snapshot
