"""Actions: what a task calls. A workflow has a companion action of the same ref."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.persistence.db import Base, Json, Stamped


class Action(Stamped, Base):
    __tablename__ = "action"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(255), unique=True)
    pack: Mapped[int] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), index=True)
    pack_ref: Mapped[str] = mapped_column(String(255), index=True)
    label: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    entrypoint: Mapped[str] = mapped_column(Text, default="")
    runtime: Mapped[int | None] = mapped_column(ForeignKey("runtime.id", ondelete="SET NULL"))
    runtime_ref: Mapped[str | None] = mapped_column(String(255))
    runtime_version_constraint: Mapped[str | None] = mapped_column(String(255))
    required_worker_runtimes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    param_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    out_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    workflow_def: Mapped[int | None] = mapped_column(ForeignKey("workflow_definition.id", ondelete="CASCADE"), index=True)
    is_workflow: Mapped[bool] = mapped_column(default=False, index=True)
    is_adhoc: Mapped[bool] = mapped_column(default=False)
    accesses_mcp: Mapped[bool] = mapped_column(default=False)
    default_execution_permission_set_refs: Mapped[list[str]] = mapped_column(Json, default=list)
    timeout_seconds: Mapped[float | None] = mapped_column()
    max_retries: Mapped[int | None] = mapped_column()
    output_format: Mapped[str] = mapped_column(String(20), default="text")
    parameter_delivery: Mapped[str] = mapped_column(String(20), default="stdin")
    parameter_format: Mapped[str] = mapped_column(String(20), default="json")
    worker_selector: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    worker_tolerations: Mapped[list[Any]] = mapped_column(Json, default=list)
    worker_affinity: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    artifact_retention_policy: Mapped[str | None] = mapped_column(String(50))
    artifact_retention_limit: Mapped[int | None] = mapped_column()
    log_retention_policy: Mapped[str | None] = mapped_column(String(50))
    log_retention_limit: Mapped[int | None] = mapped_column()
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
