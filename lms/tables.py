"""Which tables does the LMS have? Importing this module makes every model known, for migrations and for tests."""

from lms.accounts import models as accounts
from lms.catalogue import models as catalogue
from lms.classes import models as classes
from lms.crediting import models as crediting
from lms.db import Base
from lms.heart import WorkerHeartbeat
from lms.jobs import models as jobs
from lms.learning import models as learning
from lms.programmes import models as programmes
from lms.records.erasure import models as erasure
from lms.records.forwarding import models as forwarding
from lms.records.importing import models as importing
from lms.records.retention import models as retention

MODULES = (accounts, catalogue, classes, crediting, erasure, forwarding, importing, jobs, learning, programmes, retention, WorkerHeartbeat)
METADATA = Base.metadata
