"""Draws a workflow table for people: a diagram and the rows, as Markdown. docs/workflow.md is made of it."""

from __future__ import annotations

from .kernel.workflow import PREVIOUS, SAME, Workflow


def diagram(workflow: Workflow) -> str:
    """The table as a Mermaid state diagram; rows that stay in their state are left to the table below it."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.name}: {state.zh} {state.en}" for state in workflow.states.values()]
    lines += [f"    [*] --> {name}" for name in workflow.initial]
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in workflow.rows:
        for source in row.sources:
            if row.target not in (SAME, PREVIOUS):
                names = arrows.setdefault((source, row.target), [])
                if row.action not in names:
                    names.append(row.action)
    lines += [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    lines += [f"    {state.name} --> [*]" for state in workflow.states.values() if state.phase == "final"]
    return "\n".join([*lines, "```"])


def rows(workflow: Workflow) -> str:
    """The rows as a table."""
    lines = ["| action | | from | to | permission | input | guard | event |", "|---|---|---|---|---|---|---|---|"]
    for row in workflow.rows:
        cells = (
            f"`{row.action}`",
            f"{row.zh} {row.en}",
            ", ".join(row.sources),
            row.target,
            f"`{row.permission}`",
            row.schema or "",
            row.guard or "",
            f"`{row.event}`",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def states(workflow: Workflow) -> str:
    """The states as a table."""
    lines = ["| state | 中文 | English | phase |", "|---|---|---|---|"]
    lines += [f"| `{state.name}` | {state.zh} | {state.en} | {state.phase} |" for state in workflow.states.values()]
    return "\n".join(lines)


def section(workflow: Workflow, title: str) -> str:
    """One table's section of docs/workflow.md."""
    return "\n\n".join((f"## {title}", diagram(workflow), states(workflow), rows(workflow)))
