"""Actions from a Python file, as the seed has them: a module with ``actions = [...]``."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING

from ticket_queue_daemon.actions.base import BaseAction
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path
    from types import CodeType


class _Afresh(SourceFileLoader):
    """Never takes kept bytecode: that of a file changed within a second may be the old one's."""

    def get_code(self, fullname: str) -> CodeType:
        """What the file says now."""
        del fullname
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


EXAMPLE = "actions = [AddAssetAction(), SummaryCommentAction()]"


def load_actions(path: Path) -> list[BaseAction]:
    """Run the file and take its ``actions``. The file is code: it may do what its owner may.

    Raises:
        ConfigError: it can't be read, it raises, or it has no list of actions; names the line.
    """
    loader = _Afresh("ticket_queue_daemon_actions", str(path))
    spec = importlib.util.spec_from_file_location(loader.name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path} is not a Python file.", f"Give a .py file with {EXAMPLE}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except ConfigError:
        raise
    except Exception as error:
        frames = list(traceback.extract_tb(error.__traceback__))
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        line = getattr(error, "lineno", None) or (lines[-1] if lines else None)
        place = f"{path}, line {line}" if line else str(path)
        raise ConfigError(
            f"{place}: {type(error).__name__}: {error}.", "Mend the file and try again."
        ) from error
    actions = getattr(module, "actions", None)
    if not isinstance(actions, list | tuple) or not all(
        isinstance(action, BaseAction) for action in actions
    ):
        raise ConfigError(
            f"{path} has no list named actions that holds actions only.", f"Write {EXAMPLE}"
        )
    return list(actions)
