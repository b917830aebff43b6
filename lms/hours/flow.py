"""Find the maximum flow through a small network to one sink, by Dinic's algorithm (1970), in whole numbers.

Edges are tried in the order in which they were connected, so equal inputs give equal flows edge by edge.
"""

UNSEEN, CLOSED = -1, 1 << 60


class Network:
    """Numbered nodes, the last of which is the sink; edges with capacities, each stored beside its reverse."""

    def __init__(self, nodes: int) -> None:
        self._end = nodes - 1
        self._edges_of: list[list[int]] = [[] for _ in range(nodes)]
        self._to: list[int] = []
        self._room: list[int] = []
        self._unseen = [UNSEEN] * nodes

    def connect(self, start: int, end: int, capacity: int) -> int:
        """Add an edge and return its number. Connect all edges before you send anything."""
        edge = len(self._to)
        self._to += (end, start)
        self._room += (capacity, 0)
        self._edges_of[start].append(edge)
        self._edges_of[end].append(edge + 1)
        return edge

    def flow(self, edge: int) -> int:
        """Return the flow along an edge."""
        return self._room[edge + 1]

    def send(self, start: int, most: int) -> int:
        """Send as much as possible, at most `most`, from `start` to the sink; return how much was sent.

        Flow that was sent from other nodes before keeps its amount, but may be rerouted.
        """
        left = most
        while left and (levels := self._levels(start)):
            tried = [0] * len(self._edges_of)
            while left and (path := self._path(start, levels, tried)):
                amount = min(left, *[self._room[edge] for edge in path])
                for edge in path:
                    self._room[edge] -= amount
                    self._room[edge ^ 1] += amount
                left -= amount
        return most - left

    def _levels(self, start: int) -> list[int] | None:
        """Return the distance of each node from `start`, at most that of the sink; None if no path to the sink is left."""
        levels = self._unseen.copy()
        levels[start] = level = 0
        frontier = [start]
        seen = [start]
        while frontier:
            level += 1
            reached = []
            for node in frontier:
                for edge in self._edges_of[node]:
                    target = self._to[edge]
                    if levels[target] == UNSEEN and self._room[edge]:
                        levels[target] = level
                        reached.append(target)
            if levels[self._end] == level:
                return levels
            seen += reached
            frontier = reached
        for node in seen:  # no path leads from these nodes to the sink, and later flow elsewhere opens none
            self._unseen[node] = CLOSED
        return None

    def _path(self, start: int, levels: list[int], tried: list[int]) -> list[int]:
        """Return one more shortest path as edges, empty if there is none; `tried` prevents entering dead ends again."""
        path: list[int] = []
        node = start
        while node != self._end:
            edge = self._next_edge(node, levels, tried)
            if edge is not None:
                path.append(edge)
                node = self._to[edge]
            elif path:
                node = self._to[path.pop() ^ 1]
                tried[node] += 1
            else:
                break
        return path

    def _next_edge(self, node: int, levels: list[int], tried: list[int]) -> int | None:
        edges, wanted = self._edges_of[node], levels[node] + 1
        for at in range(tried[node], len(edges)):
            edge = edges[at]
            if levels[self._to[edge]] == wanted and self._room[edge]:
                tried[node] = at
                return edge
        tried[node] = len(edges)
        return None
