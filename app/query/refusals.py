"""What can be wrong with a question about events."""

from __future__ import annotations

from app.errors import Invalid, NotFound, TooLarge


class QueryParameterUnknown(Invalid):
    """A query parameter has a name that nothing reads: leaving it out would answer another question."""

    code = "query.parameter-unknown"  # params: name, known
    epcis = "QueryParameterException"


class QueryParameterLater(Invalid):
    """A query parameter of the standard that this version cannot answer."""

    code = "query.parameter-later"  # params: name, known
    epcis = "QueryParameterException"


class QueryParameterWrong(Invalid):
    """A query parameter has a value that it does not take."""

    code = "query.parameter-wrong"  # params: name, given, expected
    epcis = "QueryParameterException"


class TokenWrong(Invalid):
    """A nextPageToken was not given out for this query, or not by us."""

    code = "query.token-wrong"
    epcis = "QueryParameterException"


class TooComplex(TooLarge):
    """A query names more values than are looked for at once."""

    code = "query.too-complex"  # params: found, limit
    epcis = "QueryTooComplexException"


class ResultTooLarge(TooLarge):
    """An answer that has to be one page would have more events than one page has room for."""

    code = "query.too-large"  # params: limit
    epcis = "QueryTooLargeException"


class NoSuchResource(NotFound):
    """No event of the organisation has this value, so the standard's resource of that name does not exist."""

    code = "query.no-such-resource"  # params: kind, value


class NoSuchToken(NotFound):
    """A nextPageToken that nobody was given."""

    code = "query.no-such-token"


class NoSuchQuery(NotFound):
    """No named query has this name."""

    code = "query.no-such-query"  # params: name
    epcis = "NoSuchNameException"
