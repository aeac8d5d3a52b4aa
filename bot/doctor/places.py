"""What the server needs besides GitHub: its database, and the tracking servers."""

from __future__ import annotations

import json

from bot.doctor.sign import Sign, State
from bot.errors import UsageProblem
from bot.jobs.opening import open_queue
from bot.jobs.port import CannotStore
from bot.settings import Settings
from bot.state.address import read_address
from bot.tracking.rest import CouldNotLook, Question, Rest
from bot.tracking.server import Server
from bot.tracking.words import runs


async def look_at_database(settings: Settings) -> Sign:
    url = settings.database_url.get_secret_value()
    path = read_address(url).path
    if path is not None and not path.exists():
        return Sign("database", State.WARNING, f"{path} is not there yet", "headgate serve makes it.")
    try:
        counts = await open_queue(url).counts()
    except (CannotStore, UsageProblem) as error:
        return Sign("database", State.WRONG, str(error), "Start the database, or correct HEADGATE_DATABASE_URL.")
    if counts["dead"]:
        return Sign("database", State.WARNING, f"{counts['dead']} jobs have failed for good", "headgate jobs has them.")
    return Sign("database", State.FINE, ", ".join(f"{number} {state}" for state, number in counts.items()))


async def look_at_tracking(server: Server) -> Sign:
    about, rest = f"tracking server {server.connection.name}", Rest(server.connection)
    try:
        question = Question("/api/2.0/mlflow/experiments/search", runs(), body={"max_results": 1})
        await rest.ask(question, json.loads)
    except CouldNotLook as error:
        why = error.unavailable
        return Sign(about, State.WRONG, why.why.plain(), why.remedy.plain() if why.remedy else "")
    finally:
        rest.close()
    return Sign(about, State.FINE, f"{server.connection.url} answers, for {', '.join(server.repositories)}")
