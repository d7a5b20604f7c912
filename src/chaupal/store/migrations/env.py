"""Alembic's entry: runs the migrations on the connection that store.migrate gives."""

from alembic import context

from chaupal.store.tables import whole

context.configure(connection=context.config.attributes["connection"], target_metadata=whole(), render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
