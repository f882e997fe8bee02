"""Readers of the dashboards without their browsers: Streamlit's own messages over its own socket.

A plant's readers sit at their own machines. Twenty browsers on the server's two cores would mostly measure each other.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol


class Session:
    """One reader: connected, asks for a page, and has it when its script has ended."""

    def __init__(self, address: str) -> None:
        self._address = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
        self._socket: ClientConnection
        self._known: set[str] = set()
        self._pages: dict[str, str] = {}
        self.bytes_got = 0

    async def __aenter__(self) -> Self:
        self._socket = await connect(self._address, subprotocols=[Subprotocol("streamlit")], max_size=None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    async def opens(self, page: str, query: str) -> float:
        """Seconds until the page of that address is there whole. Raises AssertionError when its script failed."""
        back = BackMsg()
        asked = back.rerun_script
        asked.query_string = query
        asked.page_name = page
        asked.page_script_hash = self._pages.get(page, "")
        asked.cached_message_hashes.extend(self._known)
        asked.context_info.timezone = "UTC"
        asked.context_info.locale = "en"
        from_s = time.perf_counter()
        await self._socket.send(back.SerializeToString())
        self.bytes_got = 0
        while True:
            part = await self._socket.recv(decode=False)
            self.bytes_got += len(part)
            message = ForwardMsg.FromString(part)
            if message.metadata.cacheable:
                self._known.add(message.hash)
            if message.WhichOneof("type") == "navigation":
                self._pages = {entry.url_pathname: entry.page_script_hash for entry in message.navigation.app_pages}
            if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
                raise AssertionError(message.delta.new_element.exception.message)
            if message.WhichOneof("type") == "script_finished":
                ended = message.script_finished
                if ended == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return time.perf_counter() - from_s
                if ended != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    raise AssertionError(f"the script of {page}?{query} did not end well: {ended}")
