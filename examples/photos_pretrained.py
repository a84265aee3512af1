"""Your photographs, a folder per class, on a pretrained network: `python photos_pretrained.py FOLDER`.

Needs `pip install "epochscope[pretrained]"`; nothing is downloaded when it runs.
"""

import sys
from pathlib import Path

from trainer import load_run
from trainer.launch import start
from trainer.report import write_report
from trainer.settings import merge
from trainer.settings.recipes import load_recipe
from trainer.store.folder import RunFolder

photos = Path(sys.argv[1])
settings = merge(load_recipe("photos").values, {"data": {"source": str(photos.resolve())}})
result = start(settings, Path("runs"), name="photos")
print(result.evaluations["test"].scores())

# later, from the run's folder alone
run = load_run("runs/photos")
print(run.predict(photos)[["class", "confidence"]].head(3))
print(write_report(RunFolder(run.path), Path("photos.html")), "bytes of report")
