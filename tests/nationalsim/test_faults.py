"""The language of faults."""

from __future__ import annotations

import pytest

from ecouvillon.nationalsim.faults import Fault, Faults, InvalidFaults, Kind, parse


def test_a_spec_is_read_in_its_order() -> None:
    assert parse("ae=1, none=2,slow=1,slow=1:0.5,") == [
        Fault(Kind.AE),
        Fault(Kind.NONE),
        Fault(Kind.NONE),
        Fault(Kind.SLOW, 3.0),
        Fault(Kind.SLOW, 0.5),
    ]


def test_an_empty_spec_is_a_healthy_system() -> None:
    assert Faults("").use() is None


@pytest.mark.parametrize(
    "word",
    [
        "lazy=1",
        "ae",
        "ae=",
        "ae=0",
        "ae=-1",
        "ae=x",
        "ae=²",
        "ae=1:5",
        "=1",
        "AE=1",
        "ae=999999999999",
        "slow=1:",
        "slow=1:x",
        "slow=1:nan",
        "slow=1:inf",
        "slow=1:-1",
    ],
)
def test_a_bad_word_is_named(word: str) -> None:
    with pytest.raises(InvalidFaults) as refused:
        parse(f"ar=1,{word},none=1")
    assert repr(word) in str(refused.value)


def test_a_bad_spec_leaves_the_faults_that_were_coming() -> None:
    faults = Faults("ae=1")
    with pytest.raises(InvalidFaults):
        faults.set("ar=1,lazy=1")
    assert list(faults) == [Fault(Kind.AE)]
    assert faults.use() == Fault(Kind.AE)
    assert faults.use() is None
