"""JSON doors of label designs."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.api.door import Door, actor, runtime
from app.label.designs import find, keep, rules
from app.label.designs.preview import preview
from app.label.designs.refusals import NoLogo
from app.party.permissions import Permission, permit
from app.web import forms

door = Door("designs_api", __name__)

_ALL = "/api/label-designs"
_ONE = "/api/label-designs/<int(max=9223372036854775807):design_id>"
_NAMES = {forms.camel(name): name for name in rules.FIELDS}


def _said(row: Any) -> dict[str, Any]:
    """A design without the bytes of its logo."""
    made = rules.of_row(row)
    values = {forms.camel(name): value for name, value in rules.as_values(made).items()}
    times = {"createdAt": row.created_at, "changedAt": row.changed_at}
    return {"design": str(row.design_id), "hasLogo": row.logo_type is not None} | values | times


def _sent() -> dict[str, Any]:
    """A design as it was sent, under our names; what is wrong in it is told field by field, so nothing is refused here."""
    return {_NAMES[name]: value for name, value in forms.json_object(*_NAMES).items()}


def _one(design_id: int) -> dict[str, Any]:
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        return _said(find.design(connection, party_id, design_id))


@door.route(_ALL, needs=Permission.LABEL_JOB_READ, operation="listLabelDesigns")
def list_label_designs() -> Response:
    """The designs in use by name."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        rows = find.designs(connection, party_id)
    return forms.json_answer({"designs": [_said(row) for row in rows]})


@door.route(_ALL, needs=Permission.LABEL_DESIGN_WRITE, operation="postLabelDesign", methods=("POST",))
def post_label_design() -> Response:
    """Keep a new design; its logo is put afterwards."""
    with forms.as_sent():
        design_id = keep.make(_sent(), by=actor(), on=runtime())
    return forms.json_answer(_one(design_id), 201, Location=f"{_ALL}/{design_id}")


@door.route(_ONE, needs=Permission.LABEL_JOB_READ, operation="getLabelDesign")
def get_label_design(design_id: int) -> Response:
    """One design."""
    return forms.json_answer(_one(design_id))


@door.route(_ONE, needs=Permission.LABEL_DESIGN_WRITE, operation="putLabelDesign", methods=("PUT",))
def put_label_design(design_id: int) -> Response:
    """Change everything of a design but its logo."""
    with forms.as_sent():
        keep.change(design_id, _sent(), by=actor(), on=runtime())
    return forms.json_answer(_one(design_id))


@door.route(f"{_ONE}/copy", needs=Permission.LABEL_DESIGN_WRITE, operation="copyLabelDesign", methods=("POST",))
def copy_label_design(design_id: int) -> Response:
    """A second design that differs by its name alone."""
    fresh = keep.copy(design_id, by=actor(), on=runtime())
    return forms.json_answer(_one(fresh), 201, Location=f"{_ALL}/{fresh}")


@door.route(_ONE, needs=Permission.LABEL_DESIGN_WRITE, operation="removeLabelDesign", methods=("DELETE",))
def remove_label_design(design_id: int) -> Response:
    """Take a design out of use."""
    keep.remove(design_id, by=actor(), on=runtime())
    return Response(status=204)


@door.route(f"{_ONE}/restore", needs=Permission.LABEL_DESIGN_WRITE, operation="restoreLabelDesign", methods=("POST",))
def restore_label_design(design_id: int) -> Response:
    """Take the removal of a design back."""
    keep.restore(design_id, by=actor(), on=runtime())
    return forms.json_answer(_one(design_id))


@door.route(f"{_ONE}/logo", needs=Permission.LABEL_JOB_READ, operation="getLabelDesignLogo")
def get_label_design_logo(design_id: int) -> Response:
    """The logo as PNG."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        row = find.design(connection, party_id, design_id)
    if row.logo is None:
        raise NoLogo(design=str(design_id))
    return Response(row.logo, content_type=row.logo_type)


@door.route(f"{_ONE}/logo", needs=Permission.LABEL_DESIGN_WRITE, operation="putLabelDesignLogo", methods=("PUT",))
def put_label_design_logo(design_id: int) -> Response:
    """Keep the body, a PNG or JPEG, as the logo."""
    keep.set_logo(design_id, request.get_data(), by=actor(), on=runtime())
    return forms.json_answer(_one(design_id))


@door.route(f"{_ONE}/logo", needs=Permission.LABEL_DESIGN_WRITE, operation="removeLabelDesignLogo", methods=("DELETE",))
def remove_label_design_logo(design_id: int) -> Response:
    """Take the logo away."""
    keep.set_logo(design_id, None, by=actor(), on=runtime())
    return Response(status=204)


@door.route(f"{_ONE}/preview.svg", needs=Permission.LABEL_JOB_READ, operation="getLabelDesignPreview")
def get_label_design_preview(design_id: int) -> Response:
    """One label in this design; `?gtin=&lot=`, without them the newest batch."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        made = rules.of_row(find.design(connection, party_id, design_id))
    shown = preview(made, request.args.get("gtin", ""), request.args.get("lot", ""), by=actor(), on=runtime())
    if shown.wrong is not None:
        raise shown.wrong
    return Response(shown.svg, content_type="image/svg+xml")
