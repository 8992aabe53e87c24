"""``python -m xlpipeline`` is the command line too."""

from __future__ import annotations

import sys

from xlpipeline.cli import main

sys.exit(main())
