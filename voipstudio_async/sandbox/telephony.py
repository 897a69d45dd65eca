"""Calls that are placed at the sandbox: they ring, are answered, end, and leave a call record and a recording behind.

What is due happens when the next request comes, by the sandbox's clock: ``sandbox.clock.advance(60)`` lets a minute of
every call pass. Where webhooks are registered, it happens without a request as well.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import attrs

from .clock import Clock
from .refusals import Refusal, not_valid
from .store import Row, Store
from .texts import printed

Event = dict[str, Any]

_BYTES_A_SECOND = 2000
"""Of a recording."""
_FIRST_ID = 5_000_000_000
"""Ids of live calls are larger than 2 to the 32."""


@attrs.define
class _Live:
    """A call under way."""

    row: Row
    user: Row
    inbound: bool
    placed: float
    answers_at: float | None
    """When it is answered by itself; None when it is not."""
    ends_at: float
    connected: float | None = None

    @property
    def next_at(self) -> float:
        """When it is answered or ends by itself."""
        return self.ends_at if self.connected is not None or self.answers_at is None else self.answers_at


@attrs.define
class Telephony:
    """The phones of the account. Its settings say how calls go that are placed from now on."""

    clock: Clock
    rings: float | None = 2.0
    """Seconds until a placed call is answered; None when nobody answers."""
    talks: float = 30.0
    """Seconds of talk."""
    gives_up: float = 20.0
    """Seconds after which a call that nobody answers ends."""
    offline: set[int] = attrs.field(factory=set[int])
    """The users without a registered phone: calls from them are refused with 412."""
    refuses_after: float = 0.0
    """Seconds until they are; the API takes about 10."""
    listeners: list[Callable[[Event], None]] = attrs.field(factory=list[Callable[[Event], None]])
    """Told of everything that happens: what the webhooks deliver."""
    _lock: AbstractContextManager[Any] = attrs.field(factory=threading.RLock, repr=False, eq=False)
    """Calls come from requests, from webhooks, and from the thread of a test."""
    _store: Store | None = None
    _live: dict[int, _Live] = attrs.field(factory=dict[int, _Live])
    _last_id: int = _FIRST_ID
    _events: int = 0
    _prefix: str = attrs.field(factory=lambda: f"sandbox-{secrets.token_hex(4)}-", eq=False)
    """Of the ids of its events: what has handled those of one sandbox shall not take those of the next for repeats."""

    def begin(self, store: Store) -> None:
        """Begin with the rows of a store."""
        self._store = store
        self._live.clear()

    @property
    def store(self) -> Store:
        """The rows."""
        if self._store is None:
            raise RuntimeError("the sandbox is not started: use it in 'with' or 'async with'")
        return self._store

    # --- what callers do -------------------------------------------------------------------------------------

    def place(self, to: str, user_id: int, caller_id: str | None = None) -> Row:
        """Place a call from a user's phone."""
        user = self.store.row("users", user_id)
        if user is None:
            raise Refusal(400, "Validation error", [not_valid("from", "This value is not valid")])
        if user_id in self.offline:
            raise Refusal(412, "No VoIP clients registered", after=self.refuses_after)
        with self._lock:
            return self._start(user, inbound=False, other=to, shown=caller_id)

    def ring(self, user_id: int, caller: str) -> Row:
        """Let a user's phone ring: a call from outside, which is missed unless it is answered.

        :raises ValueError: there is no such user
        """
        user = self.store.row("users", user_id)
        if user is None:
            raise ValueError(f"there is no user {user_id}")
        with self._lock:
            return self._start(user, inbound=True, other=caller, shown=None)

    def receive_text(self, user_id: int, sender: str, text: str) -> Row:
        """Let a text message come in for a user, and return its row.

        :raises ValueError: there is no such user
        """
        user = self.store.row("users", user_id)
        if user is None:
            raise ValueError(f"there is no user {user_id}")
        to, now = user.get("cli") or user.get("ext") or "", printed(self.clock.now())
        row = {"created_at": now, "from": sender, "to": to, "message": text, "result": "OK", "type": "I"}
        with self._lock:
            made = self.store.insert("sms", row | {"user_id": user_id})
            told = {"from_no": sender, "to_no": to, "text": text, "user_id": user_id}
            self._announce("sms.received", now, **told)
        return made

    def answer(self, id: int) -> None:
        """Answer a call that rings."""
        with self._lock:
            live = self._of(id)
            if live.connected is None:
                self._connect(id, live, self.clock.monotonic())

    def transfer(self, id: int, to: str) -> None:
        """Send a call elsewhere."""
        with self._lock:
            self._write(id, self._of(id), dst=to)

    def hang_up(self, id: int) -> None:
        """End a call."""
        with self._lock:
            if id in self._live:
                self._end(id, self._live[id], self.clock.monotonic(), "caller")

    def is_live(self, id: int) -> bool:
        """Return whether a call was placed here and has not ended; those of the invented account stand still."""
        return id in self._live

    def tick(self) -> None:
        """Let happen what is due."""
        now = self.clock.monotonic()
        with self._lock:
            for id, live in list(self._live.items()):
                if live.connected is None and live.answers_at is not None and live.answers_at <= now:
                    self._connect(id, live, live.answers_at)
                if live.ends_at <= now:
                    self._end(id, live, live.ends_at, "callee")

    def due(self) -> float | None:
        """Return when something happens next, by the monotonic clock; None when nothing will."""
        with self._lock:
            return min((live.next_at for live in self._live.values()), default=None)

    # --- what happens ----------------------------------------------------------------------------------------

    def _start(self, user: Row, *, inbound: bool, other: str, shown: str | None) -> Row:
        now, at = self.clock.monotonic(), int(self.clock.now().timestamp())
        self._last_id += 1
        name = f"{user.get('first_name') or ''} {user.get('last_name') or ''}".strip()
        inside = {"number": shown or user.get("cli") or user.get("ext") or "", "id": str(user["id"]), "name": name}
        outside = {"number": other, "id": "0", "name": "United Kingdom"}
        src, dst = (outside, inside) if inbound else (inside, outside)
        row: Row = {
            "id": self._last_id,
            "state": "RINGING",
            "start_time": at,
            "connected_at": None,
            **{f"src_{key}" if key != "number" else "src": value for key, value in src.items()},
            **{f"dst_{key}" if key != "number" else "dst": value for key, value in dst.items()},
            "dst_rate": 0.0235,
            "clid": f'"{src["name"]}" <+{src["number"]}>',
            "destination": "in" if inbound else "out",
            "context": "LOCAL_USER",
            "duration": 0,
            "monitor_state": "ON",
            "parent_id": None,
        }
        answers = None if inbound or self.rings is None else now + self.rings
        ends = now + self.gives_up if answers is None else answers + self.talks
        self.store.put("calls", row["id"], row, owner=user["id"])
        self._live[row["id"]] = live = _Live(row, user, inbound, now, answers, ends)
        self._announce_start(live, now)
        return row

    def _announce_start(self, live: _Live, at: float) -> None:
        self._tell("call.initial", live, at, state="INITIAL")
        self._tell("call.ringing", live, at)
        if live.inbound:
            # The API tells of a leg that rings as of one that is missed so far: only a final one counts.
            self._tell("call.missed", live, at, final=False, terminated_by="caller")

    def _connect(self, id: int, live: _Live, at: float) -> None:
        live.connected = at
        live.ends_at = at + self.talks
        self._write(id, live, state="CONNECTED", connected_at=self._seconds(at))
        self._tell("call.connected", live, at)

    def _end(self, id: int, live: _Live, at: float, by: str) -> None:
        del self._live[id]
        self.store.delete("calls", id)
        live.row |= {"state": "HANGUP", "duration": round(at - live.placed)}
        record = self._record(id, live, at)
        if live.connected is not None:
            self._tell("call.hangup", live, at, t_cause=record["t_cause"], terminated_by=by)
            self._recorded(record, live, at)
        elif live.inbound:
            self._tell("call.missed", live, at, final=True, terminated_by=by)
        else:
            self._tell("call.hangup", live, at, t_cause=record["t_cause"], terminated_by=by)

    def _record(self, id: int, live: _Live, at: float) -> Row:
        talk = 0 if live.connected is None else round(at - live.connected)
        answered = live.connected is not None
        row = live.row
        kind = "O" if not live.inbound else ("I" if answered else "M")
        record: Row = {
            "call_id": id,
            "live_id": id,
            "parent_live_id": None,
            "root_live_id": id,
            "user_id": live.user["id"],
            "is_root": True,
            "type": kind,
            "calldate": printed(self._moment(live.placed)),
            "duration": row["duration"],
            "billsec": talk,
            "disposition": "CONNECTED" if answered else "NO ANSWER",
            **{name: row[name] for name in ("destination", "context", "clid")},
            **{f"{side}{part}": row[f"{side}{part}"] for side in ("src", "dst") for part in ("", "_id", "_name")},
            "rate": 0.0235,
            "charge": 0.0 if live.inbound else round(0.0235 * talk / 60, 4),
            "t_cause": "Normal Clearing" if answered else "No Answer",
            "labels": [],
        }
        return self.store.insert("cdrs", record, live.user["id"])

    def _recorded(self, record: Row, live: _Live, at: float) -> None:
        size = max(1, record["billsec"]) * _BYTES_A_SECOND
        recording = {
            "timestamp": record["calldate"],
            "caller": record["src"],
            "called": record["dst"],
            "duration": record["billsec"],
            "type": record["type"],
            "size": size,
            "call_id": record["call_id"],
            "user_id": record["user_id"],
        }
        made = self.store.insert("monitors", recording)
        self._tell("monitor.audio_ready", live, at, monitor_id=made["id"], size=size, user_id=record["user_id"])

    def _tell(self, name: str, live: _Live, at: float, **more: Any) -> None:
        row = live.row
        connected = row["connected_at"]
        self._announce(
            name,
            printed(self._moment(at)),
            call_id=row["id"],
            root_call_id=row["id"],
            start_time=printed(self._moment(live.placed)),
            connected_at=None if connected is None else printed(self._moment(live.connected or 0.0)),
            **{key: row[key] for key in ("context", "destination", "duration", "src", "src_id", "src_name")},
            **{key: row[key] for key in ("dst", "dst_id", "dst_name")},
            **({"state": row["state"]} | more),
        )

    def _announce(self, name: str, at: str, **fields: Any) -> None:
        self._events += 1
        event = {"id": f"{self._prefix}{self._events:08d}", "event_name": name, "event_time": at, **fields}
        for listener in list(self.listeners):
            listener(event)

    # --- within ----------------------------------------------------------------------------------------------

    def _of(self, id: int) -> _Live:
        live = self._live.get(id)
        if live is None:
            raise Refusal(404)
        return live

    def _write(self, id: int, live: _Live, **change: Any) -> None:
        live.row |= change
        self.store.replace("calls", id, live.row)

    def _moment(self, at: float) -> datetime:
        return self.clock.now() - timedelta(seconds=self.clock.monotonic() - at)

    def _seconds(self, at: float) -> int:
        return int(self._moment(at).timestamp())
