"""Found by every interpreter that has this folder on its path: where EPOCHSCOPE_AUDIT says so, it is audited from its
first line on, and so are all that it starts.

The variable is JSON: the folders `runs`, `outside` and `own`, the only one to write to, and the file `report`.
"""

import json
import os
import sys

if "EPOCHSCOPE_AUDIT" in os.environ:
    from tests.reliability.audited_window import ProcessAudit

    sys.addaudithook(ProcessAudit(**json.loads(os.environ["EPOCHSCOPE_AUDIT"])))
