"""Alembic's way in. `db/migrate.py` brings the connection, already in a transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
