"""mq-bridge, as its documentation shows it: one route from MQTT into a table. Runs in the environment made for it.

python mqbridge.py ROUTE.json
"""

import json
import logging
import signal
import sys
from pathlib import Path

import mq_bridge

logging.basicConfig(level=logging.WARNING)
mq_bridge.init_logging("warn")
route = mq_bridge.Route.from_config(json.loads(Path(sys.argv[1]).read_text()), "readings")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
route.start()
signal.pause()
