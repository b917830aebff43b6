"""What is the largest flow through a small network? Dinic's algorithm (1970), in whole numbers, always the same answer.

Edges are tried in the order in which they were connected, so equal inputs give equal flows edge by edge.
"""

from collections.abc import Hashable


class Network:
    """Nodes by name; edges with whole-number capacities, each beside its reverse."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._edges_of: list[list[int]] = []
        self._to: list[int] = []
        self._room: list[int] = []
        self._known: set[tuple[int, int]] = set()

    def _node(self, name: Hashable) -> int:
        number = self._numbers.setdefault(name, len(self._numbers))
        if number == len(self._edges_of):
            self._edges_of.append([])
        return number

    def connect(self, start: Hashable, end: Hashable, capacity: int, *, once: bool = False) -> int:
        """Add an edge and return its number; `once` leaves an edge that exists as it is."""
        a, b = self._node(start), self._node(end)
        if once and (a, b) in self._known:
            return -1
        self._known.add((a, b))
        edge = len(self._to)
        self._to += (b, a)
        self._room += (capacity, 0)
        self._edges_of[a].append(edge)
        self._edges_of[b].append(edge + 1)
        return edge

    def flow(self, edge: int) -> int:
        """Return what flows along an edge."""
        return self._room[edge ^ 1]

    def maximise(self, source: Hashable, sink: Hashable) -> None:
        """Fill the network with a largest flow from `source` to `sink`."""
        if source not in self._numbers or sink not in self._numbers:
            return
        start, end = self._numbers[source], self._numbers[sink]
        while levels := self._levels(start, end):
            tried = [0] * len(self._edges_of)
            while self._augment(start, end, levels, tried):
                pass

    def _levels(self, start: int, end: int) -> list[int] | None:
        levels = [-1] * len(self._edges_of)
        levels[start] = 0
        frontier = [start]
        while frontier and levels[end] < 0:
            reached = []
            for node in frontier:
                for edge in self._edges_of[node]:
                    target = self._to[edge]
                    if self._room[edge] and levels[target] < 0:
                        levels[target] = levels[node] + 1
                        reached.append(target)
            frontier = reached
        return levels if levels[end] >= 0 else None

    def _augment(self, start: int, end: int, levels: list[int], tried: list[int]) -> bool:
        """Push along one more shortest path; a dead end is never entered again in this phase."""
        path: list[int] = []
        node = start
        while node != end:
            edge = self._next_edge(node, levels, tried)
            if edge is not None:
                path.append(edge)
                node = self._to[edge]
            elif path:
                node = self._to[path.pop() ^ 1]
                tried[node] += 1
            else:
                return False
        amount = min(self._room[edge] for edge in path)
        for edge in path:
            self._room[edge] -= amount
            self._room[edge ^ 1] += amount
        return True

    def _next_edge(self, node: int, levels: list[int], tried: list[int]) -> int | None:
        edges = self._edges_of[node]
        while tried[node] < len(edges):
            edge = edges[tried[node]]
            if self._room[edge] and levels[self._to[edge]] == levels[node] + 1:
                return edge
            tried[node] += 1
        return None
