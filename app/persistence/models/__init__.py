"""All tables. Importing this package registers every model with the metadata."""

from app.persistence.models.actions import Action
from app.persistence.models.counters import Counter
from app.persistence.models.drafts import WorkflowDraft, WorkflowPresence
from app.persistence.models.enforcements import Enforcement
from app.persistence.models.events import EventLog
from app.persistence.models.executions import Execution, ExecutionLog
from app.persistence.models.identities import (
    Identity,
    IdentityRole,
    IntegrationToken,
    PermissionAssignment,
    PermissionSet,
    PermissionSetRole,
    RefreshToken,
)
from app.persistence.models.inquiries import (
    Inquiry,
    InquiryAlarm,
    InquiryAssignee,
    InquiryLink,
    InquiryRecord,
)
from app.persistence.models.keys import Key
from app.persistence.models.notices import Notice
from app.persistence.models.packs import Pack
from app.persistence.models.queues import WorkQueue
from app.persistence.models.rules import Rule, RuleTimer
from app.persistence.models.runtimes import Runtime
from app.persistence.models.saved_views import SavedView
from app.persistence.models.sensors import Sensor
from app.persistence.models.transport import DispatchOutbox, IdempotencyKey, Timer, WorkerRow
from app.persistence.models.trigger_events import TriggerEvent
from app.persistence.models.triggers import Trigger
from app.persistence.models.workflow_executions import WorkflowExecution, WorkflowTaskExecution
from app.persistence.models.workflows import WorkflowDefinition, WorkflowRevision

__all__ = [
    "Action",
    "Counter",
    "DispatchOutbox",
    "Enforcement",
    "EventLog",
    "Execution",
    "ExecutionLog",
    "IdempotencyKey",
    "Identity",
    "IdentityRole",
    "Inquiry",
    "InquiryAlarm",
    "InquiryAssignee",
    "InquiryLink",
    "InquiryRecord",
    "IntegrationToken",
    "Key",
    "Notice",
    "Pack",
    "PermissionAssignment",
    "PermissionSet",
    "PermissionSetRole",
    "RefreshToken",
    "Rule",
    "RuleTimer",
    "Runtime",
    "SavedView",
    "Sensor",
    "Timer",
    "Trigger",
    "TriggerEvent",
    "WorkQueue",
    "WorkerRow",
    "WorkflowDefinition",
    "WorkflowDraft",
    "WorkflowExecution",
    "WorkflowPresence",
    "WorkflowRevision",
    "WorkflowTaskExecution",
]
