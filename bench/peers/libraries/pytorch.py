"""Answers pytorch.mjs: a request in JSON on each line of the input, an answer on each line of the output.

prepare  operation, shape, x, w, dy (files of float32) -> id
time     id, milliseconds, least                       -> times, milliseconds of each call
result   id, path                                      -> writes the result there
"""

import json
import resource
import sys
import time

import numpy as np
import torch

NEEDS = {"forward": ("x", "w"), "inputGrad": ("x", "w", "dy"), "filterGrad": ("x", "w", "dy")}


def shapes(s):
    size = (s["size"] + 2 * s["padding"] - s["kernel"]) // s["stride"] + 1
    return {
        "x": (s["batch"], s["inChannels"], s["size"], s["size"]),
        "w": (s["outChannels"], s["inChannels"] // s["groups"], s["kernel"], s["kernel"]),
        "dy": (s["batch"], s["outChannels"], size, size),
    }


def prepare(request):
    """The operation as a function without arguments."""
    operation, s = request["operation"], request["shape"]
    sizes = shapes(s)
    x, w, dy = (
        torch.from_numpy(np.fromfile(request[name], dtype=np.float32).reshape(sizes[name]))
        if name in NEEDS[operation]
        else None
        for name in ("x", "w", "dy")
    )
    stride, padding, groups = s["stride"], s["padding"], s["groups"]
    if operation == "forward":
        return lambda: torch.nn.functional.conv2d(x, w, None, stride, padding, 1, groups)
    wanted = 0 if operation == "inputGrad" else 1
    mask = [wanted == 0, wanted == 1, False]
    pair = [stride, stride], [padding, padding], [1, 1]
    backward = torch.ops.aten.convolution_backward
    return lambda: backward(dy, x, w, None, *pair, False, [0, 0], groups, mask)[wanted]


def measure(run, milliseconds, least):
    """Calls during which the operating system gave the processor to others are left out, unless there are no others."""
    undisturbed, disturbed = [], []
    end = time.perf_counter() + milliseconds / 1000
    while len(undisturbed) + len(disturbed) < least or time.perf_counter() < end:
        switches = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
        start = time.perf_counter()
        run()
        elapsed = (time.perf_counter() - start) * 1000
        same = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw == switches
        (undisturbed if same else disturbed).append(elapsed)
    return undisturbed or disturbed


def answer(request, tasks):
    command = request["command"]
    if command == "prepare":
        tasks.append(prepare(request))
        return {"id": len(tasks) - 1}
    run = tasks[request["id"]]
    if command == "time":
        return {"times": measure(run, request["milliseconds"], request["least"])}
    run().contiguous().numpy().tofile(request["path"])
    return {}


def blas():
    """The library that multiplies its matrices. Debian's first choice is the reference BLAS, a tenth as fast as the others."""
    try:
        with open("/proc/self/maps") as maps:
            text = maps.read().lower()
    except OSError:
        return "an unknown BLAS"
    known = (name for name in ("OpenBLAS", "BLIS", "MKL", "ATLAS") if name.lower() in text)
    return next(known, "reference BLAS")


def main():
    torch.set_num_threads(1)
    print(json.dumps({"version": f"{torch.__version__} with {blas()}"}), flush=True)
    tasks = []
    with torch.inference_mode():
        for line in sys.stdin:
            try:
                reply = answer(json.loads(line), tasks)
            except Exception as error:  # The other side decides what to do without it.
                reply = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(reply), flush=True)


main()
