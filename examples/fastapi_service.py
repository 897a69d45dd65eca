"""Serve users and their call counts: FastAPI, with one client for the life of the service.

$ pip install fastapi uvicorn
$ export VOIPSTUDIO_API_TOKEN=...
$ uvicorn --app-dir examples --port 8000 fastapi_service:app
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, TypeAlias

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from voipstudio_async import AsyncVoipStudio, NotFoundError, User, VoipStudioError


@asynccontextmanager
async def life(app: FastAPI) -> AsyncGenerator[None]:
    """Open the client with the service, and close it at the end."""
    async with AsyncVoipStudio() as client:
        app.state.voipstudio = client
        yield


app = FastAPI(lifespan=life)


def connected(request: Request) -> AsyncVoipStudio:
    """Return the client of the service."""
    client: AsyncVoipStudio = request.app.state.voipstudio
    return client


Client: TypeAlias = Annotated[AsyncVoipStudio, Depends(connected)]


@app.get("/users/{user_id}")
async def user(user_id: int, client: Client) -> User:
    """Show one user."""
    return await client.users.get(user_id)


@app.get("/users/{user_id}/calls")
async def calls(user_id: int, client: Client) -> dict[str, int]:
    """Count the calls of a user."""
    return {"calls": await client.users.cdrs(user_id).count()}


@app.exception_handler(VoipStudioError)
async def failed(_: Request, error: VoipStudioError) -> JSONResponse:
    """Answer for the API: 404 for what it does not have, 502 for everything else."""
    status = 404 if isinstance(error, NotFoundError) else 502
    return JSONResponse({"detail": str(error)}, status_code=status)
