"""What can be wrong with an EPC binary string; `position` counts characters of the segment (or of the value, when building) from 0."""

from __future__ import annotations

from app.errors import Invalid


class NotAnEpcSegment(Invalid):
    """The segment is neither `eh` with lower-case hexadecimal digits nor `ex` with characters of base64url."""

    code = "identify.not-an-epc-segment"  # params: found, position


class EpcTooShort(Invalid):
    """There is no data, or less than the eight bits of a header."""

    code = "identify.epc-too-short"  # params: found, position


class EpcTooLong(Invalid):
    """More bits than any EPC with all its data has."""

    code = "identify.epc-too-long"  # params: found, most, position


class EpcHeaderReserved(Invalid):
    """The header is that of an unprogrammed tag, or the standard gives it to no scheme."""

    code = "identify.epc-header-reserved"  # params: found, position


class EpcWithoutKey(Invalid):
    """The scheme identifies things, but not with a GS1 key, so there is no Digital Link for it."""

    code = "identify.epc-without-key"  # params: scheme, position


class EpcTruncated(Invalid):
    """The data ends inside a field."""

    code = "identify.epc-truncated"  # params: scheme, needed, found, position


class EpcWrongPartition(Invalid):
    """The partition value is none of the seven that tell the length of the company prefix."""

    code = "identify.epc-wrong-partition"  # params: scheme, found, position


class EpcWrongValue(Invalid):
    """The bits of a field stand for no value that the scheme has."""

    code = "identify.epc-wrong-value"  # params: scheme, field, found, position


class EpcLeftover(Invalid):
    """Bits are set after the end of the EPC where only padding belongs."""

    code = "identify.epc-leftover"  # params: scheme, position


class EpcSchemeUnknown(Invalid):
    """No scheme with a GS1 key has that name."""

    code = "identify.epc-scheme-unknown"  # params: found, position


class EpcNotEncodable(Invalid):
    """The scheme has no bits for a value, or none for its AI."""

    code = "identify.epc-not-encodable"  # params: scheme, field, found, position


class EpcWrongHost(Invalid):
    """The host name is missing, or the scheme has none, or it cannot be a host name."""

    code = "identify.epc-wrong-host"  # params: scheme, found, position
