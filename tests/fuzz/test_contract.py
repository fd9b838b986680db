"""Requests that a machine makes up from our own contract: never a fault of ours, and every answer is one that the contract tells of."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from app.capture.accept import accept
from app.journey.flags.follow import catch_up
from app.runtime import Runtime
from tests.builders import make_api_key, make_enterprise
from tests.fuzz import seeds
from tests.thorough import THOROUGH

PARTS = ("/api/convert", "/api/flags", "/api/master-data", "/epcis")
"""What is asked in the usual run; a thorough one asks every operation."""

EXAMPLES = 500 if THOROUGH else 1
"""Requests for each operation. Usually few: each operation is made up and answered; that rare ones are found is for the nights."""

LEFT_OUT = {"waitForCheckpoint", "signOut"}
"""Operations that would wait, or end the session of all others."""

NOT_UNDERSTOOD = {"/api/identify"}
"""Answers whose schema schemathesis 4.32 rewrites wrongly: `prefixItems` of OpenAPI 3.1 becomes a list of `items`."""


@pytest.fixture
def schema(app: Any) -> Any:
    """Our contract as it is served, with the application behind it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own modules
        schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: it makes requests up from our contract")
        return schemathesis.openapi.from_wsgi("/api/openapi.yaml", app)


@pytest.mark.hostile
@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.filterwarnings("ignore")
def test_made_up_requests_are_answered_as_the_contract_says(on: Runtime, schema: Any) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

    firm = make_enterprise(on)
    accept(seeds.JSON[-2], by=firm.actor(), on=on)
    catch_up(on)
    key = make_api_key(on, firm)
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    faults: dict[str, str] = {}
    asked = [each for each in (result.ok() for result in schema.get_all_operations()) if THOROUGH or usual(each)]
    for operation in asked:
        if operation.definition.raw.get("operationId") not in LEFT_OUT:
            judged = checks[:-1] if operation.path in NOT_UNDERSTOOD else checks
            try:
                ask(operation, judged, key)
            except Exception as fault:  # noqa: BLE001  # every operation is asked before anything is told
                faults[operation.label] = str(fault)[:1500]
    assert not faults, "\n\n".join(f"{name}\n{fault}" for name, fault in faults.items())
    assert len(asked) > 25


def usual(operation: Any) -> bool:
    return operation.path.startswith(PARTS) and operation.method.upper() != "OPTIONS"


def ask(operation: Any, checks: list[Any], headers: dict[str, str]) -> None:
    """Some requests for an operation; raises what is wrong with an answer."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def each(case: Any) -> None:
        case.call_and_validate(checks=checks, headers=headers)

    each()
