"""Run under the Python that has linuxforhealth-x12: print what it refuses in a file."""

import sys

from linuxforhealth.x12.io import X12ModelReader

with X12ModelReader(sys.argv[1]) as reader:
    models = list(reader.models())
if not models:
    sys.exit("no transaction was read")
