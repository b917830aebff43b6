"""The style guide: all components in every state. `python -m tests.browser.styleguide 5099` serves it.

It is a small application around the product's own templates, with invented data; the product has no such route.
"""

import sys
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, Response, flash, render_template, render_template_string, request, session
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, FileField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired

from lms import i18n
from lms.i18n import pick

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
POLLED = """{% import "macros/ui.html" as ui %}{{ ui.job_progress(job, "Export", "/jobs/" ~ job.id, download_url="#") }}"""
MENU = (
    ("home", "我的学时", "My hours", "hours"),
    ("courses", "课程", "Courses", "courses"),
    ("classes", "班级", "Classes", "classes"),
    ("jobs", "后台任务", "Background work", "jobs"),
)


def _form() -> FlaskForm:
    class Registration(FlaskForm):
        name = StringField(
            pick("姓名", "Name"), [InputRequired(pick("请填写姓名，例如“王秀兰”或“Jane Smith”。", "Write your name, for example 王秀兰."))]
        )
        email = EmailField(
            pick("电子邮箱", "E-mail"),
            [Email(pick("这不像邮箱地址，例如 name@school.example。", "This is not an e-mail address. Example: name@school.example."))],
        )
        track = SelectField(
            pick("类别", "Track"),
            [InputRequired()],
            choices=[SelectChoice("p", pick("小学", "Primary")), SelectChoice("j", pick("初中", "Junior"))],
        )
        stage = RadioField(
            pick("任教阶段", "Stage"),
            [InputRequired(pick("请选择一项。", "Choose one."))],
            choices=[SelectChoice("1", pick("小学", "Primary")), SelectChoice("2", pick("初中", "Junior"))],
        )
        subjects = SelectMultipleField(
            pick("学科", "Subjects"),
            choices=[SelectChoice("m", pick("数学", "Mathematics")), SelectChoice("c", pick("语文", "Chinese"))],
            widget=widgets.ListWidget(),
            option_widget=widgets.CheckboxInput(),
        )
        about = TextAreaField(pick("说明", "About"))
        package = FileField(pick("课程包", "Course package"))
        agree = BooleanField(
            pick("我已阅读承诺书", "I have read the pledge"), [InputRequired(pick("请先阅读并同意。", "Please read and agree."))]
        )

    form = Registration(formdata=MultiDict({"email": "name@", "track": "p"}))
    form.validate()
    return form


def _jobs() -> list[SimpleNamespace]:
    states = (("queued", 0, 0), ("running", 21, 50), ("done", 50, 50), ("failed", 21, 50), ("cancelled", 30, 50))
    said = {"failed": pick("存储空间不足；已完成的 21 份仍然保留。", "The disk is full; the 21 finished ones are kept.")}
    return [
        SimpleNamespace(
            id=number, state=state, done=done, total=total, message=said.get(state, ""), result_name="class-1.zip", cancel_asked=False
        )
        for number, (state, done, total) in enumerate(states, 1)
    ]


def create_styleguide() -> Flask:
    """Build the small application; the address accepts ?lang=en, ?out (signed out), ?flash."""
    app = Flask("lms", template_folder=str(TEMPLATES))
    app.config.update(SECRET_KEY="style guide only", WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    i18n.init_app(app)
    app.jinja_env.globals["static"] = lambda name: f"{app.static_url_path}/{name}"
    for name, *_rest in MENU:
        app.add_url_rule(f"/{name}", name, lambda: "")
    app.add_url_rule("/locale", "web.set_locale", lambda: "", methods=["POST"])
    app.add_url_rule("/logout", "security.logout", lambda: "", methods=["POST"])
    app.add_url_rule("/login", "security.login", lambda: "")
    app.before_request(_as_asked)
    app.context_processor(_frame)
    app.add_url_rule("/", "styleguide", lambda: render_template("styleguide.html", form=_form(), jobs=_jobs()))
    app.add_url_rule(
        "/error",
        "error",
        lambda: render_template(
            "errors/error.html",
            status=404,
            title=pick("没有找到", "Not found"),
            detail=pick("这个地址没有内容，或者不属于您。", "There is nothing here, or it is not yours."),
            problems=[],
        ),
    )
    app.add_url_rule("/jobs/<int:number>", "job", _job)
    app.after_request(_strict)
    return app


def _job(number: int) -> str:
    """Answer a poll: the first job is ready, the second still runs."""
    job = next(job for job in _jobs() if job.state == ("done" if number == 1 else "running"))
    job.id = number
    return render_template_string(POLLED, job=job)


def _as_asked() -> None:
    if "lang" in request.args:
        session["locale"] = "en" if request.args["lang"] == "en" else "zh_Hans_CN"
    if "flash" in request.args:
        flash(pick("已保存。", "Saved."), "success")


def _frame() -> dict[str, object]:
    items = [{"endpoint": name, "label": pick(zh, en), "icon": icon, "active": name == "home"} for name, zh, en, icon in MENU]
    person = SimpleNamespace(is_authenticated=request.args.get("out") is None, name=pick("李晓梅", "Li Xiaomei"))
    return {"nav_items": items if person.is_authenticated else [], "product_name": pick("研时", "Yanshi"), "current_user": person}


def _strict(response: Response) -> Response:
    """Send the product's content security policy, so that an inline style or script fails here first."""
    response.headers["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return response


if __name__ == "__main__":
    create_styleguide().run(port=int(sys.argv[1]) if len(sys.argv) > 1 else 5099)
