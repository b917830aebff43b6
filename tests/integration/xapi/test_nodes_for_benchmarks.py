"""Do several databases, each with some people's statements, together answer like one? As in the plan for many nodes."""

import pytest

from tests.benchmarks import nodes


@pytest.mark.services
def test_nodes_that_each_have_some_people_answer_page_by_page_like_one_database() -> None:
    report = list(nodes.simulate(800, 3))
    alone = [line for line in report if "1 of 3 nodes" in line]
    assert [line.split("  ")[1].strip() for line in alone] == ["actor", "actor + verb", "actor + since", "registration of an actor"]


@pytest.mark.services
def test_a_node_that_is_not_asked_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = nodes.questions
    monkeypatch.setattr(nodes, "questions", lambda *a: [one._replace(actor=a[0]) for one in kinds(*a)])
    with pytest.raises(AssertionError, match="something else than one database"):
        list(nodes.simulate(400, 2))
