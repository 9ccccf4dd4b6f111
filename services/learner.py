"""Items and labels -> decisions, requests and outcomes, one transaction a step: the learner's process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import Event

import structlog

from services import attempts, gaps, reencoding
from services.clock import WatchedClock
from services.commands import Commands
from services.edges import background, batches, states, topics, window_log
from services.edges.batches import ClassesBatch, ItemsBatch, ReencodedBatch
from services.edges.dead_letters import Fault, Unreadable, contents, dead_letter
from services.edges.journal.base import Journal, JournalError, Message, Positions, Record, TaskDone
from services.edges.learner_metrics import LearnerMetrics, Step
from services.edges.messages import LabelMessage, OutcomeMessage, request_record, texts_as_records
from services.edges.setting_names import variable
from services.edges.window_log import WindowLog
from services.running import return_memory
from services.start import begin
from stream.arrivals import Gap
from stream.learner import Learner
from stream.model.base import RefitJob
from stream.records import Changes, Entry, Items, State
from stream.status import status

READ_RECORDS = 64
TICK_SECONDS = 1.0
INLINE_REFIT_SIZE = 30_000
"""Refits of at most this many examples x classes run in line (some 100 ms); larger ones in a thread."""
_TOLD = 20

_log = structlog.get_logger()


class LearnerProcess:
    """Drives a new `Learner` over a journal, from where the last process of this kind committed.

    ``encoder`` names the only encoder whose items are taken. After any error the process must end: what it committed
    is all that happened.
    """

    def __init__(
        self,
        journal: Journal,
        learner: Learner,
        encoder: str,
        metrics: LearnerMetrics,
        *,
        clock: Callable[[], float] = time.time,
        wait: bool = True,
        inline_refit_size: int = INLINE_REFIT_SIZE,
    ) -> None:
        self.learner = learner
        self._journal, self._encoder, self._metrics = journal, encoder, metrics
        self._clock = WatchedClock(clock, lambda: learner.now)
        self._inline_refit_size = inline_refit_size
        self._refit: Future[Entry] | None = None
        self._refitting: RefitJob | None = None
        self._window = WindowLog()
        self._attempts, self._command_attempts = attempts.Attempts(), attempts.Attempts(attempts.COMMANDS_KEY)
        self._writer = journal.writer("learner", wait=wait)
        start = begin(journal, self._writer)
        self._positions, self._unmarked = start.positions, start.changes
        self._commands = Commands(journal, learner, self._window, encoder, self._positions)
        self._committed = dict(self._positions)
        self._restore(self._moved(_decoded(self._writer.state)))
        return_memory()
        self._carry_out_commands()

    def run(self, stop: Event) -> None:
        """Step until asked to stop, then give the name up."""
        while not stop.is_set():
            self.step(TICK_SECONDS)
        self.close()

    def close(self) -> None:
        """Stop; a refit that is under way is begun again by the next process."""
        self._writer.close()

    @property
    def positions(self) -> Positions:
        """What is read next, for the lag."""
        return dict(self._positions)

    def step(self, wait: float) -> int:
        """Handle the next records in one transaction, waiting up to ``wait`` seconds for the first; says how many."""
        wait = 0.0 if self._commands.due(self._clock()) else wait
        records = self._journal.read(self._positions, READ_RECORDS, wait)
        self._try(records)
        return len(records)

    def _carry_out_commands(self) -> None:
        """All that were given by now, before any item is read: one may say that items are missing for good.

        Their attempts are their own: an item over which processes end is not blamed on a command, nor the other way.
        """
        of_items, self._attempts = self._attempts, self._command_attempts
        places = [place for place in self._positions if place[0] == topics.COMMANDS]
        while records := self._journal.read({place: self._positions[place] for place in places}, READ_RECORDS):
            self._try(records)
        self._attempts = of_items

    def _try(self, records: Sequence[Record]) -> None:
        if self.learner.job is not None and not self._attempts.settled:
            self._take([])  # a refit that was left over is no fault of the first record's
        self._note(self._attempts.first(records))
        for group in self._attempts.steps(records):
            self._take(group)

    def _note(self, attempt: Changes) -> None:
        """Put on record what is about to be tried, or that it was not what ended this process."""
        if attempt:
            self._writer.commit([], states.encode_all(attempt), self._committed)

    def _take(self, records: Sequence[Record]) -> None:
        step = Step(len(records), self._clock())
        if self._commands.due(step.now):
            outcomes = self._commands.finish(step.now)
            step.outputs += outcomes
            step.finished += len(outcomes)
        self._run_refit(step)
        try:
            for record in records:
                self._handle(record, step)
                self._note(self._attempts.survived())
                if self._commands.ends:
                    break
                self._run_refit(step)
        except Gap:
            self._note({attempts.KEY: None})
            marks = self.learner.parts.arrivals.marks
            raise JournalError(gaps.told(self._journal, self._positions[topics.ITEMS, 0], marks)) from None
        self._expire(step)
        self._keep_window(step)
        if step.empty and not self._commands.unsaved:
            self._writer.renew()
        else:
            self._commit(step)
        if self._commands.ends:
            raise TaskDone(self._commands.ends)

    def _handle(self, record: Record, step: Step) -> None:
        try:
            self._attempts.require_harmless()
            if record.topic == topics.ITEMS:
                self._handle_items(record, step)
            elif record.topic == topics.COMMANDS:
                self._commands.handle(record, step.outputs)
            else:
                self._handle_label(record, step)
        except Unreadable as error:
            self._refuse(record, error.bare(), step)
        self._positions[record.topic, record.partition] = record.offset + 1

    def _refuse(self, record: Record, error: Unreadable, step: Step) -> None:
        """A record that cannot be handled becomes a dead letter; of items that kill their texts do, if they can."""
        if record.topic == topics.ITEMS and error.reason is Fault.KILLED and not self._attempts.unreadable:
            with suppress(Unreadable):
                self._set_aside(batches.decode(contents(record)), error, step)
                return
        step.outputs.append(dead_letter(record, self._journal.identity(record.topic), error))
        step.dead.append((record.topic, error))
        if record.topic == topics.ITEMS and error.reason in (Fault.KILLED, Fault.UNDECODABLE):
            self.learner.parts.arrivals.excuse()

    def _handle_items(self, record: Record, step: Step) -> None:
        batch = batches.decode(contents(record))
        if isinstance(batch, ReencodedBatch):
            return  # a command is to follow, and reads it
        if batch.encoder != self._encoder:
            told = f"encoded by {batch.encoder}; this learner takes {self._encoder}"
            self._set_aside(batch, Unreadable(Fault.OTHER_ENCODER, told), step)
        elif isinstance(batch, ClassesBatch):
            self.learner.name(batch.names)
        else:
            self._observe(record, batch.items, step)

    def _observe(self, record: Record, items: Items, step: Step) -> None:
        seen = self.learner.observe(items, step.now)
        new = items if len(seen.rows) == len(items) else items.take(seen.rows)
        step.arrived += new.times
        step.rejected += seen.rejected
        self._window.passed(record.offset, seen.rows, record.time)
        if seen.decisions:
            step.decided.append(seen.decisions)
        step.outputs += map(request_record, seen.requests)

    def _set_aside(self, batch: ItemsBatch | ClassesBatch | ReencodedBatch, error: Unreadable, step: Step) -> None:
        """Texts that are not observed become dead letters of `texts`: replayed, they are encoded anew."""
        if not isinstance(batch, ItemsBatch):
            _log.warning("batch_refused", kind=type(batch).__name__, reason=error.detail)
            return
        new = self.learner.parts.arrivals.pass_over(batch.items)
        for letter in texts_as_records(batch.items.take(new)):
            step.outputs.append(dead_letter(*letter, error))
            step.dead.append((topics.TEXTS, error))

    def _handle_label(self, record: Record, step: Step) -> None:
        label = LabelMessage.parse(contents(record)).answer(record.offset)
        learned = self.learner.learn([label], step.now)
        step.outcomes += learned.outcomes
        step.latencies += learned.latencies
        step.outputs += [OutcomeMessage.of(outcome).record() for outcome in learned.outcomes]
        step.outputs += map(_closed, learned.closed)

    def _expire(self, step: Step) -> None:
        expired = self.learner.tick(step.now)
        step.expired += len(expired)
        step.outputs += map(_closed, expired)

    def _keep_window(self, step: Step) -> None:
        if self._window.ages(step.now):
            self._window.copy(self.learner.parts.window.last(self._window.texts))
            step.copied = True

    def _run_refit(self, step: Step) -> None:
        """Adopt the refit that is done; run the one that is due, if it is large in a thread, of which there is one.

        One that is no longer due when it is done looked at what was forgotten since.
        """
        if self._refit is not None and self._refit.done():
            if self.learner.job is self._refitting:
                self._adopt(self._refit.result(), step)
            self._refit = None
        while self._refit is None and (job := self.learner.job) is not None:
            if job.size > self._inline_refit_size:
                self._refit, self._refitting = background.begin(job.run, "refit"), job
            else:
                self._adopt(job.run(), step)

    def _adopt(self, head: Entry, step: Step) -> None:
        try:
            self.learner.adopt(head)
            step.adopted += 1
        except ValueError as error:
            _log.error("refit_rejected", reason=str(error))

    def _commit(self, step: Step) -> None:
        changes: Changes = {**self.learner.changes(), **self._commands.changes()}
        changes |= {**self._attempts.changes(), **self._unmarked}
        self._unmarked = {}
        changes |= {window_log.KEY: self._window.save(), "status": self._status()}
        decided = [Message(topics.DECISIONS, value) for value in batches.pack_decisions(step.decided)]
        encoded = states.encode_all(changes)
        started = time.perf_counter()
        self._writer.commit([*decided, *step.outputs], encoded, self._positions)
        self._committed = dict(self._positions)
        self._metrics.committed(step, self.learner, time.perf_counter() - started)

    def _status(self) -> Entry:
        return Entry({**status(self.learner), "encoder": self._encoder})

    def _moved(self, state: State) -> State:
        """The state, gone over to this encoder where the process before was told so."""
        changes = reencoding.moved(state, self._encoder)
        if changes:
            self._writer.commit([], states.encode_all(changes), self._committed)
            _log.info("encoder_changed", encoder=self._encoder)
        return {key: entry for key, entry in {**state, **changes}.items() if entry is not None}

    def _restore(self, state: State) -> None:
        states.require_readable(state)
        self._unmarked |= {} if states.KEY in state else states.written_as()
        known = state["status"].fields["encoder"] if "status" in state else self._encoder
        if known != self._encoder:
            raise JournalError(
                f"this journal's learner was taught with encoder {known}, not {self._encoder}: set "
                f"{variable('encoder.model', known)}; `sluice rebuild --encoder {self._encoder}` then takes it over "
                "with all that it learned"
            )
        window = self._window.restore(state.get(window_log.KEY, Entry()), self._journal)
        self.learner.restore(state, window)
        self._attempts.restore(state.get(attempts.KEY))
        self._command_attempts.restore(state.get(attempts.COMMANDS_KEY))
        self._commands.restore(state)
        self._metrics.restored(self.learner)
        _log.info("learner_restored", texts=self.learner.texts, examples=len(self.learner.parts.knowledge.examples))
        if unlisted := [each for each in self.learner.parts.knowledge.model.classes if not self.learner.accepts(each)]:
            why = f"not in {variable('task.classes')}: still predicted, but answers that name them are rejected"
            _log.warning("classes_not_listed", classes=unlisted[:_TOLD], why=why, mend="sluice command remove, merge")


def _decoded(values: dict[str, bytes]) -> State:
    """The entries of these values, which are taken away meanwhile: together they are most of the memory."""
    state: State = {}
    while values:
        key, value = values.popitem()
        state[key] = states.decode(value)
    return state


def _closed(request_id: str) -> Message:
    """The tombstone that takes a request out of the queue."""
    return Message(topics.LABEL_REQUESTS, None, key=request_id.encode())
