"""Writes parquet_files.json: small Parquet files by pyarrow, in base64, and the values that pyarrow reads from them.

Run in an environment with `pip install pyarrow`: python make_parquet_file.py
"""

import base64
import datetime
import decimal
import io
import json
import math
import pathlib
import random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

random.seed(20260714)


def with_gaps(values, every=4):
    return [None if i % every == 1 else x for i, x in enumerate(values)]


def all_types(n=11):
    ints = [(-1) ** i * i * 7 for i in range(n)]
    day = datetime.date(1969, 12, 30)
    noon = datetime.datetime(2020, 2, 29, 12, 0, 0, 123456)
    days = [day + datetime.timedelta(days=i) for i in range(n)]
    times = [noon + datetime.timedelta(hours=i) for i in range(n)]
    return pa.table({
        "i8": pa.array(ints, pa.int8()),
        "i32": pa.array(with_gaps(ints), pa.int32()),
        "i64": pa.array(with_gaps([x * 2**40 for x in ints]), pa.int64()),
        "u8": pa.array([255 - i for i in range(n)], pa.uint8()),
        "u32": pa.array([2**32 - 1 - i for i in range(n)], pa.uint32()),
        "u64": pa.array([2**52 + i for i in range(n)], pa.uint64()),
        "f16": pa.array(np.array([x / 8 for x in ints], np.float16)),
        "f32": pa.array(with_gaps([x / 7 for x in ints], 3), pa.float32()),
        "f64": pa.array([x / 7 for x in ints], pa.float64()),
        "bool": pa.array(with_gaps([i % 3 == 0 for i in range(n)]), pa.bool_()),
        "text": pa.array(with_gaps([["", "a", "né", "😀"][i % 4] * (1 + i // 4) for i in range(n)], 5)),
        "none": pa.array([None] * n, pa.float64()),
        "date": pa.array(days, pa.date32()),
        "ms": pa.array([t.replace(microsecond=7000) for t in times], pa.timestamp("ms")),
        "us": pa.array(times, pa.timestamp("us")),
        "ns": pa.array(times, pa.timestamp("ns")),
        "clock": pa.array([datetime.time(0, 0, i) for i in range(n)], pa.time32("ms")),
        "price": pa.array([decimal.Decimal(x) / 4 for x in ints], pa.decimal128(9, 2)),
    })


def plain(column):
    """The values as the table here has them: times in milliseconds, NaN as null, in JSON."""
    epoch = datetime.datetime(1970, 1, 1)
    kind = column.type
    if pa.types.is_date(kind):
        return [x.toordinal() * 86_400_000 - 719_163 * 86_400_000 for x in column.to_pylist()]
    if pa.types.is_timestamp(kind):
        return [(x - epoch) / datetime.timedelta(milliseconds=1) for x in column.cast(pa.timestamp("us")).to_pylist()]
    if pa.types.is_time(kind):
        return [1000 * x.second for x in column.to_pylist()]
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return [None if x is None else list(x) for x in column.to_pylist()]
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return [None if x is None or math.isnan(x) else float(x) for x in column.to_pylist()]
    return column.to_pylist()


def case(name, table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, write_statistics=False, store_schema=False, **options)
    read = pq.read_table(io.BytesIO(file.getvalue()))
    while any(pa.types.is_struct(f.type) for f in read.schema):
        read = read.flatten()
    return {"name": name, "file": base64.b64encode(file.getvalue()).decode(),
            "columns": {n: plain(read[n]) for n in read.column_names}}


def cases():
    few = all_types().select(["i32", "f64", "bool", "text"])
    # As long and as repetitive as it takes to fill several pages, with runs and copies in them.
    words = [random.choice(["setosa", "virginica", "versicolor"]) for _ in range(400)]
    many = pa.table({"x": pa.array(with_gaps(list(range(400)), 9), pa.int64()), "word": pa.array(words),
                     "same": pa.array([1.5] * 400), "flag": pa.array([i // 100 % 2 == 0 for i in range(400)])})
    yield case("all types", all_types(), compression="none")
    yield case("no dictionary, snappy", few, use_dictionary=False)
    yield case("version 2 pages, gzip", few, data_page_version="2.0", compression="gzip")
    yield case("version 2 pages, plain booleans", few, data_page_version="2.0", compression="none",
               column_encoding={"bool": "PLAIN"}, use_dictionary=False)
    yield case("zstd", few, compression="zstd")
    yield case("older types", few, version="1.0")
    yield case("several groups and pages", many, row_group_size=170, data_page_size=256, write_batch_size=50)
    yield case("no rows", few.slice(0, 0))
    images = [{"bytes": bytes(range(i)), "path": f"{i}.png"} for i in range(9)]
    images[2], images[4]["bytes"], images[6]["path"] = None, None, None
    deep = [None if i == 1 else {"b": None if i == 3 else {"c": None if i == 5 else i}} for i in range(9)]
    held = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    parts = pa.table({"image": pa.array(images, held), "label": list(range(9)), "deep": pa.array(deep),
                      "pair": pa.array(with_gaps([bytes([i, 255 - i]) for i in range(9)]), pa.binary(2))})
    yield case("structures and bytes", parts)
    yield case("structures, version 2 pages", parts, data_page_version="2.0", use_dictionary=False)
    # Differences up to the largest and smallest, texts that begin alike, and more of them than a block of differences has.
    steps = [random.choice([-(2**31), 2**31 - 1, 0, 1, -1]) for _ in range(9)] + [i * i - 300 * i for i in range(280)]
    texts = with_gaps([["", "né", "needle", "needles"][i % 4] * (1 + i % 3) for i in range(len(steps))], 7)
    differences = pa.table({"i32": pa.array(with_gaps(steps), pa.int32()), "i64": pa.array([x * 2**21 for x in steps]),
                            "u8": pa.array([i % 256 for i in range(len(steps))], pa.uint8()), "text": pa.array(texts),
                            "sorted": pa.array(sorted(t or "" for t in texts)),
                            "same": pa.array([7] * len(steps), pa.int64()),
                            "pair": pa.array([bytes([i // 40, i % 3]) for i in range(len(steps))], pa.binary(2))})
    kinds = {"i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED", "u8": "DELTA_BINARY_PACKED",
             "same": "DELTA_BINARY_PACKED", "text": "DELTA_LENGTH_BYTE_ARRAY", "sorted": "DELTA_BYTE_ARRAY",
             "pair": "DELTA_BYTE_ARRAY"}
    yield case("differences", differences, use_dictionary=False, column_encoding=kinds)
    yield case("differences, version 2 pages", differences, use_dictionary=False, column_encoding=kinds,
               data_page_version="2.0", compression="none")
    one = differences.slice(3, 1).select(["i32", "i64", "text", "sorted"])
    yield case("one difference", one, use_dictionary=False, column_encoding={n: kinds[n] for n in one.column_names})
    split = all_types().select(["i32", "i64", "f16", "f32", "f64", "ms", "price"])
    yield case("bytes apart", split, use_dictionary=False, column_encoding="BYTE_STREAM_SPLIT")
    yield case("times of 96 bits", all_types().select(["us", "ns"]), use_deprecated_int96_timestamps=True)


def refused():
    yield "nested", pa.table({"a": [[1], [2, 3]]}), {}
    yield "list in a structure", pa.table({"a": [{"x": [1]}], "b": [2]}), {}
    yield "not UTF-8", pa.table({"a": pa.array([b"\xff"], pa.binary()).view(pa.string())}), {"use_dictionary": False}
    yield "beyond 2^53", pa.table({"a": pa.array([1, 2**53 + 1], pa.int64())}), {"use_dictionary": False}
    yield "unsigned, beyond 2^53", pa.table({"a": pa.array([2**64 - 1], pa.uint64())}), {"use_dictionary": False}
    yield "brotli", pa.table({"a": [1, 2]}), {"compression": "brotli"}
    yield "lz4", pa.table({"a": [1, 2]}), {"compression": "lz4"}


def refused_case(name, table, options):
    file = io.BytesIO()
    pq.write_table(table, file, write_statistics=False, store_schema=False, **options)
    return {"name": name, "file": base64.b64encode(file.getvalue()).decode()}


if __name__ == "__main__":
    written = {"generator": f"make_parquet_file.py, pyarrow {pa.__version__}", "read": list(cases()),
               "refused": [refused_case(*r) for r in refused()]}
    path = pathlib.Path(__file__).with_name("parquet_files.json")
    path.write_text(json.dumps(written, separators=(",", ":"), ensure_ascii=False) + "\n")
