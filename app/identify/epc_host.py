"""The host name at the end of the `++` schemes: URN Code 40, or 7 bits a character with short codes for usual beginnings and endings.

A host is reported in lower case; the standard allows any of 82 characters in it, here only those of a host name and a port pass.
Source: EPC Tag Data Standard 2.3, 14.5.16, tables 14-11 to 14-15 (two rows of 14-14 are printed with the prefix of 14-12).
"""

from __future__ import annotations

import re

from app.identify.epc_bits import Bits, Packer
from app.identify.epc_encoding import is_code40, read_triples, write_triples
from app.identify.epc_refusals import EpcWrongHost

MOST_UNITS = 63
"""Length of the longest host, in characters or codes of seven bits."""

_HOST = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._-]*[0-9A-Za-z])?(?::[0-9]{1,5})?")
_FIELD = "host"

_SHORT = {0x1E: "qr.", 0x1F: "www.", 0x20: "id.", 0x5B: ".com", 0x5C: ".org", 0x5D: ".net", 0x5E: ".int", 0x60: ".edu"}
_SHORT |= {0x7B: ".gov", 0x7C: ".mil", 0x7D: ".biz", 0x7E: ".eco", 0x7F: ".med"}

# Country codes in the order of their numbers: those to "li" are led by 0, those from "lk" by 1
_COUNTRIES = (
    """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo bq br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm
cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw
gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li
""",
    """
lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg
ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn
to tr tt tv tw tz ua ug us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
""",
    """
com.au net.au org.au co.at com.bd co.bd com.br net.br co.nz com.ng com.pk co.in com.in co.il co.jp co.za co.kr com.es com.lk co.th co.tt
com.tt com.tr biz.tr com.ua co.uk co.zm com.zm com.cn org.cn net.cn gov.cn
""",
    "tech",
)
_LONG = {lead << 7 | place: f".{name}" for lead, names in enumerate(_COUNTRIES) for place, name in enumerate(names.split())}
_LEADS = len(_COUNTRIES)
_CODES = {text: (code, 7) for code, text in _SHORT.items()} | {text: (code, 14) for code, text in _LONG.items()}
_PIECES = re.compile("|".join(map(re.escape, sorted(_CODES, key=len, reverse=True))) + "|.")


def read_host(bits: Bits) -> str:
    """The host name, in lower case. Raises EpcTruncated, EpcWrongValue."""
    start = bits.place
    ascii_codes = bits.take(1)
    length = bits.take(6)
    host = _read_codes(bits, length, start) if ascii_codes else read_triples(bits, length, _FIELD)
    if not _HOST.fullmatch(host) or len(host) > MOST_UNITS:
        raise bits.wrong(_FIELD, host, start)
    return host.lower()


def write_host(out: Packer, host: str) -> None:
    """A host name: upper case as URN Code 40, else by codes, the longest first. Raises EpcWrongHost."""
    if not _HOST.fullmatch(host) or len(host) > MOST_UNITS:
        raise EpcWrongHost(scheme=out.scheme, found=host, position=0)
    if is_code40(host):
        out.put(len(host), 7)
        write_triples(out, host)
        return
    codes = [_CODES.get(piece) or (ord(piece), 7) for piece in _PIECES.findall(host)]
    out.put(1 << 6 | sum(width for _, width in codes) // 7, 7)
    for code, width in codes:
        out.put(code, width)


def _read_codes(bits: Bits, units: int, start: int) -> str:
    end = bits.place + 7 * units
    host = ""
    while bits.place < end:
        code = bits.take(7)
        if code >= _LEADS:
            host += _SHORT.get(code) or chr(code)
            continue
        code = code << 7 | bits.take(7)
        if code not in _LONG or bits.place > end:
            raise bits.wrong(_FIELD, host, start)
        host += _LONG[code]
    return host
