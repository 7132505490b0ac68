"""A request with a field that is none of our forms', at every address."""

import pytest

from tests.faces.test_csrf import post_everywhere


@pytest.mark.parametrize("token", ["", "x", "IjEi.aaaa.bbbb"])
def test_a_post_with_a_field_of_somebody_elses_form_is_refused_everywhere(app, vendor, token):
    post_everywhere(app, vendor, token)
