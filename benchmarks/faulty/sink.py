"""A mail server in a process of its own: `python -m benchmarks.faulty.sink PORT FOLDER`.

FOLDER/mails gets a line for each mail it has said yes to: its Message-ID and whom it is for, written before the yes.
FOLDER/manner is read for each mail: {"wait": seconds, "later": share, "never": [addresses]}: how long it thinks, which
share of mails it puts off with 451, and whom it does not know (550).
"""

import asyncio
import json
import random
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Sink:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chance = random.Random(6)
        self.taken = (folder / "mails").open("a", buffering=1)

    @property
    def manner(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "manner").read_text()))

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.manner["never"]:
            return "550 nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        manner = self.manner
        await asyncio.sleep(manner["wait"])
        if self.chance.random() < manner["later"]:
            return "451 not now"
        mail = message_from_bytes(envelope.content)
        self.taken.write(f"{mail['Message-ID']} {' '.join(envelope.rcpt_tos)}\n")
        return "250 OK"


async def serve(port: int, folder: Path) -> None:
    loop, sink = asyncio.get_running_loop(), Sink(folder)
    server = await loop.create_server(lambda: SMTP(sink, loop=loop), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
