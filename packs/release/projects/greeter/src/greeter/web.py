"""The service itself: one function from a path and a query to a status and a JSON object."""

from greeter import UnknownLanguage, greet


def respond(path: str, query: dict[str, str]) -> tuple[int, dict]:
    if path == "/health":
        return 200, {"status": "ok"}
    if path == "/greet":
        try:
            return 200, {"text": greet(query.get("name", ""), query.get("language", "en"))}
        except UnknownLanguage as error:
            return 404, {"error": f"no greeting in {error}"}
        except ValueError as error:
            return 400, {"error": str(error)}
    return 404, {"error": f"nothing at {path}"}
