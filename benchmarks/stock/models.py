from viewflow import jsonstore
from viewflow.workflow.models import Process


class StockProcess(Process):
    """The stock way: what was answered travels in process.data."""

    memo = jsonstore.CharField(max_length=40)
    answer = jsonstore.CharField(max_length=20, blank=True)

    class Meta:
        proxy = True
