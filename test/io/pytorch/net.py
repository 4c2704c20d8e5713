# A small network of every layer that has weights, in PyTorch: makes the files that test/io/pytorch.test.ts reads, and loads what
# convasm wrote. PyTorch and the standard library are enough; OMP_NUM_THREADS=1 keeps the bits.
#
#   python3 test/io/pytorch/net.py make            net.safetensors (the state_dict) and results.safetensors (an input, the output)
#   python3 test/io/pytorch/net.py load FILE       loads FILE with strict=True and says how far the output is from the one in it:
#                                                  CONVASM_PYTHON=python3 npx vitest run test/io/pytorch.test.ts
import json
import pathlib
import struct
import sys

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent
DTYPES = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64"}


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


def network():
    return nn.Sequential(
        nn.Conv2d(2, 6, (3, 2), padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        Residual(
            nn.Sequential(nn.Conv2d(6, 6, 3, padding=1, groups=6), nn.BatchNorm2d(6), nn.SiLU(), nn.Conv2d(6, 8, 1)),
            nn.Conv2d(6, 8, 1, bias=False),
        ),
        nn.ConvTranspose2d(8, 4, (2, 3), stride=2, padding=1, output_padding=1, groups=2),
        nn.BatchNorm2d(4, affine=False),
        nn.Sequential(nn.MaxPool2d(2), nn.Flatten()),
        nn.Linear(4 * 4 * 7, 10),
    )


def write(path, tensors):
    header, parts, offset = {}, [], 0
    for name, tensor in tensors.items():
        data = tensor.detach().contiguous().numpy().tobytes()
        place = [offset, offset + len(data)]
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": place}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def read(path):
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    header.pop("__metadata__", None)
    types = {name: dtype for dtype, name in DTYPES.items()}

    def tensor(entry):
        begin, end = entry["data_offsets"]
        values = bytearray(body[begin:end])
        return torch.frombuffer(values, dtype=types[entry["dtype"]]).reshape(entry["shape"])

    return {name: tensor(entry) for name, entry in header.items()}


def make():
    torch.manual_seed(1)
    net = network()
    # Running statistics that are those of something.
    for _ in range(3):
        net(2 * torch.randn(4, 2, 5, 6) + 0.5)
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d) and module.affine:
                module.weight.uniform_(0.5, 2)
                module.bias.uniform_(-1, 1)
    net.eval()
    x = torch.randn(3, 2, 5, 6)
    write(FOLDER / "net.safetensors", net.state_dict())
    # In float64, from the float32 weights: what float32 is compared with.
    write(FOLDER / "results.safetensors", {"input": x, "output": net.double()(x.double())})


def load(path):
    tensors = read(path)
    x, expected = tensors.pop("input"), tensors.pop("output")
    net = network().to(expected.dtype)
    net.load_state_dict(tensors, strict=True)
    difference = (net.eval()(x) - expected).abs().max().item()
    print(f"loaded {len(tensors)} tensors with strict=True; the output is off by {difference:.3g}")
    return difference < 1e-5


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make()
    elif not load(pathlib.Path(sys.argv[2])):
        sys.exit(1)
