"""Load the call records of all accounts into a database: what is new since the last run. Run it from cron, hourly."""

import sys
from datetime import date

import dlt

from voipstudio_async import Accounts
from voipstudio_async.dlt import source

pipeline = dlt.pipeline("voipstudio", destination=sys.argv[1], dataset_name="voipstudio")
with Accounts.from_env() as accounts:
    print(pipeline.run(source(accounts, since=date(2026, 1, 1))))
