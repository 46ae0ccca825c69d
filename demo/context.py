from typing import Any

from django.http import HttpRequest

from demo import clock


def bar(request: HttpRequest) -> dict[str, Any]:
    """The demo bar's clock; asked only by pages that show it."""
    return {"demo_bar": True, "demo_now": clock.now}
