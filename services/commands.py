"""Commands -> their effect on the learner, and the messages that tell it: each once, in the learner's transaction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain
from math import inf
from typing import TypeVar

import numpy as np
import structlog

from services import gaps, reencoding
from services.edges import topics
from services.edges.command_messages import Arguments, CommandKind, CommandMessage, CommandOutcome, CommandResult
from services.edges.dead_letters import Unreadable, contents
from services.edges.erasure import erase_texts, letters_of
from services.edges.journal.base import Journal, Message, Positions, Record, kept_records
from services.edges.messages import FORGOTTEN, OutcomeMessage, request_record
from services.edges.window_log import WindowLog
from stream import commands
from stream.commands import Refused
from stream.learner import Learner
from stream.records import Changes, Entry, State

KEY = "commands"
_REMEMBERED = 10_000
_RETRY_SECONDS = 5.0
_Value = TypeVar("_Value")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Unfinished:
    """A command whose effect is committed, and whose outcome waits for the rebuilt model and for clean files.

    ``kept`` says that something was found; ``names`` are of texts whose records are to be erased.
    """

    command_id: str
    kind: str
    detail: str
    kept: bool = True
    names: tuple[str, ...] = ()
    scrub: bool = False


class Commands:
    """Carries out commands over a learner. What they write goes out with the transaction that has their effect.

    The last 10,000 command ids are remembered: a command that comes again under one of them has no second effect. The
    outcome of a command that rebuilds the model is told once the rebuilt one is adopted, and that of one that forgets
    once what was forgotten is off the disk, as far as the journal can see to that. ``positions`` are the learner's, as
    they move.
    """

    def __init__(
        self, journal: Journal, learner: Learner, window: WindowLog, encoder: str, positions: Positions
    ) -> None:
        self._journal, self._learner, self._window, self._encoder = journal, learner, window, encoder
        self._positions = positions
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._unfinished: list[_Unfinished] = []
        self._unsaved = False
        self._delayed_at = -inf
        self._move: Changes = {}
        self.ends = ""
        """Why the process must end once all that `handle` did is committed, if it must."""
        self._effects: dict[CommandKind, Callable[[CommandMessage, list[Message]], str | _Unfinished]] = {
            CommandKind.FORGET: self._forget,
            CommandKind.REBUILD: self._rebuild,
            CommandKind.WITHDRAW: self._withdraw,
            CommandKind.RENAME: self._rename,
            CommandKind.MERGE: self._merge,
            CommandKind.REMOVE: self._remove,
            CommandKind.HOLD: self._hold,
            CommandKind.ACCEPT_GAP: self._accept_gap,
        }

    def due(self, now: float) -> bool:
        """Whether `finish` has something to do: call it once all that `handle` did is committed."""
        rested = abs(now - self._delayed_at) >= _RETRY_SECONDS
        return bool(self._unfinished) and self._learner.job is None and rested

    @property
    def unsaved(self) -> bool:
        """Whether `changes` has something to tell."""
        return self._unsaved

    def handle(self, record: Record, outputs: list[Message]) -> None:
        """Carry out the command in this record, and add to ``outputs`` what tells of it. Raises Unreadable."""
        command = CommandMessage.parse(contents(record))
        digest = blake2b(command.command_id.encode(), digest_size=8).digest()
        if digest in self._known:
            return
        self._known[digest] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        self._unsaved = True
        try:
            done = self._effects[command.kind](command, outputs)
        except Refused as error:
            outputs.append(self._outcome(command, CommandResult.REFUSED, str(error)))
            return
        if isinstance(done, _Unfinished):
            self._unfinished.append(done)
        else:
            outputs.append(self._outcome(command, CommandResult.DONE, done))

    def finish(self, now: float) -> list[Message]:
        """Clean the journal's files of what was forgotten, and tell of the commands that waited for that.

        After a crash it is done again. Where a reader keeps the files from being clean, only the scrub is tried again,
        5 seconds after ``now``, and the outcomes wait for it.
        """
        self._unfinished = [self._erased(waiting) for waiting in self._unfinished]
        if any(waiting.scrub for waiting in self._unfinished) and not self._journal.scrub():
            _log.warning("scrub_delayed", reason="a reader holds the write-ahead log")
            self._delayed_at = now
            return []
        outcomes = []
        for waiting in self._unfinished:
            command = CommandMessage(command_id=waiting.command_id, kind=CommandKind(waiting.kind))
            result = CommandResult.DONE if waiting.kept else CommandResult.REFUSED
            outcomes.append(self._outcome(command, result, waiting.detail))
        self._unfinished, self._unsaved = [], True
        return outcomes

    def _erased(self, waiting: _Unfinished) -> _Unfinished:
        """The command once the records of its texts are erased, with what there is to tell of them."""
        if not waiting.names:
            return waiting
        self._unsaved = True
        if records := erase_texts(self._journal, waiting.names):
            return replace(waiting, names=(), kept=True, detail=f"{waiting.detail}, {records} records of the journal")
        return replace(waiting, names=(), detail=waiting.detail if waiting.kept else _nothing_kept(waiting.names))

    def changes(self) -> Changes:
        """The entry, where it changed since this was last asked."""
        changed, self._unsaved = self._unsaved, False
        if not changed:
            return {}
        move, self._move = self._move, {}
        waiting = [
            [each.command_id, each.kind, each.detail, each.kept, list(each.names), each.scrub]
            for each in self._unfinished
        ]
        known = np.frombuffer(b"".join(self._known), np.uint8)
        return {KEY: Entry({"unfinished": waiting}, {"known": known}), **move}

    def restore(self, state: State) -> None:
        """Go on from what `changes` returned."""
        if (entry := state.get(KEY)) is None:
            return
        known = entry.arrays["known"].tobytes()
        self._known = OrderedDict.fromkeys(known[start : start + 8] for start in range(0, len(known), 8))
        self._unfinished = [
            _Unfinished(command_id, kind, detail, kept, tuple(names), scrub)
            for command_id, kind, detail, kept, names, scrub in entry.fields["unfinished"]
        ]

    def _outcome(self, command: CommandMessage, result: CommandResult, detail: str) -> Message:
        return CommandOutcome.of(command, result, detail, self._learner.version).record()

    # What each kind does.

    def _forget(self, command: CommandMessage, outputs: list[Message]) -> _Unfinished:
        arguments = command.arguments
        if (arguments.text is None) == (arguments.reviewer is None):
            raise Refused("forget needs either a text or a reviewer")
        if arguments.text is not None:
            return self._forget_text(command, arguments.text, outputs)
        reviewer = _required(arguments.reviewer, "reviewer")
        keys = commands.forget_reviewer(self._learner, reviewer)
        outcomes = self._outcomes_of(lambda told: told.reviewer == reviewer, outputs)
        if not keys and not outcomes:
            raise Refused(f"no example and no outcome is of reviewer {reviewer!r}")
        outputs += outcomes
        detail = f"forgotten: {len(keys)} examples, {len(outcomes)} outcomes"
        return _Unfinished(command.command_id, command.kind, detail, scrub=True)

    def _forget_text(self, command: CommandMessage, name: str, outputs: list[Message]) -> _Unfinished:
        gone = commands.forget_text(self._learner, name, self._window.about(name, self._journal))
        # The window's places in `items` may be about to lose a row, and on a broker they never will.
        self._window.copy(self._learner.parts.window.last(self._window.texts))
        outcomes = self._outcomes_of(lambda told: told.request_id in gone.requests, outputs)
        letters = letters_of(self._journal, gone.names)
        requests = [
            Message(topics.LABEL_REQUESTS, None, key=request_id.encode(), headers=FORGOTTEN)
            for request_id in gone.requests
        ]
        outputs += [*requests, *outcomes, *letters]
        found = {"examples": gone.examples, "open requests": len(gone.closed), "dead letters": len(letters)}
        detail = "forgotten: " + ", ".join(f"{count} {what}" for what, count in found.items())
        kept = bool(gone.examples or gone.requests or letters)
        return _Unfinished(command.command_id, command.kind, detail, kept, tuple(sorted(gone.names)), scrub=True)

    def _outcomes_of(self, chosen: Callable[[OutcomeMessage], bool], outputs: Collection[Message]) -> list[Message]:
        """Tombstones for those outcomes of answers, in the journal or about to be, that are chosen.

        The values are asked: an answer may call its request anything, and its key then reads like another's.
        """
        about_to_be = [each for each in outputs if each.topic == topics.LABEL_OUTCOMES]
        outcomes: Iterable[Record | Message] = chain(kept_records(self._journal, topics.LABEL_OUTCOMES), about_to_be)
        keys: dict[bytes, None] = {}
        for each in outcomes:
            told = _outcome_of_answer(each.value)
            if told is not None and chosen(told):
                keys[each.key or b""] = None
            else:
                keys.pop(each.key or b"", None)
        return [Message(topics.LABEL_OUTCOMES, None, key=key) for key in keys]

    def _rebuild(self, command: CommandMessage, _: list[Message]) -> str | _Unfinished:
        if command.arguments.encoder is not None:
            return self._change_encoder(command.arguments.encoder, command.arguments.offset)
        commands.rebuild(self._learner)
        return _Unfinished(
            command.command_id, command.kind, f"rebuilt from {len(self._learner.parts.knowledge.examples)} examples"
        )

    def _change_encoder(self, encoder: str, offset: int | None) -> str:
        """Keep the embeddings for the next process: it restores the whole state, and so can change it."""
        if encoder == self._encoder:
            raise Refused(f"{encoder} is the encoder already")
        embedded = reencoding.embeddings(self._journal, encoder, offset) if offset is not None else {}
        kept = commands.kept_texts(self._learner)
        if missing := len(kept - embedded.keys()):
            raise Refused(
                f"{missing} of {len(kept)} texts are not embedded by {encoder}: `sluice rebuild --encoder {encoder}` "
                "embeds them first; while it runs, no texts should come"
            )
        self._move = reencoding.announced(encoder, embedded)
        self.ends = f"{len(kept)} texts are embedded by {encoder}; the service has ended: {reencoding.mend(encoder)}"
        return self.ends

    def _withdraw(self, command: CommandMessage, outputs: list[Message]) -> str:
        request_id = _required(command.arguments.request_id, "request_id")
        commands.withdraw(self._learner, request_id)
        outputs.append(Message(topics.LABEL_REQUESTS, None, key=request_id.encode()))
        return f"request {request_id} is withdrawn"

    def _rename(self, command: CommandMessage, outputs: list[Message]) -> str:
        old, new = _classes(command.arguments)
        outputs += map(request_record, commands.rename(self._learner, old, new))
        return f"{old!r} is called {new!r}"

    def _merge(self, command: CommandMessage, outputs: list[Message]) -> str:
        old, new = _classes(command.arguments)
        outputs += map(request_record, commands.merge(self._learner, old, new))
        return f"{old!r} is part of {new!r}"

    def _remove(self, command: CommandMessage, outputs: list[Message]) -> str:
        old, examples = _required(command.arguments.old, "old"), self._learner.parts.knowledge.examples
        before = len(examples)
        outputs += map(request_record, commands.remove(self._learner, old))
        return f"{old!r} is no class any more; examples forgotten: {before - len(examples)}"

    def _hold(self, command: CommandMessage, _: list[Message]) -> str:
        reviewer, release = _required(command.arguments.reviewer, "reviewer"), command.arguments.release
        known = commands.hold(self._learner, reviewer, release) or release
        nobody = "" if known else "; nobody of this name has answered so far"
        return f"{reviewer!r} is {'no longer ' if release else ''}on hold{nobody}"

    def _accept_gap(self, command: CommandMessage, _: list[Message]) -> str:
        partition = _required(command.arguments.partition, "partition")
        offset = _required(command.arguments.offset, "offset")
        known = partition in self._learner.parts.arrivals.marks
        start = gaps.begins(self._journal, self._positions[topics.ITEMS, 0], partition) if known else None
        commands.accept_gap(self._learner, partition, offset, start)
        return f"{partition} goes on at offset {offset}"


def _classes(arguments: Arguments) -> tuple[str, str]:
    return _required(arguments.old, "old"), _required(arguments.new, "new")


def _required(value: _Value | None, name: str) -> _Value:
    if value is None:
        raise Refused(f"the argument {name} is missing")
    return value


def _nothing_kept(names: Collection[str]) -> str:
    return f"nothing is kept of the text {min(names, key=len)!r}: is this its id, its origin or its request's id?"


def _outcome_of_answer(value: bytes | None) -> OutcomeMessage | None:
    """The outcome of an answer in this value; None where it is a command's, or taken away."""
    try:
        return OutcomeMessage.parse(value) if value is not None else None
    except Unreadable:
        return None
