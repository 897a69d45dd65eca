"""An examination: every question with its answer, as a text to paste and as plain values."""

from __future__ import annotations

import platform
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import attrs

from .. import AsyncVoipStudio
from ..errors import NotFoundError, PermissionDeniedError
from ..version import __version__
from .questions import QUESTIONS, Question, Verdict
from .readings import Patient

NOT_ASKED = "not asked: that would change something"


@attrs.frozen
class Answer:
    """What an account says to a question."""

    question: Question
    verdict: Verdict
    found: str
    """What was seen: names, statuses, counts, times."""


@attrs.frozen(kw_only=True)
class Examination:
    """What holds on an account."""

    answers: tuple[Answer, ...]
    at: datetime
    requests: int
    """How many were sent."""
    unanswered: int
    """How many of them no answer came to."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "version": __version__,
            "python": platform.python_version(),
            "at": self.at.isoformat(timespec="seconds"),
            "requests": self.requests,
            "unanswered": self.unanswered,
            "answers": [
                {"question": each.question.name, "assumed": each.question.assumed}
                | {"verdict": each.verdict.value, "found": each.found}
                for each in self.answers
            ],
        }

    def text(self) -> str:
        """Return a text that one can paste into a bug report."""
        lines = [
            f"voipstudio_async {__version__}, Python {platform.python_version()}",
            f"{self.at:%Y-%m-%d %H:%M} UTC, {self.requests} requests, {self.unanswered} without an answer",
        ]
        for answer in self.answers:
            lines += [
                "",
                f"[{answer.verdict}] {answer.question.name}",
                f"    assumed: {answer.question.assumed}",
                f"    found:   {answer.found}",
            ]
        return "\n".join(lines) + "\n"


async def examine(client: AsyncVoipStudio) -> Examination:
    """Ask an account every question that can be asked by reading.

    Some 150 small requests are sent, all of them GETs. What fails is part of the findings.

    :raises AuthenticationError: the token is wrong
    :raises TransportError: not even the first request was answered
    """
    with suppress(PermissionDeniedError, NotFoundError):
        await client.raw.request("GET", "/me")
    patient = Patient(client)
    await patient.look()
    answers = [await _answer(question, patient) for question in QUESTIONS]
    return Examination(
        answers=tuple(answers), at=datetime.now(UTC), requests=patient.asked + 1, unanswered=patient.unanswered
    )


async def _answer(question: Question, patient: Patient) -> Answer:
    if question.check is None:
        return Answer(question, Verdict.UNKNOWN, NOT_ASKED)
    return Answer(question, *await question.check(patient))
