"""Commands -> what the learner keeps of a text or a reviewer, its classes, its requests: changed by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stream.class_change import ClassChange
from stream.learner import WINDOW_TEXTS, Learner
from stream.questions import request_id_of
from stream.records import Floats, Request


class Refused(Exception):
    """The command cannot be carried out, and changed nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was kept of some texts and is no more.

    ``examples`` counts them, ``requests`` are the ids of all their requests and ``closed`` of those that were open
    still; ``names`` are the texts' ids and origins, as far as they are known.
    """

    examples: int
    requests: tuple[str, ...]
    closed: tuple[str, ...]
    names: frozenset[str]


def forget_text(learner: Learner, name: str, embeddings: Floats) -> Forgotten:
    """Forget the texts of this id, origin or request id, and rebuild the model without them.

    ``embeddings`` (n, d) are those that the window may hold of them beside those of examples and requests.
    """
    parts, wanted = learner.parts, {name, request_id_of(name)}
    examples = [each for each in parts.knowledge.examples if wanted & {each.key, each.text_id}]
    waiting = [each for each in parts.pending.kept() if wanted & {each.request.request_id, each.request.text_id}]
    requests = [each.request for each in waiting]
    keys = {each.key for each in examples} | {each.request_id for each in requests}
    closed = tuple(each.request_id for each in requests if each.request_id in parts.pending)
    for key in keys | wanted:
        parts.pending.forget(key)
        parts.landmarks.forget(key)
        parts.near_duplicates.close(key)
    rows = [*embeddings, *(each.embedding for each in examples), *(each.embedding for each in waiting)]
    dropped = parts.window.drop(np.stack(rows)) if rows else 0
    count = parts.knowledge.forget(each.key for each in examples)
    if count or dropped:
        rebuild(learner)
    ids = {*(each.text_id for each in examples), *(each.text_id for each in requests)}
    names = frozenset({name, *ids, *(each.origin for each in requests)}) - {""}
    return Forgotten(count, tuple(sorted(keys)), closed, names)


def forget_reviewer(learner: Learner, reviewer: str) -> tuple[str, ...]:
    """Forget all examples that this reviewer labelled, and rebuild the model without them; returns their keys."""
    keys = tuple(each.key for each in learner.parts.knowledge.examples if each.reviewer == reviewer)
    if learner.parts.knowledge.forget(keys):
        rebuild(learner)
    return keys


def rebuild(learner: Learner) -> None:
    """Make the model anew from what is kept: see `Knowledge.rebuild`. Its `job` is due."""
    learner.parts.knowledge.rebuild(learner.texts, learner.parts.window.last(WINDOW_TEXTS))


def kept_texts(learner: Learner) -> set[str]:
    """The keys of all texts that another encoder would have to embed: those of `stream.reencoding.kept_texts`."""
    parts = learner.parts
    return {each.key for each in parts.knowledge.examples} | {each.request.request_id for each in parts.pending.kept()}


def withdraw(learner: Learner, request_id: str) -> None:
    """Close a request without an answer. Raises Refused where it is not open."""
    if not learner.parts.pending.withdraw(request_id):
        raise Refused(f"request {request_id!r} is not open")
    learner.parts.landmarks.close(request_id)
    learner.parts.near_duplicates.close(request_id)


def rename(learner: Learner, old: str, new: str) -> list[Request]:
    """Call a class otherwise; returns the open requests that suggest it.

    Raises Refused where there is none, or one is called so already.
    """
    _require(learner, old)
    if new == old:
        raise Refused(f"{old!r} is called so already")
    if new in learner.parts.knowledge.model.classes:
        raise Refused(f"{new!r} is a class already: merge {old!r} into it, if they are one")
    return _change(learner, ClassChange(old, new))


def merge(learner: Learner, old: str, new: str) -> list[Request]:
    """Let one class be part of another; returns the open requests that suggest it.

    Raises Refused where one of the two is not there, or they are the same.
    """
    if new not in learner.parts.knowledge.model.classes or old == new:
        raise Refused(f"there is no other class {new!r} that {old!r} could be merged into")
    return _change(learner, ClassChange(old, new))


def remove(learner: Learner, label: str) -> list[Request]:
    """Forget a class with its name and its examples; returns the open requests that suggested it.

    Raises Refused where there is no such class.
    """
    return _change(learner, ClassChange(label, None))


def _require(learner: Learner, label: str) -> None:
    if label not in learner.parts.knowledge.model.classes:
        raise Refused(f"there is no class {label!r}")


def _change(learner: Learner, change: ClassChange) -> list[Request]:
    knowledge = learner.parts.knowledge
    _require(learner, change.old)
    if change.new is not None and not learner.accepts(change.new):
        raise Refused(f"{change.new!r} is not in the task's closed list of classes")
    requests = learner.parts.change(change)
    knowledge.refit_if_due(learner.texts, lambda: learner.parts.window.last(WINDOW_TEXTS))
    return requests


def hold(learner: Learner, reviewer: str, release: bool) -> bool:
    """Learn no more, or again, from a reviewer; whether one of this name has answered, as far as that is remembered.

    Raises Refused where that is so already.
    """
    holds = learner.parts.holds
    if not (holds.release(reviewer) if release else holds.add(reviewer)):
        raise Refused(f"{reviewer!r} is {'not' if release else 'already'} on hold")
    return learner.parts.pending.answered_by(reviewer)


def accept_gap(learner: Learner, partition: str, offset: int, start: int | None) -> None:
    """Go on at this offset of a source partition, ``cluster/topic-id/partition``, where the texts that wait ``start``.

    Texts below that are lost for good. Raises Refused where it cannot, or where none wait there.
    """
    mark = learner.parts.arrivals.marks.get(partition)
    if mark is not None and offset > mark and offset != start:
        waiting = "none wait" if start is None else f"those that wait begin at offset {start}"
        raise Refused(f"{partition!r} was read up to offset {mark}, and of its next texts {waiting}: not at {offset}")
    if not learner.parts.arrivals.accept_gap(partition, offset):
        raise Refused(f"{partition!r} is unknown, or was read up to offset {offset} already")
