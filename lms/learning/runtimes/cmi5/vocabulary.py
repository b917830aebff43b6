"""The words of cmi5: its verbs, categories, extensions and documents, each an IRI or a name (cmi5 9, 10, 11)."""

ADL = "http://adlnet.gov/expapi/verbs"
LAUNCHED, INITIALIZED, COMPLETED, PASSED, FAILED, TERMINATED = (
    f"{ADL}/{name}" for name in ("launched", "initialized", "completed", "passed", "failed", "terminated")
)
ABANDONED, WAIVED, SATISFIED = (f"https://w3id.org/xapi/adl/verbs/{name}" for name in ("abandoned", "waived", "satisfied"))
VOIDED = f"{ADL}/voided"
OF_UNITS = frozenset({INITIALIZED, COMPLETED, PASSED, FAILED, TERMINATED})  # which a unit states
OF_LMS = frozenset({LAUNCHED, ABANDONED, WAIVED, SATISFIED})
RESULTS = frozenset({COMPLETED, PASSED, FAILED})

CMI5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon"
_CONTEXT = "https://w3id.org/xapi/cmi5/context/extensions"
SESSION_ID, MASTERY_SCORE, LAUNCH_MODE, LAUNCH_URL, MOVE_ON_SAID, LAUNCH_PARAMETERS = (
    f"{_CONTEXT}/{name}" for name in ("sessionid", "masteryscore", "launchmode", "launchurl", "moveon", "launchparameters")
)
REASON = "https://w3id.org/xapi/cmi5/result/extensions/reason"
COURSE_TYPE = "https://w3id.org/xapi/cmi5/activitytype/course"
BLOCK_TYPE = "https://w3id.org/xapi/cmi5/activitytype/block"

LAUNCH_DATA = "LMS.LaunchData"
PREFERENCES = "cmi5LearnerPreferences"
NORMAL, BROWSE, REVIEW = "Normal", "Browse", "Review"
MODES = (NORMAL, BROWSE, REVIEW)
