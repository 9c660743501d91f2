"""Alarms of questions (remind, escalate), notices about them, and where people get mail.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

import app.persistence.db


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('inquiry_alarm',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('inquiry', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_at', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['inquiry'], ['inquiry.id'], name=op.f('fk_inquiry_alarm_inquiry_inquiry'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inquiry_alarm')),
    sa.UniqueConstraint('inquiry', 'kind', 'number', name=op.f('uq_inquiry_alarm_inquiry'))
    )
    with op.batch_alter_table('inquiry_alarm', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inquiry_alarm_due_at'), ['due_at'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('inquiry', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('happening', sa.String(length=20), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('identity', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('detail', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_at', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('sent_at', app.persistence.db.UtcTime(timezone=True), nullable=True),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['identity'], ['identity.id'], name=op.f('fk_notice_identity_identity'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['inquiry'], ['inquiry.id'], name=op.f('fk_notice_inquiry_inquiry'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('key', name=op.f('uq_notice_key'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_inquiry'), ['inquiry'], unique=False)
        batch_op.create_index('ix_notice_status_due_at', ['status', 'due_at'], unique=False)

    op.add_column('identity', sa.Column('email', sa.String(length=320), nullable=True))
    _set_alarms_of_open_questions()


def _set_alarms_of_open_questions() -> None:
    """What waits while the server is upgraded reminds and escalates as its author wrote."""
    asked = sa.table('inquiry', sa.column('id'), sa.column('status'), sa.column('policy', sa.JSON()),
                     sa.column('created', app.persistence.db.UtcTime()))
    alarms = sa.table('inquiry_alarm', sa.column('inquiry'), sa.column('kind'), sa.column('number'),
                      sa.column('due_at', app.persistence.db.UtcTime()))
    pending = sa.select(asked.c.id, asked.c.policy, asked.c.created).where(asked.c.status == 'pending')
    rows = [alarm for row in op.get_bind().execute(pending).all() for alarm in _alarms(row)]
    if rows:
        op.bulk_insert(alarms, rows)


def _alarms(row: Any) -> Iterator[dict[str, Any]]:
    """Reminders that are still to come, and the escalation also when its time has passed."""
    policy, now = row.policy or {}, datetime.now(UTC)
    for number, seconds in enumerate(policy.get('remind') or ()):
        due_at = row.created + timedelta(seconds=seconds)
        if due_at > now:
            yield {'inquiry': row.id, 'kind': 'remind', 'number': number, 'due_at': due_at}
    if policy.get('escalate'):
        due_at = row.created + timedelta(seconds=policy['escalate']['after'])
        yield {'inquiry': row.id, 'kind': 'escalate', 'number': 0, 'due_at': due_at}


def downgrade() -> None:
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.drop_column('email')

    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index('ix_notice_status_due_at')
        batch_op.drop_index(batch_op.f('ix_notice_inquiry'))

    op.drop_table('notice')
    with op.batch_alter_table('inquiry_alarm', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inquiry_alarm_due_at'))

    op.drop_table('inquiry_alarm')
