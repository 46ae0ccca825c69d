"""Who may do what to a memo today. One rule, two faces: `why_not` for buttons, `require` for services."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from memo_flow.lifecycle import WRITABLE, State
from memo_flow.models import Action, Memo, Step
from memo_flow.queries import visible_to
from organization.models import Position, Role, User
from organization.refusals import NotNow, Refused
from organization.seats import Seat, Seats, seat_at, seats_of

#: Who may take over a step of each action: an approval stays with those who can approve for the office.
MAY_TAKE = {
    Action.APPROVE: (Role.MAYOR, Role.DEPUTY_MAYOR, Role.PERMANENT_SECRETARY),
    Action.ENDORSE: (
        Role.PERMANENT_SECRETARY,
        Role.DEPUTY_PERMANENT_SECRETARY,
        Role.DEPUTY_MAYOR,
        Role.MAYOR,
        Role.HEAD_OF_OFFICE,
        Role.DIVISION_HEAD,
    ),
}

#: Acts by right of a seat in the office, which does not say whether its holder sees the memo.
OF_THE_OFFICE = ("reassign", "nudge", "draw_up", "follow_up")


def why_not(
    user: User, verb: str, memo: Memo, on: date, *, step: Step | None = None, seats: Seats | None = None
) -> str | None:
    """A sentence saying why this person may not do this to the memo now; None when they may."""
    try:
        require(user, verb, memo, on=on, step=step, seats=seats)
    except (Refused, NotNow) as refusal:
        return str(refusal)
    except Memo.DoesNotExist:
        return _("There is no such memo.")
    return None


def require(
    user: User, verb: str, memo: Memo, *, on: date, step: Step | None = None, seats: Seats | None = None
) -> Seat:
    """The seat in which this person may do it.

    Raises Memo.DoesNotExist (invisible: 404), Refused (visible but not yours: 403) or NotNow (409). A page that has
    fetched the memo through visible_to and the reader's `seats` gives them, and nothing is asked of the database.
    """
    if memo.organization_id != user.organization_id:
        raise Memo.DoesNotExist
    try:
        seat = _seat_for(user, verb, memo, on, step, seats)
    except (Refused, NotNow):
        if seats is None:
            _require_visible(user, memo, on)
        raise
    if verb in OF_THE_OFFICE and seats is None:  # rights that do not come from the memo itself
        _require_visible(user, memo, on)
    return seat


def _seat_for(user: User, verb: str, memo: Memo, on: date, step: Step | None, seats: Seats | None) -> Seat:
    if verb == "decide":
        return _decide(user, memo, step, on, seats)
    if verb == "acknowledge":
        return _acknowledge(memo, seats_of(user, on) if seats is None else seats)
    if verb == "reassign":
        return _reassign(memo, seats_of(user, on) if seats is None else seats)
    if verb == "nudge":
        return _nudge(memo, step, seats_of(user, on) if seats is None else seats)
    if verb == "draw_up":
        return _draw_up(memo, seats_of(user, on) if seats is None else seats)
    if verb == "follow_up":
        return _follow_up(memo, seats_of(user, on) if seats is None else seats)
    return _author(user, verb, memo, on, seats)


def _at(user: User, position: Position, memo: Memo, on: date, seats: Seats | None) -> Seat | None:
    kind = memo.kind.code
    return seat_at(user, position, on, kind) if seats is None else seats.at(position.pk, kind)


def _require_visible(user: User, memo: Memo, on: date) -> None:
    if not visible_to(user, on).filter(pk=memo.pk).exists():
        raise Memo.DoesNotExist


def _author(user: User, verb: str, memo: Memo, on: date, seats: Seats | None) -> Seat:
    seat = _at(user, memo.author_position, memo, on, seats)
    if seat is None and memo.author_id == user.pk:  # an author who has moved signs in today's chair
        own = seats_of(user, on) if seats is None else seats
        seat = next((one for one in own if one.acting is None), None)
    if seat is None:
        raise Refused(_("Only the author of this memo, or who holds the author's position today, may do this."))
    allowed = {
        "edit": WRITABLE,
        "submit": WRITABLE,
        "withdraw": (State.IN_REVIEW, State.RETURNED),
        "discard": (State.DRAFT,),
    }[verb]
    if memo.state not in allowed:
        raise NotNow(_("The memo is now “%(state)s”: this cannot be done.") % {"state": memo.get_state_display()})
    return seat


def _decide(user: User, memo: Memo, step: Step | None, on: date, seats: Seats | None) -> Seat:
    if step is None or not step.is_open or memo.state != State.IN_REVIEW:
        raise NotNow(_("This step has been decided already, or the memo no longer waits for it."))
    seat = _at(user, step.position, memo, on, seats)
    if seat is None:
        raise Refused(
            _("The memo waits for %(position)s, and that is not your seat today.") % {"position": step.position}
        )
    return seat


def one_person_one_step(user: User, mine: Step, steps: Iterable[Step]) -> None:
    """Raises Refused when this person has answered another step of the round, unless the route allows it here."""
    if not mine.same_person and any(s.decided_by == user.pk for s in steps if s.pk != mine.pk):  # type: ignore[attr-defined]
        raise Refused(_("You have decided on another step of this memo; one person may not fill both."))


def _acknowledge(memo: Memo, seats: Seats) -> Seat:
    for position in memo.circulations.values_list("position_id", flat=True):
        if seat := seats.at(position, memo.kind.code):
            return seat
    raise Refused(_("This memo was not circulated to you."))


def _reassign(memo: Memo, seats: Seats) -> Seat:
    refusal = _("Only the head of office or the permanent secretary may pass a step on.")
    return _of_the_office(memo, seats, State.IN_REVIEW, refusal)


def _nudge(memo: Memo, step: Step | None, seats: Seats) -> Seat:
    refusal = _("Only the head of office reminds by hand of a decision that waits.")
    seat = _of_the_office(memo, seats, State.IN_REVIEW, refusal, Role.HEAD_OF_OFFICE)
    if step is None or not step.is_open:
        raise NotNow(_("This step has been decided already, or the memo no longer waits for it."))
    if seats.at(step.position_id, memo.kind.code):
        raise Refused(_("The memo waits for you yourself."))
    return seat


def _draw_up(memo: Memo, seats: Seats) -> Seat:
    """A paper about an approved memo as things stand: its notice."""
    refusal = _("Only the head of office or the permanent secretary may draw up this paper.")
    return _of_the_office(memo, seats, State.APPROVED, refusal)


def _follow_up(memo: Memo, seats: Seats) -> Seat:
    """A memo on what became of an approved one's measures; the permanent secretary is asked about it."""
    refusal = _("Only the head of office may draw up a follow-up memo.")
    return _of_the_office(memo, seats, State.APPROVED, refusal, Role.HEAD_OF_OFFICE)


def _of_the_office(
    memo: Memo,
    seats: Seats,
    state: State,
    refusal: str,
    *roles: Role,
) -> Seat:
    seat = seats.with_role(*(roles or (Role.HEAD_OF_OFFICE, Role.PERMANENT_SECRETARY)))
    if seat is None:
        raise Refused(refusal)
    if memo.state != state:
        raise NotNow(_("The memo is now “%(state)s”: this cannot be done.") % {"state": memo.get_state_display()})
    return seat
