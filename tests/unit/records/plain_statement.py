"""A plain statement as it is stored."""

PLAIN = {
    "id": "3f2b1c52-9d43-4a1e-9a43-0b6f2f6f9c11",
    "stored": "2026-03-02T02:00:00.000001Z",
    "timestamp": "2026-03-02T10:00:00+08:00",
    "actor": {"account": {"homePage": "http://localhost", "name": "a1"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
    "object": {"id": "http://localhost/id/course/c1/activity/quiz"},
    "authority": {"account": {"homePage": "http://localhost", "name": "player"}},
}
