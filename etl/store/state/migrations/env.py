"""Run by alembic: migrate inside the transaction of the connection that ``engine`` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
