"""Every refusal has words: what happened and what to do, in three languages, with the same parameters; and no words are left over."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.architecture import source
from tests.architecture.codes import ALWAYS, CODE, codes, placeholders

SENTENCES = ("vi", "en", "fr")
REMEDIES = ("do_vi", "do_en", "do_fr")


def test_every_code_of_the_source_has_words() -> None:
    assert sorted(codes().all() - set(source.error_catalogue())) == []


def test_every_code_with_words_is_raised_somewhere() -> None:
    # A class that is only defined raises nothing: its name must be used outside of its own definition and of imports.
    named = Counter(
        node.id if isinstance(node, ast.Name) else node.attr
        for path in source.modules()
        for node in source.nodes(path)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    )
    raised = {use.code for use in codes().uses} | {code for name, code in codes().classes.items() if named[name]}
    assert sorted(set(source.error_catalogue()) - raised) == []


def test_every_finding_carries_its_code_in_writing() -> None:
    assert [use.place for use in codes().uses if not use.code] == []


def test_no_two_refusals_share_a_code() -> None:
    assert [code for code, count in Counter(codes().classes.values()).items() if count > 1] == []


def test_every_code_names_its_slice_and_what_happened() -> None:
    assert [code for code in source.error_catalogue() if not CODE.fullmatch(code)] == []


def test_every_code_has_a_sentence_and_a_remedy_in_three_languages() -> None:
    wanted = {*SENTENCES, *REMEDIES}
    wrong = {
        code: set(words) ^ wanted for code, words in source.error_catalogue().items() if set(words) != wanted or not all(words.values())
    }
    assert wrong == {}


@pytest.mark.parametrize("keys", [SENTENCES, REMEDIES])
def test_the_three_languages_tell_the_same_parameters(keys: tuple[str, ...]) -> None:
    told = {code: [placeholders(words.get(key, "")) for key in keys] for code, words in source.error_catalogue().items()}
    assert {code: parts for code, parts in told.items() if any(part != parts[0] for part in parts)} == {}


def test_every_parameter_of_a_sentence_is_given_where_it_is_raised() -> None:
    holes = []
    for use in codes().uses:
        words = source.error_catalogue().get(use.code, {})
        wanted = {name for sentence in words.values() for name in placeholders(sentence)} - ALWAYS
        if use.given is not None and wanted - use.given:
            holes.append(f"{use.place} {use.code} lacks {', '.join(sorted(wanted - use.given))}")
    assert holes == []
