"""What do the staff of a class get from the routes they may use? tests/access.py has the other visitors."""

# What the staff of the teacher's class get: where they may go, what the office gets; elsewhere what a trainer gets who has no courses.
STAFFS_OWN = {
    ("office.today", "GET"): "200",
    ("office.class_", "GET"): "200",
    ("office.show_timetable", "GET"): "200",
    ("office.new_session", "GET"): "200",
    ("office.new_session", "POST"): "422",
    ("office.change_session", "GET"): "200",
    ("office.change_session", "POST"): "422",
    ("office.cancel_session", "POST"): "302",
    ("office.preview_timetable", "POST"): "422",
    ("office.take_timetable", "POST"): "422",
    ("transcripts.show", "GET"): "200",
    ("transcripts.why", "GET"): "200",
    ("transcripts.download", "GET"): "200",
}
