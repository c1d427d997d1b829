"""``python -m wholescene.cli``: the same as the ``wholescene`` script, for callers that know only a Python."""

import sys

from .main import main

sys.exit(main())
