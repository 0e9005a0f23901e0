"""The web application as a server loads it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal

from django.core.wsgi import get_wsgi_application

from ecouvillon.operations.process import end_with_parent

# A server process whose parent was killed would go on serving and hold the port. SIGKILL, since it
# hears no SIGTERM while it loads us; whoever waits for an answer then asks again (pathway.request).
end_with_parent(signal.SIGKILL)
_parent = multiprocessing.parent_process()
if _parent is not None and os.getppid() != _parent.pid:
    os._exit(1)  # killed before we asked: the kernel won't say so again
application = get_wsgi_application()
# What is loaded by now lives as long as the process: the collector need not look at it again, and a
# request makes too few objects to look after every few of them (docs/performance.md).
gc.freeze()
gc.set_threshold(20_000, 20, 20)
