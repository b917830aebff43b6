"""The xAPI vocabulary of the LMS: verbs, activity types and extensions, each an IRI."""

OURS = "https://training-hours.example/xapi"  # reserved by RFC 2606: an identifier, not an address

LAUNCH = f"{OURS}/extensions/launch"  # context: id (UUID) of the launch, set by the server
# context: when the launch was opened, set by the server, so that the store alone is enough to compute hours
OPENED = f"{OURS}/extensions/opened"
DEVICE = f"{OURS}/extensions/device"  # context: the kind of device of a launch, set by the server
MOVE_ON = f"{OURS}/extensions/move-on"  # context: the moveOn of a cmi5 unit, set by the server: either result may complete it
# context: who decides that the activity is completed, in the version that was launched; set by the server: "content" or "checks"
DECIDES = f"{OURS}/extensions/decides"
CHECKS = f"{OURS}/extensions/checks"  # result: what the site had judged right when it stated `completed`: check → digest of its answer
STRETCH = f"{OURS}/extensions/stretch"  # context: {"from": …, "to": …}, one stretch of measured presence, set by the server

ANCHORED = f"{OURS}/verbs/anchored"  # written only by the LMS: the nightly anchor of the ledger, for other stores
ANCHOR = f"{OURS}/extensions/anchor"  # result: the anchor's line

PRESENT = f"{OURS}/verbs/was-present"  # written only by the server, for one closed stretch

# Written only by the LMS, for attestations; ATTESTED has the details.
ATTENDED = "http://adlnet.gov/expapi/verbs/attended"
TASK_ACCEPTED = f"{OURS}/verbs/had-task-accepted"
LOG_ACCEPTED = f"{OURS}/verbs/had-log-accepted"
WAIVED = "https://w3id.org/xapi/adl/verbs/waived"
REVIEWED = f"{OURS}/verbs/was-reviewed"  # a flagged session of an activity was released or refused
CREDITED_ELSEWHERE = f"{OURS}/verbs/was-credited-elsewhere"  # hours earned elsewhere were approved; they concern no enrolment
ATTESTATIONS = frozenset({ATTENDED, TASK_ACCEPTED, LOG_ACCEPTED, WAIVED, REVIEWED})
ATTESTED = f"{OURS}/extensions/attested"  # context: the enrolment, the session or requirement, and the amount

COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
PASSED = "http://adlnet.gov/expapi/verbs/passed"
FAILED = "http://adlnet.gov/expapi/verbs/failed"
ANSWERED = "http://adlnet.gov/expapi/verbs/answered"
CONSUMED = frozenset(  # the forms that H5P and others write
    {"http://activitystrea.ms/schema/1.0/consume", "http://activitystrea.ms/consume", "http://adlnet.gov/expapi/verbs/consumed"}
)
ENDING = CONSUMED | {ANSWERED}  # with `completion`, they mean that the activity itself is completed
TERMINATED = "http://adlnet.gov/expapi/verbs/terminated"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
ATTEMPTED = "http://adlnet.gov/expapi/verbs/attempted"  # this and the next four prove nothing; pages have words for them
INITIALIZED = "http://adlnet.gov/expapi/verbs/initialized"
INTERACTED = "http://adlnet.gov/expapi/verbs/interacted"
PROGRESSED = "http://adlnet.gov/expapi/verbs/progressed"
EXPERIENCED = "http://adlnet.gov/expapi/verbs/experienced"
PLAYED = "https://w3id.org/xapi/video/verbs/played"
PAUSED = "https://w3id.org/xapi/video/verbs/paused"
SEEKED = "https://w3id.org/xapi/video/verbs/seeked"

PLAYED_SEGMENTS = "https://w3id.org/xapi/video/extensions/played-segments"
PAGES_SEEN = f"{OURS}/extensions/pages-seen"  # result: the pages of a document that were seen so far, such as "1-5,8"
SPEED = "https://w3id.org/xapi/video/extensions/speed"

COURSE_TYPE = "http://adlnet.gov/expapi/activities/course"
ACTIVITY_TYPE = "http://adlnet.gov/expapi/activities/lesson"
SESSION_TYPE = "http://adlnet.gov/expapi/activities/meeting"
REQUIREMENT_TYPE = "http://adlnet.gov/expapi/activities/objective"


def course_iri(public_url: str, course: str) -> str:
    """Return the xAPI activity id of a course."""
    return f"{public_url}/id/course/{course}"


def activity_iri(public_url: str, course: str, activity: str) -> str:
    """Return the xAPI activity id of one activity of a course; ids of its parts begin with it ('…/part', '…?subContentId=')."""
    return f"{course_iri(public_url, course)}/activity/{activity}"


def session_iri(public_url: str, place: str) -> str:
    """Return the xAPI activity id of a session ('<class code>:<session key>')."""
    return f"{public_url}/id/session/{place}"


def requirement_iri(public_url: str, enrolment_id: int, requirement: str) -> str:
    """Return the xAPI activity id of a requirement of one enrolment."""
    return f"{public_url}/id/enrolment/{enrolment_id}/requirement/{requirement}"


def actor_of(public_url: str, account: str) -> dict[str, object]:
    """Return a person as xAPI agent: an account at this site with an opaque id, never a name or an identity number."""
    return {"objectType": "Agent", "account": {"homePage": public_url, "name": account}}


def player_authority(public_url: str) -> dict[str, object]:
    """Return the authority of statements that content sends through the player: trusted for completion, never for time."""
    return {"objectType": "Agent", "account": {"homePage": public_url, "name": "player"}}


def lms_authority(public_url: str) -> dict[str, object]:
    """Return the authority of statements of the LMS's own measurements."""
    return {"objectType": "Agent", "account": {"homePage": public_url, "name": "lms"}}
