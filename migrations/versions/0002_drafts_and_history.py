"""drafts, presence, and a history that only grows

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

_Id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('workflow_draft',
    sa.Column('id', _Id, nullable=False),
    sa.Column('identity', _Id, nullable=False),
    sa.Column('workflow_ref', sa.String(length=255), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('base', _Id, nullable=True),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.Column('updated', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['base'], ['workflow_revision.id'], name=op.f('fk_workflow_draft_base_workflow_revision'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['identity'], ['identity.id'], name=op.f('fk_workflow_draft_identity_identity'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workflow_draft')),
    sa.UniqueConstraint('identity', 'workflow_ref', name=op.f('uq_workflow_draft_identity'))
    )
    with op.batch_alter_table('workflow_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_workflow_draft_workflow_ref'), ['workflow_ref'], unique=False)

    op.create_table('workflow_presence',
    sa.Column('id', _Id, nullable=False),
    sa.Column('identity', _Id, nullable=False),
    sa.Column('workflow_ref', sa.String(length=255), nullable=False),
    sa.Column('seen_at', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['identity'], ['identity.id'], name=op.f('fk_workflow_presence_identity_identity'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workflow_presence')),
    sa.UniqueConstraint('identity', 'workflow_ref', name=op.f('uq_workflow_presence_identity'))
    )
    with op.batch_alter_table('workflow_presence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_workflow_presence_workflow_ref'), ['workflow_ref'], unique=False)

    with op.batch_alter_table('workflow_definition', schema=None) as batch_op:
        batch_op.add_column(sa.Column('source_hash', sa.String(length=64), nullable=True))

    # the same content may come back later: only its number is one of a kind
    with op.batch_alter_table('workflow_revision', schema=None) as batch_op:
        batch_op.add_column(sa.Column('note', sa.String(length=500), nullable=True))
        batch_op.drop_constraint('uq_workflow_revision_workflow_def', type_='unique')
        batch_op.create_unique_constraint('uq_workflow_revision_number', ['workflow_def', 'number'])


def downgrade() -> None:
    with op.batch_alter_table('workflow_revision', schema=None) as batch_op:
        batch_op.drop_constraint('uq_workflow_revision_number', type_='unique')
        batch_op.create_unique_constraint('uq_workflow_revision_workflow_def', ['workflow_def', 'content_hash'])
        batch_op.drop_column('note')
    with op.batch_alter_table('workflow_definition', schema=None) as batch_op:
        batch_op.drop_column('source_hash')
    op.drop_table('workflow_presence')
    op.drop_table('workflow_draft')
