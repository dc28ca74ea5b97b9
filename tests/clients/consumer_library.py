"""A consumer library from PyPI that nobody here wrote (async-kinesis) reads a stream through a split and a merge."""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request

from kinesis import Consumer, Producer

BINARY = os.environ["KINESIM"]
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c", "X-Amz-Date": "x"}
os.environ.update(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret")


def ask(url, operation, **body):
    headers = {"X-Amz-Target": f"Kinesis_20131202.{operation}", "Content-Type": "application/x-amz-json-1.1", **SIGNED}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "null")


async def put(url, numbers):
    async with Producer(stream_name="orders", endpoint_url=url, region_name="us-east-1", buffer_time=0.1) as producer:
        for n in numbers:
            await producer.put({"n": n})


async def read(url, wanted):
    seen = set()
    async with Consumer(stream_name="orders", endpoint_url=url, region_name="us-east-1", sleep_time_no_records=0.2) as consumer:
        while not seen >= wanted:
            async for item in consumer:
                seen.add(item["n"])
    return seen


async def main(url):
    settle = lambda: asyncio.sleep(1)
    ask(url, "CreateStream", StreamName="orders", ShardCount=2)
    await settle()
    await put(url, range(100))
    reading = asyncio.create_task(read(url, set(range(300))))
    await settle()
    ask(url, "SplitShard", StreamName="orders", ShardToSplit="shardId-000000000000", NewStartingHashKey=str(1 << 126))
    await settle()
    await put(url, range(100, 200))
    ask(url, "MergeShards", StreamName="orders", ShardToMerge="shardId-000000000002", AdjacentShardToMerge="shardId-000000000003")
    await settle()
    await put(url, range(200, 300))
    seen = await asyncio.wait_for(reading, 120)
    assert seen == set(range(300)), f"{len(seen)} of 300"


if __name__ == "__main__":
    server = subprocess.Popen([BINARY, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        asyncio.run(main(server.stdout.readline().split()[-1]))
    finally:
        server.terminate()
        server.wait()
    sys.stdout.write("300 records read through a split and a merge\n")
