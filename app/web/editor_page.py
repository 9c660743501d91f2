"""What the editor's page is given: the document as it is stored, planned, or as a form sent it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml
from flask import url_for
from flask_wtf.csrf import generate_csrf

from app.engine.access import Caller
from app.engine.errors import Forbidden, Invalid, NotFound
from app.queries import packs, workflows
from app.services import drafts
from app.web import rights
from app.web.security import style_nonce

NAME = re.compile(r"[a-z0-9_][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class EditedDocument:
    """One workflow under the editor.

    Attributes:
        text: its YAML, byte for byte.
        updated: when the stored workflow changed last; empty for one that is not stored yet.
        path: the file in its pack, empty when there is none.
        kept: the caller's own draft, as app.services.drafts gives it.
        revision: the one the text was made from; None: not stored yet.
        file_hash: of the pack's file, when a conflict showed it, so that it may be written over.
        may_save, may_run: whether the caller may, so that nothing is offered that would be refused.
        settles: when the caller's draft was kept that the text was made from; saving the text is the end of that draft.
    """

    ref: str
    pack_ref: str
    label: str
    text: str
    updated: str = ""
    revision: int | None = None
    path: str = ""
    is_new: bool = False
    draft: bool = False
    kept: Mapping[str, Any] | None = None
    file_hash: str = ""
    settles: str = ""
    may_save: bool = True
    may_run: bool = True

    @property
    def name(self) -> str:
        return self.ref.partition(".")[2]

    @property
    def for_script(self) -> dict[str, Any]:
        """What the page's scripts start from."""
        return {
            "ref": self.ref,
            "packRef": self.pack_ref,
            "label": self.label,
            "text": self.text,
            "updated": self.updated,
            "revision": self.revision,
            "isNew": self.is_new,
            "draft": self.kept,
            "maySave": self.may_save,
            "csrf": generate_csrf(),
            "styleNonce": style_nonce(),
            "tokenAddress": url_for("signing_in.page_token"),
            "pageAddress": url_for("workflows.detail", ref=self.ref),
            "editAddress": url_for("editor.edit", ref=self.ref),
            "runAddress": url_for("starting.form", ref=self.ref),
        }


def stored(ref: str, *, by: Caller) -> EditedDocument:
    """The workflow as it is stored. NotFound when it is not there for the caller."""
    found = workflows.get_workflow(ref=ref, by=by)
    return EditedDocument(
        ref=ref,
        pack_ref=found["pack_ref"],
        label=found["label"],
        text=stored_text(found),
        updated=found["updated"],
        revision=found["revision"],
        path=workflows.source_path(ref=ref, by=by) or "",
        draft=found["draft"],
        kept=kept_draft(ref, by=by),
        may_save=rights.may_change(ref, by),
        may_run=rights.may_run(ref, by),
    )


def kept_draft(ref: str, *, by: Caller) -> dict[str, Any] | None:
    """What the caller has not saved yet; None without, and for those who may only look."""
    try:
        return drafts.get(ref=ref, by=by)
    except (Forbidden, Invalid, NotFound):
        return None


def stored_text(workflow: Mapping[str, Any]) -> str:
    """The YAML as it was saved; of a definition that came as JSON, the same as YAML."""
    saved = workflows.source_text(workflow["revision"]) if workflow["revision"] else None
    return saved or yaml.safe_dump(_whole(workflow), allow_unicode=True, sort_keys=False, width=100)


def planned(pack: str, name: str, *, by: Caller) -> EditedDocument:
    """A workflow that nobody has saved yet. NotFound without the pack."""
    packs.get_pack(ref=pack, by=by)
    label = name.replace("_", " ").replace("-", " ").capitalize()
    ref = f"{pack}.{name}"
    text = f"ref: {ref}\nlabel: {label}\nversion: 1.0.0\n\ntasks:\n"
    return EditedDocument(
        ref=ref, pack_ref=pack, label=label, text=text, is_new=True, kept=kept_draft(ref, by=by),
        may_save=rights.may_create(ref, by), may_run=rights.may_run(ref, by),
    )  # fmt: skip


def wrong_name(pack: str, name: str, *, by: Caller) -> str | None:
    """Why a new workflow can't have this name, or None."""
    if not NAME.fullmatch(name):
        return f"“{name[:40]}” can’t be a name: take lowercase letters, digits, “_” and “-”."
    if not rights.may_create(f"{pack}.{name}", by):
        return f"You may not make workflows in the pack {pack}. An administrator can grant you actions:create."
    try:
        workflows.get_workflow(ref=f"{pack}.{name}", by=by)
    except NotFound:
        return None
    return f"The pack {pack} has a workflow “{name}” already. Open that one, or take another name."


def posted(doc: EditedDocument, form: Mapping[str, str]) -> EditedDocument:
    """The document with the text of the plain form. Browsers send CRLF; a text that had none gets none."""
    text = form.get("text", "")
    if "\r\n" not in doc.text:
        text = text.replace("\r\n", "\n")
    base = form.get("base", "")
    revision = int(base) if base.isdecimal() and len(base) < 18 else doc.revision
    return replace(doc, text=text, revision=revision, file_hash=form.get("file_hash", "")[:64], settles=form.get("settles", ""))


def of_draft(doc: EditedDocument) -> EditedDocument:
    """The document as the caller left it; as it is stored when there is no draft."""
    if doc.kept is None:
        return doc
    return replace(doc, text=doc.kept["text"], revision=doc.kept["base"] or doc.revision, settles=doc.kept["updated"])


def _whole(workflow: Mapping[str, Any]) -> dict[str, Any]:
    if not workflow["revision"]:
        return dict(workflow["definition"])
    return workflows.plan_source(workflow["revision"])
