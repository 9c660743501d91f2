"""Records of closed questions may outlive the questions; counters of all processes; the trace an execution belongs to.

Revision ID: 0008
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0005'
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('counter',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('value', _Id, nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_counter'))
    )
    op.add_column('execution', sa.Column('trace', sa.String(length=55), nullable=True))
    op.add_column('inquiry_record', sa.Column('record', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column('execution', 'trace')
    op.drop_table('counter')
    op.drop_column('inquiry_record', 'record')
