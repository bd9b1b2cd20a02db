"""Choosing a row of the database from a list."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class RowChoiceField(forms.ModelChoiceField):
    """Says the field's own sentence also where what came cannot be an id at all."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            ) from None
