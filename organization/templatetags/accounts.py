"""In a letter alone: the secret link that is made when its text is written."""

from django import template

from organization import keys
from organization.models import User

register = template.Library()


@register.filter
def password_path(person: User) -> str:
    """Where this person chooses a password."""
    return keys.path_for(person)
