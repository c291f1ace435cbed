from __future__ import annotations

import re

from api.maps.drawing import marks, views
from api.maps.drawing.paths import GRID

HERE = (13.3443, 52.4846)
VIEW = views.near(HERE[1], HERE[0])


def test_a_place_that_is_known_roughly_is_a_circle_as_wide_as_that() -> None:
    picture = marks.put_around("<svg></svg>", VIEW, HERE, 215)

    found = re.search(r'<circle class="around" cx="(\d+)" cy="(\d+)" r="(\d+)"/></svg>$', picture)
    assert found is not None
    x, y, radius = (int(each) / GRID for each in found.groups())
    assert (round(x), round(y)) == (VIEW.width // 2, VIEW.height // 2)
    assert abs(radius * VIEW.metres_per_pixel - 215) < 1


def test_a_place_that_is_known_exactly_is_a_point() -> None:
    assert 'class="around"' not in marks.put("<svg></svg>", VIEW, HERE, ())
