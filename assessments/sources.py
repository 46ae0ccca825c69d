"""Files as documents for the checker: plain text, or YAML of schema ita_memo_report/1."""

from assessments.document import Document, Passage
from assessments.untrusted import text_of


def document(name: str, data: bytes, year: int) -> Document:
    text = text_of(data)
    return Document(year, (Passage("text", text, line=1),))
