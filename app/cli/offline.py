"""What commands need that use the services without a server: the settings of the environment, and no database."""

from __future__ import annotations

from cryptography.fernet import Fernet

from app.cli.errors import CommandFailed
from app.services import ports
from app.settings import Settings


def use_settings() -> Settings:
    """Make the environment's settings those of the services in this process; nothing is written."""
    try:
        settings = Settings.from_env()
    except ValueError as error:
        raise CommandFailed(f"{error}.") from error
    # nothing is sealed offline; a key is needed all the same, and this one is forgotten
    ports.use(ports.Ports(settings=settings, sealer=ports.Sealer(Fernet.generate_key().decode())))
    return settings
