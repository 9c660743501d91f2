"""Triggers, sensors, queues, rules, their timers, events and enforcements.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.persistence.db


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sensor',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=255), nullable=False),
    sa.Column('pack', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('pack_ref', sa.String(length=255), nullable=True),
    sa.Column('label', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('entrypoint', sa.Text(), nullable=False),
    sa.Column('runtime', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('runtime_ref', sa.String(length=255), nullable=True),
    sa.Column('trigger_types', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('param_schema', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('config', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('worker_selector', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('worker_tolerations', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('worker_affinity', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.Column('updated', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['pack'], ['pack.id'], name=op.f('fk_sensor_pack_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['runtime'], ['runtime.id'], name=op.f('fk_sensor_runtime_runtime'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sensor')),
    sa.UniqueConstraint('ref', name=op.f('uq_sensor_ref'))
    )
    with op.batch_alter_table('sensor', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sensor_pack'), ['pack'], unique=False)

    op.create_table('trigger',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=255), nullable=False),
    sa.Column('pack', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('pack_ref', sa.String(length=255), nullable=True),
    sa.Column('label', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('param_schema', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('out_schema', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('webhook_enabled', sa.Boolean(), nullable=False),
    sa.Column('webhook_key', sa.String(length=100), nullable=True),
    sa.Column('webhook_config', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('webhook_secret', sa.LargeBinary(), nullable=True),
    sa.Column('is_adhoc', sa.Boolean(), nullable=False),
    sa.Column('file_says', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('sensor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('sensor_ref', sa.String(length=255), nullable=True),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.Column('updated', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['pack'], ['pack.id'], name=op.f('fk_trigger_pack_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sensor'], ['sensor.id'], name=op.f('fk_trigger_sensor_sensor'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trigger')),
    sa.UniqueConstraint('ref', name=op.f('uq_trigger_ref')),
    sa.UniqueConstraint('webhook_key', name=op.f('uq_trigger_webhook_key'))
    )
    with op.batch_alter_table('trigger', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trigger_pack'), ['pack'], unique=False)
        batch_op.create_index(batch_op.f('ix_trigger_sensor'), ['sensor'], unique=False)

    op.create_table('work_queue',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=255), nullable=False),
    sa.Column('pack', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('pack_ref', sa.String(length=255), nullable=True),
    sa.Column('is_adhoc', sa.Boolean(), nullable=False),
    sa.Column('label', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('accepting_new_items', sa.Boolean(), nullable=False),
    sa.Column('dispatch_action', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('dispatch_action_ref', sa.String(length=255), nullable=True),
    sa.Column('default_priority', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('allow_pending_update', sa.Boolean(), nullable=False),
    sa.Column('update_strategy', sa.String(length=20), nullable=False),
    sa.Column('batch_mode', sa.String(length=20), nullable=False),
    sa.Column('item_schema', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('action_params', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('permission_set_refs', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('config', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.Column('updated', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['dispatch_action'], ['action.id'], name=op.f('fk_work_queue_dispatch_action_action'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['pack'], ['pack.id'], name=op.f('fk_work_queue_pack_pack'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_queue')),
    sa.UniqueConstraint('ref', name=op.f('uq_work_queue_ref'))
    )
    with op.batch_alter_table('work_queue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_work_queue_dispatch_action'), ['dispatch_action'], unique=False)
        batch_op.create_index(batch_op.f('ix_work_queue_pack'), ['pack'], unique=False)

    op.create_table('rule',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=255), nullable=False),
    sa.Column('pack', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('pack_ref', sa.String(length=255), nullable=False),
    sa.Column('label', sa.String(length=255), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('action', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('action_ref', sa.String(length=255), nullable=False),
    sa.Column('trigger', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('trigger_ref', sa.String(length=255), nullable=False),
    sa.Column('conditions', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('action_params', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('trigger_params', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('permission_set_refs', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('is_adhoc', sa.Boolean(), nullable=False),
    sa.Column('file_says', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('owner_identity', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.Column('updated', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['action'], ['action.id'], name=op.f('fk_rule_action_action'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['owner_identity'], ['identity.id'], name=op.f('fk_rule_owner_identity_identity'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['pack'], ['pack.id'], name=op.f('fk_rule_pack_pack'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['trigger'], ['trigger.id'], name=op.f('fk_rule_trigger_trigger'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule')),
    sa.UniqueConstraint('ref', name=op.f('uq_rule_ref'))
    )
    with op.batch_alter_table('rule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rule_action'), ['action'], unique=False)
        batch_op.create_index(batch_op.f('ix_rule_action_ref'), ['action_ref'], unique=False)
        batch_op.create_index(batch_op.f('ix_rule_owner_identity'), ['owner_identity'], unique=False)
        batch_op.create_index(batch_op.f('ix_rule_pack'), ['pack'], unique=False)
        batch_op.create_index(batch_op.f('ix_rule_trigger'), ['trigger'], unique=False)
        batch_op.create_index(batch_op.f('ix_rule_trigger_ref'), ['trigger_ref'], unique=False)

    op.create_table('event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('trigger', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('trigger_ref', sa.String(length=255), nullable=False),
    sa.Column('config', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('payload', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('source', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('source_ref', sa.String(length=255), nullable=True),
    sa.Column('rule', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('rule_ref', sa.String(length=255), nullable=True),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['rule'], ['rule.id'], name=op.f('fk_event_rule_rule'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['source'], ['sensor.id'], name=op.f('fk_event_source_sensor'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['trigger'], ['trigger.id'], name=op.f('fk_event_trigger_trigger'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_rule'), ['rule'], unique=False)
        batch_op.create_index(batch_op.f('ix_event_source'), ['source'], unique=False)
        batch_op.create_index('ix_event_trigger_created', ['trigger', 'created'], unique=False)
        batch_op.create_index(batch_op.f('ix_event_trigger_ref'), ['trigger_ref'], unique=False)

    op.create_table('rule_timer',
    sa.Column('rule', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('due_at', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.Column('fired', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['rule'], ['rule.id'], name=op.f('fk_rule_timer_rule_rule'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('rule', name=op.f('pk_rule_timer'))
    )
    with op.batch_alter_table('rule_timer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rule_timer_due_at'), ['due_at'], unique=False)

    op.create_table('enforcement',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rule', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('rule_ref', sa.String(length=255), nullable=False),
    sa.Column('trigger_ref', sa.String(length=255), nullable=False),
    sa.Column('event', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('condition', sa.String(length=10), nullable=False),
    sa.Column('conditions', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('config', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('payload', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('created', app.persistence.db.UtcTime(timezone=True), nullable=False),
    sa.Column('resolved_at', app.persistence.db.UtcTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['event'], ['event.id'], name=op.f('fk_enforcement_event_event'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['rule'], ['rule.id'], name=op.f('fk_enforcement_rule_rule'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enforcement')),
    sa.UniqueConstraint('rule', 'event', name=op.f('uq_enforcement_rule'))
    )
    with op.batch_alter_table('enforcement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enforcement_event'), ['event'], unique=False)
        batch_op.create_index(batch_op.f('ix_enforcement_rule_ref'), ['rule_ref'], unique=False)
        batch_op.create_index(batch_op.f('ix_enforcement_trigger_ref'), ['trigger_ref'], unique=False)

    # An enforcement starts one execution: what one transaction promises, the key holds.
    with op.batch_alter_table('execution', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_execution_enforcement'))
        batch_op.create_index(batch_op.f('ix_execution_enforcement'), ['enforcement'], unique=True)

    # The packs that ship were loaded without their triggers: the next start loads them again.
    op.execute("UPDATE pack SET content_hash = NULL WHERE source_type = 'shipped'")


def downgrade() -> None:
    with op.batch_alter_table('execution', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_execution_enforcement'))
        batch_op.create_index(batch_op.f('ix_execution_enforcement'), ['enforcement'], unique=False)

    with op.batch_alter_table('enforcement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enforcement_trigger_ref'))
        batch_op.drop_index(batch_op.f('ix_enforcement_rule_ref'))
        batch_op.drop_index(batch_op.f('ix_enforcement_event'))

    op.drop_table('enforcement')
    with op.batch_alter_table('rule_timer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rule_timer_due_at'))

    op.drop_table('rule_timer')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_trigger_ref'))
        batch_op.drop_index('ix_event_trigger_created')
        batch_op.drop_index(batch_op.f('ix_event_source'))
        batch_op.drop_index(batch_op.f('ix_event_rule'))

    op.drop_table('event')
    with op.batch_alter_table('rule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rule_trigger_ref'))
        batch_op.drop_index(batch_op.f('ix_rule_trigger'))
        batch_op.drop_index(batch_op.f('ix_rule_pack'))
        batch_op.drop_index(batch_op.f('ix_rule_owner_identity'))
        batch_op.drop_index(batch_op.f('ix_rule_action_ref'))
        batch_op.drop_index(batch_op.f('ix_rule_action'))

    op.drop_table('rule')
    with op.batch_alter_table('work_queue', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_work_queue_pack'))
        batch_op.drop_index(batch_op.f('ix_work_queue_dispatch_action'))

    op.drop_table('work_queue')
    with op.batch_alter_table('trigger', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trigger_sensor'))
        batch_op.drop_index(batch_op.f('ix_trigger_pack'))

    op.drop_table('trigger')
    with op.batch_alter_table('sensor', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sensor_pack'))

    op.drop_table('sensor')
