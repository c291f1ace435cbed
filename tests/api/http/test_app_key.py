from __future__ import annotations

import pytest
from fastapi import FastAPI

from api.http.app_key import AppKey

KEY = AppKey[int]("number")


def test_each_application_has_its_own_value() -> None:
    first, second = FastAPI(), FastAPI()

    KEY.put(first, 1)
    KEY.put(second, 2)

    assert (KEY.of(first), KEY.of(second)) == (1, 2)


def test_a_value_that_nothing_has_put_is_not_found() -> None:
    assert KEY.find(FastAPI()) is None
    with pytest.raises(AttributeError, match="number"):
        KEY.of(FastAPI())
