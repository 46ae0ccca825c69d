"""What the two demo offices were given: the real result of the document's year, and a neighbour's invented years."""

from datetime import date
from decimal import Decimal

from assessments import results
from assessments.results import Announced
from demo import clock
from organization.models import Organization, User

#: As printed where the figures close the means and the total; see the checker's proof of the document.
REAL = (2564, "94.86 88.01 92.16 86.95 88.27 97.26 97.83 97.36 79.42 50.00")
REAL_ANNOUNCED = Announced(
    Decimal("82.14"), "B", {"IIT": Decimal("90.05"), "EIT": Decimal("97.49"), "OIT": Decimal("64.71")}
)
#: Invented, for the invented neighbour.
INVENTED = (
    (2562, "86.12 78.45 84.90 76.31 80.27 83.55 75.40 79.18 68.25 62.50", None),
    (2563, "90.04 83.76 89.15 80.92 85.33 88.21 80.64 84.07 77.50 75.00", date(2020, 9, 10)),
    (2564, "93.48 87.20 92.65 85.71 88.94 91.36 86.02 87.79 88.00 87.50", date(2021, 8, 31)),
)


def record(office: Organization, neighbour: Organization) -> None:
    """Every year by the office's own head of office, on the demo's first morning."""
    year, scores = REAL
    keeper = User.objects.get(organization=office, username="head_of_office")
    results.record(office, year, keeper, _numbered(scores), REAL_ANNOUNCED, now=clock.START)
    other = User.objects.get(organization=neighbour, username="outsider")
    for year, scores, day in INVENTED:
        results.record(neighbour, year, other, _numbered(scores), Announced(day=day), now=clock.START)


def _numbered(scores: str) -> dict[int, Decimal]:
    return {number: Decimal(score) for number, score in enumerate(scores.split(), 1)}
