"""The pages: server-rendered, working without JavaScript, made livelier by htmx and a few small modules.

`register` mounts everything. A view parses, makes one call, and formats; what a page shows is put together in
the `*_view.py` beside it, from the read models of `app.queries`.
"""

from __future__ import annotations

from flask import Flask

from app.web import (
    answering,
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
    pack_tests,
    packs,
    revisions,
    runs,
    saved_views,
    security,
    signing_in,
    starting,
    task_runs,
    theme,
    workflows,
)
from app.web.compression import compress_pages

BLUEPRINTS = (
    home.bp,
    signing_in.bp,
    theme.bp,
    editor.bp,
    revisions.bp,
    conflicts.bp,
    editor_parts.bp,
    importing.bp,
    workflows.bp,
    packs.bp,
    pack_tests.bp,
    starting.bp,
    task_runs.bp,
    runs.bp,
    comparisons.bp,
    saved_views.bp,
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
