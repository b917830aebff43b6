"""With which fields does somebody say where another record store is, and by which credential?"""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired


class StoreForm(FlaskForm):  # type: ignore[misc]
    """Address, key, secret."""

    endpoint = StringField(_l("Address of the record store"), validators=[DataRequired(_l("Give its address."))])
    key = StringField(_l("Key (user name)"), validators=[DataRequired(_l("Give the key that the other store gave you."))])
    secret = PasswordField(_l("Secret (password)"), validators=[InputRequired(_l("Give the key's secret."))])

    def tell(self, problems: Sequence[str]) -> None:
        """Put each problem at its field: `field: what is wrong`."""
        for problem in problems:
            name, _colon, said = problem.partition(": ")
            self[name].errors = [*self[name].errors, said]
