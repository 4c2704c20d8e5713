"""PyTorch's side: `python3 pytorch.py THREADS`. Answers as side.mjs says."""

import json
import sys
import time

import numpy as np
import torch
from torch import nn

CLASSES = 10


class Residual(nn.Module):
    def __init__(self, body, shortcut):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x):
        return self.body(x) + (self.shortcut(x) if self.shortcut else x)


def layer(spec):
    kind = spec["kind"]
    if kind == "conv":
        kernel = spec["kernel"]
        return nn.Conv2d(spec["in"], spec["out"], kernel, spec["stride"], kernel // 2, bias=spec["bias"])
    if kind == "norm":
        return nn.BatchNorm2d(spec["in"])
    if kind == "linear":
        return nn.Linear(spec["in"], spec["out"])
    if kind == "residual":
        return Residual(sequence(spec["body"]), sequence(spec["shortcut"]) if "shortcut" in spec else None)
    return {
        "relu": nn.ReLU,
        "maxPool": lambda: nn.MaxPool2d(2),
        "globalAvgPool": lambda: nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten,
    }[kind]()


def sequence(specs):
    return nn.Sequential(*(layer(spec) for spec in specs))


class Task:
    def __init__(self, request):
        net = request["net"]
        self.batch = net["batch"]
        self.model = sequence(net["layers"])
        values = torch.from_numpy(np.fromfile(request["parameters"], dtype=np.float32))
        at = 0
        with torch.no_grad():
            for parameter in self.model.parameters():
                parameter.copy_(values[at : at + parameter.numel()].reshape(parameter.shape))
                at += parameter.numel()
        assert at == len(values)
        if request["channelsLast"]:
            self.model = self.model.to(memory_format=torch.channels_last)
        self.format = torch.channels_last if request["channelsLast"] else torch.contiguous_format
        self.samples = torch.from_numpy(np.fromfile(request["samples"], dtype=np.float32)).reshape(-1, *net["input"])
        self.labels = torch.arange(len(self.samples)) % CLASSES
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=request["learningRate"], momentum=request["momentum"])
        self.loss = nn.CrossEntropyLoss()
        self.at = 0

    def order(self):
        order = (self.at + 7 * torch.arange(1, self.batch + 1)) % len(self.samples)
        self.at = int(order[-1])
        return order

    def step(self, order):
        x = self.samples[order].contiguous(memory_format=self.format)
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.model(x), self.labels[order])
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def time(self, milliseconds, least):
        times = []
        end = time.perf_counter() + milliseconds / 1000
        while len(times) < least or time.perf_counter() < end:
            order = self.order()
            start = time.perf_counter()
            self.step(order)
            times.append((time.perf_counter() - start) * 1000)
        return times


def main():
    torch.set_num_threads(int(sys.argv[1]))
    print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    tasks = {}
    for line in sys.stdin:
        request = json.loads(line)
        command = request["command"]
        try:
            if command == "prepare":
                tasks[request["index"]] = Task(request)
                reply = {}
            elif command == "losses":
                task = tasks[request["index"]]
                reply = {"losses": [task.step(task.order()) for _ in range(request["steps"])]}
            else:
                reply = {"times": tasks[request["index"]].time(request["milliseconds"], request["least"])}
        except Exception as error:  # The other side decides what to do without it.
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()
