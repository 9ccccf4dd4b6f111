"""Members who join and leave -> who is elected, in which generation: a consumer group of the simulated journal."""

from __future__ import annotations

from typing import NamedTuple

from services.edges.journal.base import Fenced


class Membership(NamedTuple):
    """What a member shows with its transaction (KIP-447)."""

    group: str
    member: int
    generation: int


class Group:
    """The members of one group, of whom the eldest is elected: cooperative and sticky, a joiner takes nothing away.

    A join becomes a new generation when the elected one next says that it is alive, which it does between its
    transactions. ``offsets`` are what the group's transactions committed.
    """

    def __init__(self, name: str) -> None:
        self.offsets: dict[tuple[str, int], int] = {}
        self._name = name
        self._members: list[int] = []
        self._generation = 0
        self._joined = 0
        self._joining = False

    def join(self) -> int:
        """A new member; its number."""
        self._joined += 1
        self._joining = True
        self._members.append(self._joined)
        return self._joined

    def heartbeat(self, member: int) -> Membership:
        """What this member may show, in the generation that is now. Raises Fenced where it was evicted."""
        if member not in self._members:
            raise Fenced(f"the group {self._name} gave the name to another process: this one must end")
        if self._joining and self._members[0] == member:
            self._generation, self._joining = self._generation + 1, False
        return Membership(self._name, member, self._generation)

    def elected(self, member: int) -> bool:
        """Whether this member is the one. Raises Fenced where it was evicted."""
        self.heartbeat(member)
        return self._members[0] == member

    def evict(self, member: int) -> None:
        """Take this member out, if it is there: it left, or its session timed out."""
        if member in self._members:
            self._members.remove(member)
            self._generation, self._joining = self._generation + 1, False

    def require(self, membership: Membership) -> None:
        """Raises Fenced where the membership is not the elected one's of this generation."""
        if self._members[:1] != [membership.member] or membership.generation != self._generation:
            raise Fenced(f"the group {self._name} is in generation {self._generation}: this process must end")

    @property
    def members(self) -> tuple[int, ...]:
        """All members, the eldest first."""
        return tuple(self._members)
