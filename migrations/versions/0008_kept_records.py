"""Records of closed questions may outlive the questions: the chain takes them up when a run is cleaned up.

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


def upgrade() -> None:
    op.add_column('inquiry_record', sa.Column('record', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('inquiry_record') as table:
        table.drop_column('record')
