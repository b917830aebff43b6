"""All tables of the LMS. Importing this module loads every model, for migrations and tests."""

from lms.access_log import models as access_log
from lms.accounts import models as accounts
from lms.attendance import models as attendance
from lms.audit import models as audit
from lms.catalogue import models as catalogue
from lms.certification import models as certification
from lms.classes import models as classes
from lms.crediting import models as crediting
from lms.db import Base
from lms.federation.forwarding import models as forwarding
from lms.federation.importing import models as importing
from lms.heartbeat import WorkerHeartbeat
from lms.jobs import models as jobs
from lms.learning import models as learning
from lms.lifetime import models as lifetime
from lms.practice import models as practice
from lms.printing import models as printing
from lms.privacy.erasure import models as erasure
from lms.privacy.retention import models as retention
from lms.programmes import models as programmes
from lms.signing import models as signing
from lms.workshop import models as workshop

MODULES = (
    access_log,
    accounts,
    attendance,
    audit,
    catalogue,
    certification,
    classes,
    crediting,
    erasure,
    forwarding,
    importing,
    jobs,
    learning,
    lifetime,
    practice,
    printing,
    programmes,
    retention,
    signing,
    workshop,
    WorkerHeartbeat,
)
METADATA = Base.metadata
