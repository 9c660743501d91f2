"""Greets people in a few languages."""

GREETINGS = {"en": "Hello", "de": "Guten Tag", "fr": "Bonjour", "ja": "Konnichiwa"}


class UnknownLanguage(ValueError):
    """No greeting is known in that language."""


def greet(name: str, language: str = "en") -> str:
    """A greeting, e.g. `Hello, Ada!`."""
    if not name.strip():
        raise ValueError("a greeting needs a name")
    if language not in GREETINGS:
        raise UnknownLanguage(language)
    return f"{GREETINGS[language]}, {name.strip()}!"
