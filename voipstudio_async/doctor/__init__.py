"""What holds on an account of what is assumed of the API: found out with reads that change nothing.

::

    async with AsyncVoipStudio() as client:
        print((await examine(client)).text())

What is told are names of fields, statuses, counts and times, and never what stands in a record. So it can be pasted
into a bug report. `QUESTIONS` is the one list of what the code had to decide without knowing.
"""

from .examination import Answer, Examination, examine
from .machine import local
from .questions import QUESTIONS, Question, Verdict

__all__ = ("QUESTIONS", "Answer", "Examination", "Question", "Verdict", "examine", "local")
