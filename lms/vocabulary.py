"""Which words does the LMS speak in xAPI? Verbs, activity types and extensions, each an IRI."""

OURS = "https://training-hours.example/xapi"  # reserved by RFC 2606: an identifier, not an address

LAUNCH = f"{OURS}/extensions/launch"  # context: id (UUID) of the launch, set by the server
OPENED = f"{OURS}/extensions/opened"  # context: when the launch was opened, set by the server, so that hours follow from the store alone
DEVICE = f"{OURS}/extensions/device"  # context: the kind of device of a launch, set by the server
STRETCH = f"{OURS}/extensions/stretch"  # context: {"from": …, "to": …}, one stretch of measured presence, set by the server

PRESENT = f"{OURS}/verbs/was-present"  # written by the server alone, for one closed stretch

# Written by the LMS alone, for what people of authority attest; ATTESTED says what.
ATTENDED = "http://adlnet.gov/expapi/verbs/attended"
TASK_ACCEPTED = f"{OURS}/verbs/had-task-accepted"
LOG_ACCEPTED = f"{OURS}/verbs/had-log-accepted"
WAIVED = "https://w3id.org/xapi/adl/verbs/waived"
ATTESTATIONS = frozenset({ATTENDED, TASK_ACCEPTED, LOG_ACCEPTED, WAIVED})
ATTESTED = f"{OURS}/extensions/attested"  # context: the enrolment, and of which session or requirement how much

COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
PASSED = "http://adlnet.gov/expapi/verbs/passed"
FAILED = "http://adlnet.gov/expapi/verbs/failed"
ANSWERED = "http://adlnet.gov/expapi/verbs/answered"
CONSUMED = frozenset(  # as H5P writes it, and as others do
    {"http://activitystrea.ms/schema/1.0/consume", "http://activitystrea.ms/consume", "http://adlnet.gov/expapi/verbs/consumed"}
)
ENDING = CONSUMED | {ANSWERED}  # with `completion`, they say of the activity itself that it is completed
TERMINATED = "http://adlnet.gov/expapi/verbs/terminated"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
PLAYED = "https://w3id.org/xapi/video/verbs/played"
PAUSED = "https://w3id.org/xapi/video/verbs/paused"
SEEKED = "https://w3id.org/xapi/video/verbs/seeked"

PLAYED_SEGMENTS = "https://w3id.org/xapi/video/extensions/played-segments"
SPEED = "https://w3id.org/xapi/video/extensions/speed"

COURSE_TYPE = "http://adlnet.gov/expapi/activities/course"
ACTIVITY_TYPE = "http://adlnet.gov/expapi/activities/lesson"
SESSION_TYPE = "http://adlnet.gov/expapi/activities/meeting"
REQUIREMENT_TYPE = "http://adlnet.gov/expapi/activities/objective"


def course_iri(public_url: str, course: str) -> str:
    """Return the xAPI activity id of a course."""
    return f"{public_url}/id/course/{course}"


def activity_iri(public_url: str, course: str, activity: str) -> str:
    """Return the xAPI activity id of one activity of a course; its parts lie under it ('…/part', '…?subContentId=')."""
    return f"{course_iri(public_url, course)}/activity/{activity}"


def session_iri(public_url: str, place: str) -> str:
    """Return the xAPI activity id of a session ('<class code>:<session key>')."""
    return f"{public_url}/id/session/{place}"


def requirement_iri(public_url: str, enrolment_id: int, requirement: str) -> str:
    """Return the xAPI activity id of a requirement of one enrolment."""
    return f"{public_url}/id/enrolment/{enrolment_id}/requirement/{requirement}"


def actor_of(public_url: str, account: str) -> dict[str, object]:
    """Return a person as xAPI agent: an account at this site whose name is an opaque id, never a name or an identity number."""
    return {"objectType": "Agent", "account": {"homePage": public_url, "name": account}}


def player_authority(public_url: str) -> dict[str, object]:
    """Return the agent under whose authority content speaks through the player: believed on completion, never on time."""
    return {"objectType": "Agent", "account": {"homePage": public_url, "name": "player"}}


def lms_authority(public_url: str) -> dict[str, object]:
    """Return the agent under whose authority the LMS itself states what it measured."""
    return {"objectType": "Agent", "account": {"homePage": public_url, "name": "lms"}}
