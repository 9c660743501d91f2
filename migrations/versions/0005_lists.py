"""Saved views of the list of runs, and indices of what is no part of a run.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.persistence.db


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_TOP = {
    'id': ['id'],
    'status': ['status', 'id'],
    'action': ['action_ref', 'id'],
    'executor': ['executor', 'id'],
    'created': ['created'],
}


def upgrade() -> None:
    op.create_table('saved_view',
    sa.Column('id', _Id, nullable=False),
    sa.Column('identity', _Id, nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('filters', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.Column('updated', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['identity'], ['identity.id'], name=op.f('fk_saved_view_identity_identity'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
    sa.UniqueConstraint('identity', 'name', name=op.f('uq_saved_view_identity'))
    )
    for name, columns in _TOP.items():
        _top_index(name, columns, 'parent IS NULL')
    _top_index('error', ['id'], 'parent IS NULL AND error IS NOT NULL')


def downgrade() -> None:
    for name in (*_TOP, 'error'):
        op.drop_index(f'ix_execution_top_{name}', table_name='execution')
    op.drop_table('saved_view')


def _top_index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(f'ix_execution_top_{name}', 'execution', columns, sqlite_where=where, postgresql_where=where)
