"""What may be asked for by name: weights of the manifest, profiles of the tracker."""

import pytest

from studio.runs.weights import PROFILES, check_profile
from studio.scenes.errors import SceneFault


def test_the_profiles_are_those_of_the_tracker():
    from tracking.profile import PROFILES as KNOWN

    assert tuple(KNOWN) == PROFILES


def test_the_weights_own_profile_is_an_empty_name():
    assert (check_profile(""), check_profile("vot")) == ("", "vot")


def test_an_unknown_profile_is_refused_with_those_there_are():
    with pytest.raises(SceneFault, match="no profile 'best'; there are default, davis"):
        check_profile("best")
