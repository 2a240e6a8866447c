"""The runbook as Markdown: what to do, in order, and for each step who may, what it interrupts and how to undo it."""

from preflight.model import Commands, Status, Step, Waived
from preflight.report.document import Document, Judged
from preflight.report.markdown import code, prose, shells
from preflight.report.summary import answer, banner, counts, message, question, target, to_do


def render(document: Document) -> str:
    """Return every step with its commands; readable as it is and in anything that renders Markdown."""
    word, _ = answer(document)
    blocks = [f"# Runbook for {prose(document.target.cluster or 'the given files')}"]
    if warning := banner(document):
        blocks.append(f"**{prose(warning)}**")
    blocks.append(f"{prose(question(document))}  \n{prose(f'{word}: {counts(document)}')}")
    blocks.append("\n".join(f"- {label}: {prose(text)}" for label, text in target(document)))
    if document.steps:
        blocks.append("Commands stand once where bash and PowerShell read them alike.")
    for number, step in enumerate(document.steps, 1):
        blocks += _step(number, step)
    if not document.steps:
        blocks.append("Nothing to do.")
    accepted = [_accepted(outcome, waived) for outcome in document.outcomes for waived in outcome.waived]
    if accepted:
        blocks += ["## Accepted, so no step", "\n".join(accepted)]
    if document.coverage.missing:
        blocks.append("## What is not known yet")
        blocks.append("Ask somebody with the right for these, and judge again with what they give.")
        asked = [missing for missing in document.coverage.missing if missing.ask]
        bash = dict.fromkeys(missing.ask for missing in asked)
        powershell = dict.fromkeys(missing.ask_powershell or missing.ask for missing in asked)
        blocks += shells(Commands(bash=tuple(bash), powershell=tuple(powershell)))
    return "\n\n".join(blocks) + "\n"


def _accepted(outcome: Judged, waived: Waived) -> str:
    named = f" {code(waived.finding.object)}" if waived.finding.object else ""
    until = prose(f"waived until {waived.until} by {waived.owner} ({waived.reason}): {message(waived.finding)}")
    return f"- {code(outcome.id)}{named}: {until}"


def _step(number: int, step: Step) -> list[str]:
    kind = {Status.FAIL: "", Status.WARN: " (advised)", Status.UNKNOWN: " (not known whether needed)"}
    blocks = [f"## {number}. {prose(to_do(step))}{kind.get(step.status, ' (next)')}"]
    facts = [("For", ", ".join(code(name) for name in step.objects))] if len(step.objects) > 1 else []
    facts += [("Because", prose(reason)) for reason in step.why]
    facts += [("Checks", ", ".join(code(check) for check in step.checks)), ("Done by", prose(step.who))]
    facts += [("Interrupts", prose(step.interrupts)), ("Undo", prose(step.undo))]
    blocks.append("\n".join(f"- {label}: {text}" for label, text in facts))
    for commands in step.commands:
        blocks += shells(commands)
    blocks.append("Then verify:")
    blocks += shells(step.verify)
    if step.undo_commands:
        blocks.append("To undo:")
        blocks += shells(step.undo_commands)
    return blocks
