"""Orders things that need one another, and finds the circles among them; it knows nothing but names and edges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence


def cycles(edges: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """Every strongly connected group of two or more nodes, and every node with an edge to itself.

    Each is a real circle through its group, starting at its smallest name; `edges` maps a node to what it needs.
    """
    found = []
    for group in components(edges):
        start = min(group)
        if len(group) > 1 or start in edges.get(start, ()):
            found.append(_circle(start, set(group), edges))
    return sorted(found)


def components(edges: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """The strongly connected components, what is needed before what needs it (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    result: list[tuple[str, ...]] = []
    for root in sorted(edges):
        if root in index:
            continue
        work = [(root, iter(sorted(edges.get(root, ()))))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            successor = next(successors, None)
            if successor is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    result.append(tuple(sorted(component)))
            elif successor not in index:
                index[successor] = low[successor] = len(index)
                stack.append(successor)
                on_stack.add(successor)
                work.append((successor, iter(sorted(edges.get(successor, ())))))
            elif successor in on_stack:
                low[node] = min(low[node], index[successor])
    return result


def _circle(start: str, group: set[str], edges: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """A shortest way from `start` back to itself inside its component."""
    before: dict[str, str] = {}
    front = [start]
    while front:
        following = []
        for node in front:
            for successor in sorted(edges.get(node, ())):
                if successor == start:
                    path = [node]
                    while path[-1] != start:
                        path.append(before[path[-1]])
                    return tuple(reversed(path))
                if successor in group and successor not in before:
                    before[successor] = node
                    following.append(successor)
        front = following
    return (start,)


def in_order(names: Sequence[str], needs: Mapping[str, Collection[str]]) -> list[str]:
    """The names so that each comes behind what it needs, otherwise in the order given.

    Needs outside `names` are ignored. Raises ValueError on a circle: the caller has to have opened them.
    """
    rank = {name: position for position, name in enumerate(names)}
    done: dict[str, bool] = {}
    result: list[str] = []
    for root in names:
        work = [root]
        while work:
            node = work[-1]
            if done.get(node):
                work.pop()
                continue
            open_needs = [each for each in needs.get(node, ()) if each in rank and not done.get(each)]
            if done.get(node) is False and any(done.get(each) is False for each in open_needs):
                raise ValueError(f"{node} is part of a circle")
            done[node] = False
            if open_needs:
                work.extend(sorted(open_needs, key=rank.__getitem__, reverse=True))
            else:
                done[node] = True
                result.append(node)
                work.pop()
    return result
