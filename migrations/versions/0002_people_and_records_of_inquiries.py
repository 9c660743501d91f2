"""people and records of inquiries

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.persistence.db


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('inquiry_assignee',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('inquiry', sa.Integer(), nullable=False),
    sa.Column('identity', sa.Integer(), nullable=True),
    sa.Column('role', sa.String(length=255), nullable=True),
    sa.ForeignKeyConstraint(['identity'], ['identity.id'], name=op.f('fk_inquiry_assignee_identity_identity'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['inquiry'], ['inquiry.id'], name=op.f('fk_inquiry_assignee_inquiry_inquiry'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inquiry_assignee'))
    )
    for column in ('identity', 'inquiry', 'role'):
        op.create_index(op.f(f'ix_inquiry_assignee_{column}'), 'inquiry_assignee', [column])
    op.create_table('inquiry_record',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('inquiry', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=80), nullable=False),
    sa.Column('previous', sa.String(length=80), nullable=True),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inquiry_record')),
    sa.UniqueConstraint('previous', name=op.f('uq_inquiry_record_previous'))
    )
    op.create_index(op.f('ix_inquiry_record_inquiry'), 'inquiry_record', ['inquiry'])


def downgrade() -> None:
    op.drop_table('inquiry_record')
    op.drop_table('inquiry_assignee')
