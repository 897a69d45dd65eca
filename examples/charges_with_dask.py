"""Add up what each user's calls cost, with a cluster of Dask whose workers read the call records."""

import sys
from datetime import date, timedelta

from dask.distributed import Client

from voipstudio_async import VoipStudio
from voipstudio_async.dask import read_cdrs

if __name__ == "__main__":
    # The address of a scheduler; without it, processes of this machine.
    with Client(*sys.argv[1:]), VoipStudio() as client:
        plan = client.cdrs.plan(date(2026, 1, 1), date(2026, 7, 1), slice=timedelta(days=7))
        calls = read_cdrs(plan, gate=3)
        print(calls.groupby("user_id").charge.sum().compute().sort_values(ascending=False).head(10))
