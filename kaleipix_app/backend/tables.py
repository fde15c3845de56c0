"""Imports every models.py, so that the metadata is whole for migrations and tests."""

from sqlmodel import SQLModel

from kaleipix_app.backend.abuse import models as abuse
from kaleipix_app.backend.accounts import models as accounts
from kaleipix_app.backend.credits import models as credits
from kaleipix_app.backend.generation import models as generation
from kaleipix_app.backend.generation.library import models as library
from kaleipix_app.backend.jobs import models as jobs
from kaleipix_app.backend.media import models as media
from kaleipix_app.backend.privacy import models as privacy
from kaleipix_app.backend.sharing import models as sharing

metadata = SQLModel.metadata

__all__ = ["abuse", "accounts", "credits", "generation", "jobs", "library", "media", "metadata", "privacy", "sharing"]
