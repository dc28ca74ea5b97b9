"""Looks at a run's tables: `kinesim run FILE --parquet DIR`, then `python3 examples/notebook/look.py DIR`.

Reads them with DuckDB (`pip install duckdb`), or with pyarrow (`pip install pyarrow`) where that is what is there.
"""

import sys
from pathlib import Path


def with_duckdb(folder):
    import duckdb

    def show(title, query):
        print(f"\n{title}")
        for row in duckdb.sql(query).fetchall():
            print("  ", *row)

    table = lambda name: f"'{folder / name}.parquet'"
    show(
        "Events by kind",
        f"SELECT event, count(*) FROM {table('events')} GROUP BY event ORDER BY 2 DESC, 1 LIMIT 10",
    )
    show(
        "Shards by their fullest second: stream, shard, second, records, records throttled",
        f"""SELECT stream, shard, arg_max(second, records), max(records), sum(records_throttled)
            FROM {table('shards')} GROUP BY stream, shard ORDER BY 4 DESC, 1, 2 LIMIT 10""",
    )
    show(
        "Oldest record that waited: consumer, shard, second, seconds of age, owner of the lease then",
        f"""SELECT consumer, shard, arg_max(second, oldest_unread_ms), max(oldest_unread_ms) / 1000,
                   arg_max(coalesce(owner, 'nobody'), oldest_unread_ms)
            FROM {table('consumers')} GROUP BY consumer, shard ORDER BY 4 DESC, 1, 2 LIMIT 10""",
    )
    show(
        "Who gained leases, and how (from the fields in `rest`)",
        f"""SELECT consumer, host, json_extract_string(rest, '$.how'), count(*)
            FROM {table('events')} WHERE event = 'LeaseGained' GROUP BY ALL ORDER BY ALL""",
    )


def with_pyarrow(folder):
    import pyarrow.parquet as parquet

    read = lambda name: parquet.read_table(folder / f"{name}.parquet")
    print("\nEvents by kind")
    counts = read("events").group_by("event").aggregate([("event", "count")])
    for row in counts.sort_by([("event_count", "descending")]).slice(0, 10).to_pylist():
        print("  ", row["event"], row["event_count"])
    print("\nShards: stream, shard, most records in a second, records throttled")
    shards = read("shards").group_by(["stream", "shard"])
    for row in shards.aggregate([("records", "max"), ("records_throttled", "sum")]).to_pylist():
        print("  ", *row.values())
    print("\nOldest record that waited: consumer, shard, milliseconds of age")
    consumers = read("consumers").group_by(["consumer", "shard"])
    for row in consumers.aggregate([("oldest_unread_ms", "max")]).to_pylist():
        print("  ", *row.values())


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    try:
        with_duckdb(folder)
    except ModuleNotFoundError:
        with_pyarrow(folder)


if __name__ == "__main__":
    main()
