"""Letters marked as sent, each by a statement of its own, without waiting for the database's answer.

On PostgreSQL the mark has left for the database before the next mail is begun, and its answer is read while the mail
server thinks. A worker killed in between loses no mark: the database has it. It is committed without waiting for the
disk, so only a database machine that loses power may have a mail of its last moments repeated. Planned once for a
connection, it costs the database half.
"""

from datetime import datetime
from typing import Any
from weakref import WeakSet

from django.db import DatabaseError, connection
from django.db.models import Q
from psycopg import pq

from notifications.composing import DIGEST
from notifications.models import Letter

_SENT = b"""
UPDATE notifications_letter SET sent_at = $1, sent_to = $2, subject = $3, text = $4, error = ''
FROM (SELECT set_config('synchronous_commit', 'off', true)) AS without_waiting
WHERE id = $5 AND lease = $6 AND sent_at IS NULL AND voided_at IS NULL
"""
_NAME = b"mark_of_a_letter"
_PREPARED = WeakSet[Any]()  # the connections that know it


class Marks:
    """The marks of one post office; `settle` before anything else is asked of the database."""

    def __init__(self) -> None:
        self._asked: Any = None

    def sent(self, letter: Letter, *, now: datetime) -> None:
        """This letter has left with these words, and with a digest all it encloses, in one statement."""
        self.settle()
        to = letter.recipient.email
        if letter.event == DIGEST:
            carried(letter).update(sent_at=now, sent_to=to, error="")
            return
        if connection.vendor != "postgresql":
            carried(letter).update(sent_at=now, sent_to=to, subject=letter.subject, text=letter.text, error="")
            return
        said = (now.isoformat(), to, letter.subject, letter.text, str(letter.pk), str(letter.lease))
        self._asked = _prepared()
        self._asked.send_query_prepared(_NAME, [one.encode() for one in said])
        while self._asked.flush():
            pass

    def settle(self) -> None:
        """Read the answer to the last mark. Raises DatabaseError when it was not taken."""
        asked, self._asked = self._asked, None
        refused = ""
        while asked is not None and (answer := asked.get_result()) is not None:  # to the end, or nothing else is taken
            if answer.status != pq.ExecStatus.COMMAND_OK:
                refused = answer.get_error_message()
        if refused:
            raise DatabaseError(refused)


def _prepared() -> Any:
    """The raw connection, which knows the statement."""
    connection.ensure_connection()
    raw = connection.connection
    if raw not in _PREPARED:
        answer = raw.pgconn.prepare(_NAME, _SENT)
        if answer.status != pq.ExecStatus.COMMAND_OK:
            raise DatabaseError(answer.get_error_message())
        _PREPARED.add(raw)
    return raw.pgconn


def carried(letter: Letter) -> Any:
    """This letter and those it encloses, while its lease is ours and nothing has become of them."""
    mine = Q(pk=letter.pk, lease=letter.lease)
    if letter.event == DIGEST:
        mine |= Q(digest=letter.pk, digest__lease=letter.lease)
    return Letter.objects.filter(mine, sent_at=None, voided_at=None)
