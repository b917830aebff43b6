"""Form fields for another record store: its address and a credential."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from lms.errors import FieldProblem


class StoreForm(FlaskForm):  # type: ignore[misc]
    """The address, key and secret of another record store."""

    endpoint = StringField(_l("Address of the record store"), validators=[DataRequired(_l("Give its address."))])
    key = StringField(_l("Key (user name)"), validators=[DataRequired(_l("Give the key that the other store gave you."))])
    secret = PasswordField(_l("Secret (password)"), validators=[InputRequired(_l("Give the key's secret."))])

    def show_problems(self, problems: Sequence[FieldProblem]) -> None:
        """Show each problem at its field."""
        for problem in problems:
            self[problem.field].errors = [*self[problem.field].errors, problem.words]
