"""The viewflow flow: one review node in a loop over a memo's groups of Steps, so that a route is data.

viewflow moves the pen; our Steps say whose turn it is, so nothing here assigns a task to anyone. The class path and
the node names are stored in viewflow's rows: rename them only by a migration (a test pins them).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from viewflow import this
from viewflow.workflow import STATUS, flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Edge
from viewflow.workflow.exceptions import FlowRuntimeError
from viewflow.workflow.models import Process, Task
from viewflow.workflow.nodes.view import ViewActivation

from memo_flow.models import Memo
from organization.models import User

_HELD: ContextVar[bool] = ContextVar("memo_row_is_held", default=False)
_OPENED: ContextVar[Task] = ContextVar("task_opened_last")  # viewflow makes it and hands it to nobody


@contextmanager
def held() -> Iterator[None]:
    """Say that the memo's row is locked by us already, so that viewflow need not lock it again."""
    token = _HELD.set(True)
    try:
        yield
    finally:
        _HELD.reset(token)


class MemoLock:
    """viewflow's lock is the memo's row, which our services hold (and have loaded) before they come here."""

    @contextmanager
    def __call__(self, flow_class: Any, process_pk: int) -> Iterator[None]:
        with transaction.atomic():
            if not _HELD.get():
                list(Memo.objects.select_for_update(of=("self",)).filter(process_id=process_pk).values_list("pk"))
            yield


class ReviewActivation(ViewActivation):
    """The exit travels in memory: it is already a Decision row, so process.data keeps no copy of it."""

    exit = "done"

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Any]:
        yield self.flow_task.exits[self.exit]._create(self, self.task.token)

    @Activation.status.transition(source=[STATUS.CANCELED, STATUS.ERROR], target=STATUS.REVIVED)
    def revive(self) -> Any:
        raise FlowRuntimeError("A turn is never revived: the memo is submitted again.")


class Review(flow.View):
    """A human task with several exits: no gateway rows between one group and the next."""

    activation_class = ReviewActivation

    def __init__(self) -> None:
        super().__init__(None)
        self.exits: dict[str, Any] = {}

    def On(self, **exits: Any) -> "Review":
        self.exits = exits
        return self

    def _resolve(self, instance: Any) -> None:
        super()._resolve(instance)
        self.exits = {name: this.resolve(instance, node) for name, node in self.exits.items()}

    def _outgoing(self) -> Iterator[Edge]:
        for name, node in self.exits.items():
            yield Edge(src=self, dst=node, edge_class="next", label=name)


class MemoFlow(flow.Flow):
    process_title = "Memo"
    lock_impl = MemoLock()

    start = flow.StartHandle().Next(this.review)
    review = Review().On(more=this.review, done=this.end).onCreate(this.opened)
    end = flow.End()

    def opened(self, activation: Any) -> None:
        _OPENED.set(activation.task)


def begin() -> tuple[Process, Task]:
    """A new round: its process, and the task of its first group. Call within the submitting transaction."""
    with held():
        process = MemoFlow.start.run()
    return process, _OPENED.get()


def advance(task: Task, *, by: User, more: bool) -> Task | None:
    """Execute the group's task: returns the next group's task, or None when the process has ended."""
    activation = task.flow_task.activation_class(task)
    task.owner = by  # records who settled the group; nobody is ever assigned
    task.status = STATUS.ASSIGNED
    activation.exit = "more" if more else "done"
    with held():
        activation.start(None)
        activation.execute()
    return _OPENED.get() if more else None


def close(process: Process) -> None:
    """Withdraw's partner: cancel a process that is still open; an ended one is left as it is."""
    if process.finished is None:
        with held():
            MemoFlow.instance.cancel(process)
