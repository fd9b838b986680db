"""Looks at an item: what is recorded, what is not, and when they mean that a label was copied."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from app.clock import SetClock
from app.store.columns import to_micros
from app.store.keys import new_id
from app.verify import day_secret, scans
from app.verify.model import Scan
from app.verify.scans import MOST_PROVINCES, MOST_VIEWERS, SAME_LOOK, WINDOW, Told, distance_km, impossible
from app.verify.verdict import Cause, Judgement
from tests.verify.world import GTIN, SERIAL, World

HOUR = 3_600_000_000
AT = to_micros(datetime(2026, 6, 20, tzinfo=UTC))
HAI_PHONG, CA_MAU, HUNG_YEN, HO_CHI_MINH, HA_NOI = "31", "96", "33", "79", "01"


def _look(world: World, *, ago: timedelta = timedelta(), province: str | None = None, viewer: bytes | None = None) -> None:
    values: dict[str, Any] = {"party_id": world.owner.party_id, "scan_id": new_id(), "gtin": GTIN, "serial": SERIAL}
    values |= {
        "seen_at": to_micros(world.on.clock.now() - ago),
        "province": province,
        "viewer": viewer,
        "verdict": "verified",
        "cause": "-",
    }
    world.write(insert(Scan).values(values))


def _rows(world: World) -> list[Any]:
    with world.on.store.reading() as connection:
        return list(connection.execute(select(Scan.__table__)))


# ------------------------------------------------------------------------------------------------ the rules


@pytest.mark.parametrize(
    ("minutes", "copied"),
    [(14, True), (87, True), (88, False), (600, False)],  # Hải Phòng to Cà Mau is 1,309 km: 87.3 minutes at 900 km/h
)
def test_a_pack_travels_no_faster_than_an_airliner(minutes: int, copied: bool) -> None:
    told = [Told(AT, HAI_PHONG, b"a"), Told(AT + minutes * HOUR // 60, CA_MAU, b"b")]
    assert (impossible(told) is not None) is copied


def test_neighbouring_provinces_say_nothing() -> None:
    assert distance_km(HAI_PHONG, HUNG_YEN) < scans.LEAST_KM
    assert impossible([Told(AT, HAI_PHONG, b"a"), Told(AT, HUNG_YEN, b"b")]) is None


def test_one_visitor_who_names_two_provinces_is_no_copy() -> None:
    assert impossible([Told(AT, HAI_PHONG, b"a"), Told(AT + HOUR // 60, CA_MAU, b"a")]) is None


def test_the_order_of_the_looks_does_not_matter() -> None:
    told = [Told(AT + HOUR // 4, CA_MAU, b"b"), Told(AT + 90 * HOUR, HA_NOI, b"c"), Told(AT, HAI_PHONG, b"a")]
    assert impossible(told) == (told[2], told[0])


@given(st.sampled_from(sorted(scans.province_names())), st.sampled_from(sorted(scans.province_names())))
def test_distance_is_the_same_both_ways_and_fits_the_country(one: str, other: str) -> None:
    assert distance_km(one, other) == pytest.approx(distance_km(other, one))
    assert (distance_km(one, other) == 0) is (one == other)
    assert distance_km(one, other) < 1_800


def test_the_most_glaring_pair_is_told() -> None:
    told = [Told(AT, HAI_PHONG, b"a"), Told(AT + HOUR, CA_MAU, b"b"), Told(AT + HOUR + HOUR // 6, HAI_PHONG, b"c")]
    assert impossible(told) == (told[1], told[2])


def test_a_province_that_does_not_exist_is_no_distance_away() -> None:
    assert distance_km("99", HA_NOI) == 0


# ------------------------------------------------------------------------------------------------ signals


def test_looks_in_two_distant_provinces_within_minutes_are_suspicious(world: World) -> None:
    world.commission()
    _look(world, ago=timedelta(minutes=14), province=HAI_PHONG, viewer=b"a")
    _look(world, province=CA_MAU, viewer=b"b")
    verdict = world.check()
    assert (verdict.verdict, verdict.cause) == (Judgement.SUSPICIOUS, Cause.CLONE_GEO)
    assert (verdict.params["one"], verdict.params["other"], verdict.params["minutes"]) == ("Hải Phòng", "Cà Mau", 14)


@pytest.mark.parametrize(("count", "copied"), [(MOST_PROVINCES - 1, False), (MOST_PROVINCES, True)])
def test_five_provinces_within_ten_days_are_suspicious(world: World, count: int, copied: bool) -> None:
    world.commission()
    for number, province in enumerate([HA_NOI, HUNG_YEN, HAI_PHONG, "22", "24"][:count]):
        _look(world, ago=timedelta(days=number), province=province, viewer=b"%d" % number)
    assert (world.check().cause is Cause.CLONE_COUNT) is copied


@pytest.mark.parametrize(("count", "copied"), [(MOST_VIEWERS - 1, False), (MOST_VIEWERS, True)])
def test_fifty_viewers_within_ten_days_are_suspicious(world: World, count: int, copied: bool) -> None:
    world.commission()
    for number in range(count):
        _look(world, ago=timedelta(hours=number), viewer=b"%d" % number)
    assert (world.check().cause is Cause.CLONE_COUNT) is copied


def test_a_label_found_copied_stays_suspicious_however_long_ago_that_was(world: World) -> None:
    world.commission()
    for number, province in enumerate([HA_NOI, HUNG_YEN, HAI_PHONG, "22", "24"]):
        _look(world, ago=timedelta(days=200 + number), province=province, viewer=b"%d" % number)
    assert world.check().cause is Cause.CLONE_COUNT


def test_five_provinces_over_half_a_year_are_a_pack_that_travels(world: World) -> None:
    world.commission()
    for number, province in enumerate([HA_NOI, HUNG_YEN, HAI_PHONG, "22", "24"]):
        _look(world, ago=timedelta(days=40 * number), province=province, viewer=b"%d" % number)
    assert world.check().verdict is Judgement.VERIFIED


def test_viewers_of_more_than_ten_days_ago_raise_no_signal_and_are_still_counted(world: World) -> None:
    world.commission()
    for number in range(MOST_VIEWERS):
        _look(world, ago=WINDOW + timedelta(hours=1 + number), viewer=b"%d" % number)
    verdict = world.check()
    assert verdict.verdict is Judgement.VERIFIED
    assert verdict.scans is not None
    assert (verdict.scans.total, verdict.scans.viewers) == (MOST_VIEWERS, 0)


# ------------------------------------------------------------------------------------------------ what is recorded


@pytest.mark.parametrize("name", ["scan-day.new", "scan-day.lock"])
def test_a_secret_of_the_day_that_cannot_be_kept_costs_the_count_and_not_the_page(world: World, client: Any, name: str) -> None:
    world.commission()
    (world.on.settings.home / name).mkdir(parents=True)  # what stands where the file should go cannot be written over
    assert client.get(f"/v/01/{GTIN}/21/{SERIAL}").status_code == 200
    assert _rows(world) == []


def test_opening_the_page_counts_once_and_keeps_no_address(world: World, client: Any) -> None:
    world.commission()
    page = client.get(f"/v/01/{GTIN}/21/{SERIAL}", headers={"User-Agent": "Telephone"}, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    (row,) = _rows(world)
    assert (row.gtin, row.serial, row.verdict, row.cause, row.province) == (GTIN, SERIAL, "verified", "VERIFIED-ITEM", None)
    assert len(row.viewer) == 12
    assert all(secret not in repr(row) for secret in ("203.0.113.7", "Telephone"))
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}, {"User-Agent": "facebookexternalhit/1.1"}],
)
def test_prefetches_and_link_previews_are_no_looks(world: World, client: Any, headers: dict[str, str]) -> None:
    assert client.get(f"/v/01/{GTIN}/21/{SERIAL}", headers=headers).status_code == 200
    assert _rows(world) == []


def test_head_the_resolver_and_the_json_door_are_no_looks(world: World, client: Any) -> None:
    client.head(f"/v/01/{GTIN}/21/{SERIAL}")
    client.get(f"/01/{GTIN}/21/{SERIAL}")
    client.get(f"/api/verify?code=(01){GTIN}(21){SERIAL}")
    assert _rows(world) == []


def test_a_code_without_serial_is_not_counted(world: World, client: Any) -> None:
    client.get(f"/v/01/{GTIN}")
    client.get("/v/01/09521003000015/21/X")
    assert _rows(world) == []


def test_the_page_loaded_again_or_in_another_language_is_the_same_look(world: World, client: Any, clock: SetClock) -> None:
    for query in ("", "?lang=en", "?lang=fr"):
        page = client.get(f"/v/01/{GTIN}/21/{SERIAL}{query}")
    assert len(_rows(world)) == 1
    assert "numéro 1." in page.text
    clock.advance(SAME_LOOK + timedelta(seconds=1))
    assert "number 2." in client.get(f"/v/01/{GTIN}/21/{SERIAL}?lang=en").text


def test_a_visitor_has_another_token_every_day(world: World, clock: SetClock) -> None:
    def token(address: str = "203.0.113.7", agent: str = "Telephone") -> bytes:
        return scans.viewer_token(address, agent, on=world.on)

    first = token()
    clock.advance(timedelta(hours=1))
    assert token() == first
    others = {token("203.0.113.8"), token(agent="Tablet")}
    clock.advance(timedelta(days=1))
    assert len({first, *others, token()}) == 4


def test_yesterdays_token_cannot_be_computed_again_from_anything_that_is_kept(world: World, clock: SetClock) -> None:
    yesterday = clock.now()
    token = scans.viewer_token("203.0.113.7", "Telephone", on=world.on)
    home = world.on.settings.home
    before = (home / day_secret.NAME).read_text(encoding="ascii").split()[1]
    clock.advance(timedelta(days=1))
    scans.viewer_token("203.0.113.9", "Another", on=world.on)
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert before.encode() not in kept
    assert bytes.fromhex(before) not in kept
    (home / day_secret.NAME).unlink()
    clock.set(yesterday)
    assert scans.viewer_token("203.0.113.7", "Telephone", on=world.on) != token


def test_the_secret_of_the_day_is_the_operators_alone_and_in_no_backup(world: World) -> None:
    scans.viewer_token("203.0.113.7", "Telephone", on=world.on)
    path = world.on.settings.home / day_secret.NAME
    assert path.stat().st_mode & 0o077 == 0
    assert not list((world.on.settings.home / "secrets").glob("scan-day*"))


def test_many_at_once_agree_on_the_secret_of_the_day(tmp_path: Path) -> None:
    for day in range(1, 21):
        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(lambda _: day_secret.of_day(tmp_path, date(2026, 6, day)), range(4)))) == 1  # noqa: B023  # in turn


def test_a_clock_that_is_behind_at_midnight_keeps_the_new_secret_and_one_that_was_years_ahead_does_not(tmp_path: Path) -> None:
    today = date(2026, 6, 20)
    tomorrow = day_secret.of_day(tmp_path, today + timedelta(days=1))
    assert day_secret.of_day(tmp_path, today) == tomorrow
    wrong = day_secret.of_day(tmp_path, date(2099, 1, 1))
    assert day_secret.of_day(tmp_path, today) not in {wrong, tomorrow}


@pytest.mark.parametrize("damaged", ["", "2026-06-20", "2026-06-20 abc", "2026-06-20 00", "yesterday " + "0" * 64])
def test_a_damaged_secret_is_replaced(tmp_path: Path, damaged: str) -> None:
    (tmp_path / day_secret.NAME).write_text(damaged, encoding="ascii")
    assert len(day_secret.of_day(tmp_path, date(2026, 6, 20))) == 32


def test_one_address_cannot_count_without_end(world: World, client: Any) -> None:
    for number in range(60):
        client.get(f"/v/01/{GTIN}/21/{SERIAL}", headers={"User-Agent": f"Agent {number}"}, environ_base={"REMOTE_ADDR": "198.51.100.9"})
    assert len(_rows(world)) < MOST_VIEWERS


# ------------------------------------------------------------------------------------------------ telling the place


def _pass_of(page: str) -> str:
    return page.split('name="look" value="', 1)[1].split('"', 1)[0]


def test_a_visitor_tells_the_province_of_their_look_once(world: World, client: Any) -> None:
    path = f"/v/01/{GTIN}/21/{SERIAL}"
    look = _pass_of(client.get(path).text)
    told = client.post(f"{path}/where?lang=en", data={"look": look, "province": HAI_PHONG})
    assert (told.status_code, "Thank you" in told.text, [row.province for row in _rows(world)]) == (200, True, [HAI_PHONG])
    again = client.post(f"{path}/where?lang=en", data={"look": look, "province": CA_MAU})
    assert ("already told" in again.text, [row.province for row in _rows(world)]) == (True, [HAI_PHONG])


@pytest.mark.parametrize("province", ["", "99", "HN", "31' OR 1=1"])
def test_a_province_that_does_not_exist_is_not_kept(world: World, client: Any, province: str) -> None:
    path = f"/v/01/{GTIN}/21/{SERIAL}"
    client.post(f"{path}/where", data={"look": _pass_of(client.get(path).text), "province": province})
    assert [row.province for row in _rows(world)] == [None]


def test_nobody_tells_the_place_of_a_look_that_is_not_theirs(world: World, client: Any) -> None:
    path = f"/v/01/{GTIN}/21/{SERIAL}"
    party, scan, seal = _pass_of(client.get(path).text).split(".")
    for forged in (f"{party}.{int(scan) + 1}.{seal}", f"{party}.{scan}.{'0' * 24}", f"{party}.{scan}", "", "a.b.c", f"{'9' * 30}.1.{seal}"):
        client.post(f"{path}/where", data={"look": forged, "province": HAI_PHONG})
    assert [row.province for row in _rows(world)] == [None]


def test_another_sites_form_tells_nothing(world: World, client: Any) -> None:
    path = f"/v/01/{GTIN}/21/{SERIAL}"
    look = _pass_of(client.get(path).text)
    answer = client.post(f"{path}/where", data={"look": look, "province": HAI_PHONG}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, [row.province for row in _rows(world)]) == (403, [None])
