"""Assemble the whole application, flat and in order. Only `lms.cli` and `lms.wsgi` import this."""

from collections.abc import Callable
from typing import Any

from flask import Flask

import xapi
from lms import celery_app, db, i18n, storage
from lms import clock as clock_module
from lms.access_log import tasks as access_log
from lms.accounts import access, signin
from lms.accounts import tasks as accounts_tasks
from lms.accounts import views as accounts
from lms.accounts.access import public
from lms.accounts.signin import csrf
from lms.audit import tasks as audit
from lms.audit import views as ledger_checks
from lms.bulk import job as bulk_job
from lms.bulk import views as bulk
from lms.catalogue import publish_job
from lms.catalogue import tasks as catalogue_tasks
from lms.catalogue import views as catalogue
from lms.certification import views as certification
from lms.certification.views import appeals, reviews
from lms.classes import usage
from lms.clock import Clock, system_clock
from lms.config import Settings
from lms.crediting import tasks as crediting
from lms.db import Database
from lms.federation.forwarding import loop
from lms.federation.forwarding import tasks as forwarding
from lms.federation.forwarding import views as forwards
from lms.federation.importing import tasks as importing
from lms.federation.importing import views as imports
from lms.home import accesses, calendar, check_in
from lms.home import tasks as home_tasks
from lms.home import views as home
from lms.jobs import tasks as jobs_tasks
from lms.jobs import views as jobs
from lms.learning import fast_path as beats
from lms.learning import tasks as learning_tasks
from lms.learning import views as learning
from lms.learning.runtimes.cmi5 import sweeping as cmi5_sweeping
from lms.learning.runtimes.cmi5 import views as cmi5
from lms.learning.runtimes.cmi5.access import BASIC_NAME, authenticate
from lms.lifetime import elsewhere_views as lifetime
from lms.office import export, people_job, reread_job, roster_job
from lms.office import views as office
from lms.office.views import organisations as organisation_pages
from lms.office.views import people as own_teachers
from lms.paths import TEMPLATES
from lms.personal_copy import making
from lms.personal_copy import views as personal_copy
from lms.practice import views as practice
from lms.printing import typesetting
from lms.privacy.erasure import tasks as erasure
from lms.privacy.erasure import views as erasure_pages
from lms.privacy.retention import tasks as retention
from lms.privacy.retention import views as retention_pages
from lms.records import export as records_export
from lms.records import partitions
from lms.records import views as records
from lms.transcripts import views as transcripts
from lms.tutoring import question_views as tutoring
from lms.web import addresses, compressing, fast_path, health, hosts, logs, own_files, pages, refusals
from lms.web.fast_path import FastPath
from lms.workshop import intake_job, library_views
from lms.workshop import publish_job as draft_publish_job
from lms.workshop import tasks as workshop_tasks
from lms.workshop import views as workshop
from lms.workshop.views import authoring
from xapi.fast_path import FastStatements

SCHEDULE = {
    **accounts_tasks.SCHEDULE,
    **learning_tasks.SCHEDULE,
    **cmi5_sweeping.SCHEDULE,
    **crediting.SCHEDULE,
    **home_tasks.SCHEDULE,
    **jobs_tasks.SCHEDULE,
    **catalogue_tasks.SCHEDULE,
    **partitions.SCHEDULE,
    **forwarding.SCHEDULE,
    **importing.SCHEDULE,
    **erasure.SCHEDULE,
    **retention.SCHEDULE,
    **audit.SCHEDULE,
    **access_log.SCHEDULE,
    **workshop_tasks.SCHEDULE,
}
PAGES = (
    *(home, calendar, check_in, accesses, practice, transcripts, office, own_teachers, organisation_pages),
    *(certification, reviews, appeals, bulk, tutoring, workshop, authoring, library_views),
    lifetime,
    personal_copy,
    *(records, forwards, imports, erasure_pages, retention_pages, ledger_checks),
)
JOB_KINDS = {
    **publish_job.KINDS,
    **intake_job.KINDS,
    **draft_publish_job.KINDS,
    **export.KINDS,
    **roster_job.KINDS,
    **people_job.KINDS,
    **reread_job.KINDS,
    **bulk_job.KINDS,
    **records_export.KINDS,
    **making.KINDS,
}


class _Lms(Flask):
    """Flask without the check, a dozen times in every request, whether a view or hook is a coroutine: none of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function unchanged."""
        return func


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """Build the application for `settings`; tests pass a clock of their own."""
    app = _Lms("lms", template_folder=str(TEMPLATES))
    app.extensions["settings"] = settings
    clock_module.init_app(app, clock)
    db.init_app(app, settings)
    storage.init_app(app, settings)
    typesetting.use_fonts(settings.document_fonts)
    celery_app.init_app(app, settings, SCHEDULE)
    addresses.init_app(app)
    logs.init_app(app)
    compressing.init_app(app)
    hosts.init_app(app, settings)
    i18n.init_app(app)
    own_files.init_app(app)
    access.init_app(app)  # first, so that no body is read from a client without access; the check for forged forms reads it all
    signin.init_app(app, settings)
    accounts.init_app(app)
    refusals.init_app(app)
    pages.init_app(app)
    usage.init_app(app)
    library_views.init_app(app)
    crediting.init_app(app)
    loop.init_app(app, settings)
    _record_store(app, settings, clock)
    app.register_blueprint(health.bp)
    app.register_blueprint(catalogue.bp)
    learning.init_app(app, settings)
    app.register_blueprint(cmi5.bp)
    jobs.init_app(app, JOB_KINDS)
    for blueprint in dict.fromkeys(one.bp for one in PAGES):  # several packages share the blueprint of the records pages
        app.register_blueprint(blueprint)
    plain: FastStatements = app.extensions["xapi_early"]
    fast_path.init_app(app, settings, {plain.path: FastPath("xapi.statements", plain), **beats.fast_paths(app, settings)})
    return app


def _record_store(app: Flask, settings: Settings, clock: Clock) -> None:
    """Mount the record store. Its requests have their own credentials: Basic keys and launch tokens."""
    database: Database = app.extensions["db"]
    mounted = xapi.init_app(
        app,
        sessions=database.writer,
        readers=database.reader,
        authenticate=authenticate,
        clock=clock,
        home_page=settings.public_url,
        mark=public,
        documents=xapi.Quota(xapi.DOCUMENTS.number, settings.learner_documents_mb * 2**20),
        key_storage=settings.key_storage_mb * 2**20,
        token_name=BASIC_NAME,
    )
    csrf.exempt(mounted)
