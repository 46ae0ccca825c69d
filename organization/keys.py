"""A link to choose a password: one of its own for each person, good once and for PASSWORD_RESET_TIMEOUT seconds."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from organization.models import User


def path_for(person: User) -> str:
    """Made when it is asked for and kept nowhere; a new password, a sign-in or a new address makes it worthless."""
    key = default_token_generator.make_token(person)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})
