"""Films, one module each. A new one is a module with Effect's names, and a line here."""

from collections.abc import Mapping

from studio.exports.effects import overlay
from studio.exports.effects.effect import Effect

_MODULES: tuple[Effect, ...] = (overlay,)
EFFECTS: Mapping[str, Effect] = {module.name: module for module in _MODULES}
