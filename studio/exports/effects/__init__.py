"""Films, one module each. A new one is a module with Effect's names, a line here and one in models.py."""

from collections.abc import Mapping

from studio.exports.effects import background, blur, crop, cutout, grid, matte, outline, overlay, spotlight
from studio.exports.effects.effect import Effect

_MODULES: tuple[Effect, ...] = (overlay, outline, matte, cutout, background, blur, spotlight, crop, grid)
EFFECTS: Mapping[str, Effect] = {module.name: module for module in _MODULES}
