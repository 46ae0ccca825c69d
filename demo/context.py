from typing import Any

from django.http import HttpRequest

from demo import clock, office


def bar(request: HttpRequest) -> dict[str, Any]:
    """The demo bar's clock, and the accounts for the sign-in page; asked only by pages that show them."""
    acting = {"starts_on": office.ACTING_WEEK[0], "ends_on": office.ACTING_WEEK[1], "order": office.ACTING_ORDER}
    return {
        "demo_bar": True,
        "demo_now": clock.now,
        "demo_accounts": office.accounts,
        "demo_password": office.PASSWORD,
        "demo_acting": acting,
    }
