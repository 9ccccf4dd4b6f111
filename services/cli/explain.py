"""`sluice explain ID` -> why this text was asked about, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.errors import Refused
from services.cli.options import MAY_BEGIN_WITH_A_DASH, QUEUES, AsJson, Data
from services.cli.output import print_json, shown
from services.edges.setting_names import variable

if TYPE_CHECKING:
    from services.console.view import Explanation
    from stream.records import Decision

_REASONS = {
    "audit": "drawn at random, so that accuracy can be measured without bias",
    "uncertain": "its utility reached the threshold, and there was budget",
    "cold_start": "no label was known yet, and it is typical of the stream",
    "below_threshold": "its utility was under the threshold",
    "out_of_budget": "it was worth asking, but the budget was spent",
    "rate_limit": "it was worth asking, but the limit per hour or day was reached",
    "queue_full": "it was worth asking, but too many requests were open",
    "reviewers_busy": "it was worth asking, but requests wait too long, and reviewers answer no faster",
    "source_limit": "its source had taken its share of the requests: the budget goes to the others",
    "near_open_request": "a request that is still open is about nearly the same text",
    "given_label": "it came with its label",
}
_NOT_DRAWN = "its utility reached the threshold, as that of others did: which of them is asked about is drawn by lot"


def register(app: typer.Typer) -> None:
    """Add `explain`."""
    app.command(rich_help_panel=QUEUES, context_settings=MAY_BEGIN_WITH_A_DASH)(explain)


def explain(
    name: Annotated[str, typer.Argument(metavar="ID", help="A text's id or origin, or a request's id.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Why a text was asked about, or why not, and what came of it.

    Example: `sluice explain order-4711`
    """
    from services.cli.following import followed_view
    from services.cli.options import settings_with

    with followed_view(settings_with(data__dir=data), "explain") as view:
        found = view.explain(name)
    if found is None:
        raise Refused(
            f"no decision about {name!r} is kept: is this its id, and the right journal? "
            f"Or it is not decided yet, or older than what is kept ({variable('console.decisions_kept')})"
        )
    if as_json:
        print_json(_as_object(found))
    else:
        typer.echo("\n".join(map(shown, _as_sentences(found))))


def _as_object(found: Explanation) -> dict[str, Any]:
    from services.console.routes.texts import shown as as_object

    return {
        "decision": as_object(found.decision),
        "meaning": _meaning(found.decision),
        "request": found.request,
        "request_open": found.request_open,
        "outcomes": found.outcomes,
    }


def _meaning(decision: Decision) -> str:
    """Why it was decided so: among equals, and by rules that draw lots, a text may reach the threshold in vain."""
    if decision.reason == "below_threshold" and decision.utility >= decision.threshold:
        return _NOT_DRAWN
    return _REASONS[decision.reason]


def _as_sentences(found: Explanation) -> list[str]:
    decision = found.decision
    predicted = f"{decision.label} ({decision.probability:.0%})" if decision.label else "nothing: no class was known"
    sentences = [
        f"{decision.verdict}: {_meaning(decision)}.",
        f"predicted          {predicted}, by model version {decision.model_version}",
        f"utility            {decision.utility:.4f}, threshold {decision.threshold:.4f}",
        f"query probability  {decision.query_probability:.4f}",
    ]
    if found.request is not None:
        sentences.append(
            f"request            {found.request['request_id']}, {'open' if found.request_open else 'closed'}"
        )
    for outcome in found.outcomes:
        sentences.append(
            f"answer             {outcome.get('label', 'skip')} by {outcome['reviewer']}: {outcome['outcome']}"
        )
    return sentences
