"""The smallest change to the values, as YAML to pass with `-f`."""

from preflight.report.document import Document


def render(document: Document) -> str:
    """Return the patch; without values, or without facts of the chart's version, a comment that says so."""
    return document.patch or "# no patch: there are no values, or the chart's version is not known\n"
