#!/usr/bin/env python3
"""A record processor of the Kinesis Client Library that writes what it gets to a file."""

import os

from amazon_kclpy import kcl
from amazon_kclpy.v3 import processor


def note(*words):
    with open(os.environ["KCL_OUT"], "a") as out:
        out.write(" ".join(words) + "\n")


class Processor(processor.RecordProcessorBase):
    def initialize(self, initialize_input):
        self.shard = initialize_input.shard_id
        note("initialize", self.shard)

    def process_records(self, process_records_input):
        for record in process_records_input.records:
            note("record", self.shard, record.binary_data.decode())
        process_records_input.checkpointer.checkpoint()

    def lease_lost(self, _):
        note("lost", self.shard)

    def shard_ended(self, shard_ended_input):
        shard_ended_input.checkpointer.checkpoint()
        note("ended", self.shard)

    def shutdown_requested(self, shutdown_requested_input):
        shutdown_requested_input.checkpointer.checkpoint()


if __name__ == "__main__":
    kcl.KCLProcess(Processor()).run()
