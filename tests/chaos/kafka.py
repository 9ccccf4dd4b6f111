"""A whole service on a Kafka under every fault at once, then a broker that dies and goes away: judged at the end."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from services.edges import kafka_topics
from services.edges.local_kafka import LocalKafka
from services.edges.settings import KafkaSettings
from tests.chaos.faults import Faults, Plan
from tests.chaos.proxy import Proxy
from tests.chaos.service import free_port, until
from tests.chaos.world import World, laps

ROLES = ("intake", "intake", "intake", "learner", "learner", "console", "oracle")
_AGAIN_SECONDS = 0.5
_RATE = 60
_MOST_MEANWHILE = 90_000
"""More texts than are sent while the broker's faults alone take place."""
_SETTLED_SECONDS = 300.0
_PROGRESS_SECONDS = 120.0
"""How long progress is waited for; what is promised is less, and judged afterwards."""
PROMISED_SECONDS = 30.0


@dataclass(frozen=True)
class Size:
    """How much of it: texts at the least, faults of processes and network, and what is done to the broker."""

    texts: int
    plan: Plan
    broker_kills: int
    away_seconds: tuple[float, ...]

    @staticmethod
    def of(share: float) -> Size:
        """A share of all; where it is small, what lasts long is shorter as well."""
        shorter = min(1.0, 5 * share)
        plan = Plan(
            seconds=1_200.0 * share,
            kills=math.ceil(200 * share),
            pauses=math.ceil(50 * share),
            pause_seconds=(5.0, 5.0 + 55.0 * shorter),
            terminations=math.ceil(24 * share),
            cuts=(20.0 * shorter,) * math.ceil(2 * share),
        )
        away = (60.0 * shorter,) * math.ceil(3 * share)
        return Size(math.ceil(100_000 * share), plan, math.ceil(20 * share), away)

    def of_the_broker(self) -> Size:
        """Its faults alone, and as many texts as come meanwhile."""
        return replace(self, texts=0, plan=Plan(0.0, 0, 0, (0.0, 0.0), 0, ()))


@contextmanager
def proxied_kafka(directory: Path, seed: int) -> Iterator[tuple[LocalKafka, Proxy, KafkaSettings, str]]:
    """A broker whose clients reach it by a proxy only, and where judges reach it: by a listener of its own."""
    port, own, controller, outside = (free_port() for _ in range(4))
    listeners = {"CLIENTS": port, "DIRECT": own, "CONTROLLER": controller}
    settings = {
        "listeners": ",".join(f"{name}://127.0.0.1:{number}" for name, number in listeners.items()),
        "advertised.listeners": f"CLIENTS://127.0.0.1:{outside},DIRECT://127.0.0.1:{own}",
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in listeners),
        "inter.broker.listener.name": "DIRECT",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
    }
    proxy = Proxy(outside, port, seed)
    try:
        with LocalKafka(directory, port, settings) as broker:
            direct = f"127.0.0.1:{own}"
            chosen = KafkaSettings(bootstrap=f"127.0.0.1:{outside}", topic_prefix="chaos.")
            kafka_topics.apply(chosen.model_copy(update={"bootstrap": direct}))
            yield broker, proxy, chosen, direct
    finally:
        proxy.close()


def run(directory: Path, *, share: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """All of it; the report, in which ``broken`` lists what was promised and not kept."""
    return _run(directory, Size.of(share), seed, say)


def run_broker(directory: Path, *, share: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """The faults of the broker alone, which take a third of the time."""
    return _run(directory, Size.of(share).of_the_broker(), seed, say)


def _run(directory: Path, size: Size, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    with proxied_kafka(directory / "kafka", seed) as (broker, proxy, settings, direct):
        rows = laps(int(max(3 * size.texts, _MOST_MEANWHILE) / 13_078) + 1)
        world = World(settings, ROLES, directory, rows=rows, direct=direct, again_seconds=_AGAIN_SECONDS)
        try:
            with _load(world, size):
                world.fleet.let_start()
                faults = Faults(world.fleet, proxy, size.plan, seed, say)
                if size.plan.seconds:
                    faults.run()
                    say("faults of processes and network are over; now those of the broker")
                back = _broker_faults(world, broker, size, random.Random(seed), say)
            codes = world.settle(_SETTLED_SECONDS)
            found = world.judged()
        finally:
            world.close()
    found.expect(found.texts >= size.texts, f"only {found.texts} texts were sent")
    late = [kind for kind, seconds in back if seconds > PROMISED_SECONDS]
    found.expect(not late, f"no progress {PROMISED_SECONDS:.0f} s after the broker's return: {late}")
    staying = [role for place, role in enumerate(world.fleet.roles) if place in world.fleet.staying]
    bad = [f"{role}: {code}" for role, code in zip(staying, codes, strict=True) if code]
    found.expect(not bad, f"SIGTERM in the end: {bad}")
    tally = faults.tally
    return {
        "settings": {"seed": seed, "texts": size.texts, "rate": _RATE, **asdict(size.plan)},
        "found": asdict(replace(found, broken=[])),
        "broken": found.broken,
        "kills": {"count": tally.kills, "by_phase": {role: dict(each) for role, each in tally.phases.items()}},
        "pauses": _pauses(tally.pauses),
        "terminations": {role: dict(codes) for role, codes in tally.exits.items()},
        "network": {"faults": tally.network, "pieces": dict(proxy.counts)},
        "broker": {kind: sorted(round(s, 1) for each, s in back if each == kind) for kind in dict(back)},
        "ended_by_themselves": dict(
            Counter(f"{world.fleet.roles[place]}: {code}" for place, code in world.fleet.ended)
        ),
    }


@contextmanager
def _load(world: World, size: Size) -> Iterator[None]:
    """Send texts for as long as this lasts, and then until there are enough."""
    over, sent = Event(), 0

    def send() -> None:
        nonlocal sent
        while not over.is_set() or sent < size.texts:
            world.guest.send(sent, sent + _RATE, _RATE)
            sent += _RATE

    thread = Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _broker_faults(
    world: World, broker: LocalKafka, size: Size, rng: random.Random, say: Callable[[str], None]
) -> list[tuple[str, float]]:
    """SIGKILL and restart, and absences: kind, and seconds from the broker's return to the next decision."""
    found = []
    kinds = [("killed", 0.0)] * size.broker_kills + [
        (f"away {seconds:.0f} s", seconds) for seconds in size.away_seconds
    ]
    for kind, seconds in kinds:
        asked = time.time()
        world.tail.wait_for_one_after(asked, _PROGRESS_SECONDS)
        time.sleep(rng.uniform(0.0, 3.0))
        broker.kill()
        time.sleep(seconds)
        broker.start()
        returned = time.time()
        found.append((kind, world.tail.wait_for_one_after(returned, _PROGRESS_SECONDS)))
        say(f"broker {kind}: decisions {found[-1][1]:.1f} s after its return")
    until(lambda: broker.running, "the broker runs")
    return found


def _pauses(pauses: list[dict[str, Any]]) -> dict[str, Any]:
    """Sums over the pauses; those of an active learner that were longer than its session are what zombies come of."""
    replaced = [each for each in pauses if each["active"] and each["seconds"] > 10.0]
    return {
        "count": len(pauses),
        "by_role": dict(Counter(each["role"] for each in pauses)),
        "seconds": sorted(each["seconds"] for each in pauses),
        "of_an_active_learner_over_10_s": len(replaced),
        "ended_by_themselves_after_it": sum(each["ended_afterwards"] for each in replaced),
    }
