from __future__ import annotations

import json

from app.cli import demo_seed
from app.cli import demo_world as world
from app.runtime import Runtime


def test_chain_a_has_fourteen_events_and_covers_all_six_stages() -> None:
    events = [event for _, event in world.chain_a(["K7M2Q9"])]
    stages = {"pre-production", "production", "post-harvest", "processing", "distribution", "retail"}
    assert (len(events), {event["ex:stage"] for event in events}) == (14, stages)


def test_the_sorting_of_chain_a_leaves_no_mass_unexplained() -> None:
    (event,) = [event for _, event in world.chain_a(["K7M2Q9"]) if event["type"] == "TransformationEvent"]
    came = sum(each["quantity"] for each in event["inputQuantityList"])
    went = sum(each["quantity"] for each in event["outputQuantityList"]) + event["ex:loss"]["ex:quantity"]
    assert (came, came - went) == (1236, 0)


def test_what_an_older_release_remembered_is_not_taken_for_the_demo(on: Runtime) -> None:
    file = on.settings.home / demo_seed.FILE
    file.write_text(json.dumps({"sign_ins": [], "api_keys": {}}), encoding="utf-8")
    assert demo_seed.remembered(on) is None
    file.write_text(json.dumps({"sign_ins": [], "api_keys": {}, "paths": {}}), encoding="utf-8")
    assert demo_seed.remembered(on) is not None
