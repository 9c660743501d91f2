"""The pages: server-rendered, working without JavaScript, made livelier by htmx and a few small modules.

`register` mounts everything. A view parses, makes one call, and formats; what a page shows is put together in
the `*_view.py` beside it, from the read models of `app.queries`.
"""

from __future__ import annotations

from flask import Flask

from app.web import (
    answering,
    bulk_actions,
    comparisons,
    conflicts,
    editor,
    editor_parts,
    errors,
    frame,
    home,
    importing,
    inquiries,
    inquiry_links,
    own_copies,
    pack_tests,
    packs,
    profile,
    revisions,
    runs,
    saved_views,
    security,
    signing_in,
    starting,
    task_runs,
    theme,
    workflow_statistics,
    workflows,
)
from app.web.compression import compress_pages

BLUEPRINTS = (
    home.bp,
    signing_in.bp,
    theme.bp,
    profile.bp,
    editor.bp,
    revisions.bp,
    conflicts.bp,
    editor_parts.bp,
    importing.bp,
    own_copies.bp,
    workflows.bp,
    workflow_statistics.bp,
    packs.bp,
    pack_tests.bp,
    starting.bp,
    task_runs.bp,
    runs.bp,
    comparisons.bp,
    saved_views.bp,
    bulk_actions.bp,
    inquiries.bp,
    inquiry_links.bp,
    answering.bp,
)


def register(app: Flask) -> None:
    """Mount every page, with its security headers, its frame and its error pages."""
    pages = {bp.name for bp in BLUEPRINTS}
    security.protect(app, pages)
    compress_pages(app, pages)
    frame.furnish(app)
    for bp in BLUEPRINTS:
        app.register_blueprint(bp)
    errors.cover_unknown(app)
