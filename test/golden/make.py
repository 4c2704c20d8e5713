"""Writes what PyTorch answers, for the tests beside this file: layers.safetensors and training.safetensors.

    OMP_NUM_THREADS=1 python3 test/golden/make.py

Made with PyTorch 1.13.0 (Debian's python3-torch). Another version or processor may draw other numbers, and round
the last digits otherwise; the tests hold all the same.
"""

import json
import pathlib
import struct

import torch

import layers
import training

FOLDER = pathlib.Path(__file__).parent
TYPES = {torch.float32: "F32", torch.float64: "F64"}


def write(name, cases, tensors):
    """A safetensors file: 8 bytes of header length, a JSON header, the elements; `cases` in its metadata, as JSON."""
    metadata = {"made by": f"test/golden/make.py with PyTorch {torch.__version__}", "cases": json.dumps(cases)}
    header, parts, offset = {"__metadata__": metadata}, [], 0
    for key, tensor in tensors.items():
        part = tensor.detach().contiguous().numpy().tobytes()
        header[key] = {
            "dtype": TYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(part)],
        }
        parts.append(part)
        offset += len(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path = FOLDER / f"{name}.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")


torch.set_num_threads(1)
write("layers", *layers.make())
write("training", *training.make())
