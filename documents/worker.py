"""The press's own process: takes a job from its socket, does it, answers; ends when the socket closes.

`python -m documents.worker FD`. A job is pickled (name, arguments); the answer is (True, result) or (False, sentence).
Both ends are ours and nothing of a user's is unpickled; what a user typed or uploaded travels as text and bytes in it.
"""

import contextlib
import resource
import sys
from multiprocessing.connection import Connection
from typing import Any

MOST_SECONDS = 600  # of the processor in a whole life: whoever asked may be gone, and a hung job would never end
MOST_MEMORY = 2 << 30  # bytes of address space; a paper that wants more has something wrong with it


def main(descriptor: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # not every system can be told
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    pipe = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError):
        while True:
            name, arguments = pipe.recv()
            pipe.send(_answer(name, arguments))


def _answer(name: str, arguments: dict[str, Any]) -> tuple[bool, Any]:
    try:
        return True, _JOBS[name](**arguments)
    except MemoryError:
        return False, "It needs more memory than a paper may take."
    except Exception as error:  # whatever it is, the parent says it of this paper and goes on with the next
        return False, str(error) or type(error).__name__


def _typeset(data: dict[str, Any]) -> bytes:
    from documents.typesetting import typeset

    return typeset(data)


def _examine(pdf: bytes, roots_pem: list[str]) -> list[Any]:
    from documents.sealing import examine

    return examine(pdf, roots_pem=roots_pem)


_JOBS: dict[str, Any] = {"typeset": _typeset, "examine": _examine}

if __name__ == "__main__":
    main(int(sys.argv[1]))
