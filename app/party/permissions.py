"""Permissions, roles and the one table that joins them; `permit` is the first line of every verb."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Forbidden, Unauthenticated


class Permission(StrEnum):
    """What can be allowed, `scope:resource:action`, in alphabetical order; disconnected from roles."""

    CAPTURE_EVENT_READ = "capture:event:read"
    CAPTURE_EVENT_WRITE = "capture:event:write"
    CATALOGUE_LOT_WRITE = "catalogue:lot:write"
    CATALOGUE_PLACE_WRITE = "catalogue:place:write"
    CATALOGUE_PRODUCT_WRITE = "catalogue:product:write"
    CATALOGUE_RECORD_READ = "catalogue:record:read"
    LABEL_DESIGN_WRITE = "label:design:write"
    LABEL_JOB_READ = "label:job:read"
    LABEL_JOB_WRITE = "label:job:write"
    LABEL_RANGE_WRITE = "label:range:write"
    LABEL_SERIAL_VOID = "label:serial:void"
    LABEL_SSCC_WRITE = "label:sscc:write"
    LABEL_STAMP_WRITE = "label:stamp:write"
    PARTY_API_KEY_WRITE = "party:api-key:write"
    PARTY_ORGANISATION_READ = "party:organisation:read"
    PARTY_ORGANISATION_WRITE = "party:organisation:write"
    RECALL_NOTICE_READ = "recall:notice:read"
    RECALL_NOTICE_WRITE = "recall:notice:write"
    RESOLVE_HOST_WRITE = "resolve:host:write"
    RESOLVE_LINK_READ = "resolve:link:read"
    RESOLVE_LINK_WRITE = "resolve:link:write"


class Role(StrEnum):
    """Who somebody is in an organisation (design.md, section 9)."""

    ANONYMOUS = "anonymous"
    APPROVER = "approver"
    CARRIER = "carrier"
    CERTIFICATION_BODY = "certification_body"
    INSPECTOR = "inspector"
    LABORATORY = "laboratory"
    MEMBER = "member"
    OPERATOR = "operator"
    OWNER = "owner"
    REGULATOR = "regulator"


AUTHORITIES = frozenset({Role.INSPECTOR, Role.OPERATOR, Role.REGULATOR})
"""Roles that nobody gives to a key of an enterprise, however little they may today: what they may grows, and the key stays."""

_P = Permission
_OWN = frozenset({_P.PARTY_ORGANISATION_READ})
_RECORDS = frozenset({_P.CAPTURE_EVENT_READ, _P.CAPTURE_EVENT_WRITE, _P.CATALOGUE_RECORD_READ, _P.CATALOGUE_PLACE_WRITE})
_MEMBER = (
    _OWN
    | _RECORDS
    | {
        _P.CATALOGUE_LOT_WRITE,
        _P.CATALOGUE_PRODUCT_WRITE,
        _P.LABEL_DESIGN_WRITE,
        _P.LABEL_JOB_READ,
        _P.LABEL_JOB_WRITE,
        _P.LABEL_SSCC_WRITE,
        _P.LABEL_STAMP_WRITE,
        _P.RECALL_NOTICE_READ,
        _P.RESOLVE_LINK_READ,
        _P.RESOLVE_LINK_WRITE,
    }
)
_APPROVER = _MEMBER | {_P.LABEL_RANGE_WRITE, _P.LABEL_SERIAL_VOID, _P.RECALL_NOTICE_WRITE}
_OWNER = _APPROVER | {_P.PARTY_API_KEY_WRITE, _P.PARTY_ORGANISATION_WRITE, _P.RESOLVE_HOST_WRITE}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ANONYMOUS: frozenset(),
    Role.APPROVER: frozenset(_APPROVER),
    Role.CARRIER: _OWN | _RECORDS,
    Role.CERTIFICATION_BODY: _OWN | _RECORDS,
    Role.INSPECTOR: _OWN,
    Role.LABORATORY: _OWN | _RECORDS,
    Role.MEMBER: frozenset(_MEMBER),
    Role.OPERATOR: _OWN | {_P.LABEL_SSCC_WRITE, _P.RESOLVE_LINK_READ, _P.RESOLVE_LINK_WRITE},
    Role.OWNER: frozenset(_OWNER),
    Role.REGULATOR: _OWN,
}
"""Role by permission: the whole truth of who may do what inside their own organisation."""


class SignInNeeded(Unauthenticated):
    """The caller is not known."""

    code = "party.sign-in-needed"


class NotAllowed(Forbidden):
    """The caller's role does not include the permission, or the subject belongs to another organisation."""

    code = "party.not-allowed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, a program with an API key, or nobody (anonymous).

    party_id: the organisation they act for; scopes: for API keys, the only permissions they may use (empty: all of the role).
    """

    role: Role = Role.ANONYMOUS
    party_id: int | None = None
    person_id: int | None = None
    key_id: str | None = None
    name: str = ""
    party_name: str = ""
    language: str | None = None
    scopes: frozenset[Permission] = frozenset()

    @property
    def anonymous(self) -> bool:
        """Whether nobody is signed in."""
        return self.role is Role.ANONYMOUS

    def may(self, permission: Permission) -> bool:
        """Whether role and scopes include a permission."""
        return permission in GRANTS[self.role] and (not self.scopes or permission in self.scopes)

    @property
    def party(self) -> int:
        """The organisation of a signed-in actor; raises SignInNeeded for anonymous."""
        if self.party_id is None:
            raise SignInNeeded
        return self.party_id


ANONYMOUS = Actor()


def permit(actor: Actor, permission: Permission, party_id: int | None = None) -> int:
    """Raise unless the actor may do this to something of `party_id` (their own organisation when None); returns the party id.

    Raises SignInNeeded, NotAllowed.
    """
    if actor.anonymous or actor.party_id is None:
        raise SignInNeeded
    if not actor.may(permission):
        raise NotAllowed(permission=str(permission), role=str(actor.role))
    if party_id is not None and party_id != actor.party_id:
        raise NotAllowed(permission=str(permission), role=str(actor.role))
    return actor.party_id
