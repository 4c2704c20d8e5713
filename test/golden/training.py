"""Ten steps of a small residual network in float64, and by how much PyTorch's own float32 misses them: the worst error
of any tensor, relative to its largest element.

Names of parameters are convasm's. Gradients of parameters are those of the mean loss; that of the input is per sample,
batch times PyTorch's.
"""

import itertools

import torch
from torch import nn

BATCH, CHANNELS, SIZE, CLASSES, STEPS = 6, 2, 8, 4, 10

# No ReLU may be so near its kink in any step that float32 could take the other side.
MARGIN = 1e-5

# `schedule`: of the learning rate, by name and options. `clip`: the largest norm of the gradients.
RUNS = [
    {"name": "SGD", "optimizer": "SGD", "options": {"learningRate": 0.1}},
    {
        "name": "SGD with momentum, dampening, weight decay, label smoothing",
        "optimizer": "SGD",
        "options": {"learningRate": 0.1, "momentum": 0.9, "dampening": 0.25, "weightDecay": 0.01},
        "labelSmoothing": 0.1,
    },
    {
        "name": "SGD with Nesterov's momentum and weight decay, a step schedule",
        "optimizer": "SGD",
        "options": {"learningRate": 0.05, "momentum": 0.9, "nesterov": True, "weightDecay": 0.001},
        "schedule": {"name": "stepDecay", "every": 4, "factor": 0.5},
    },
    {
        "name": "Adam with weight decay, label smoothing",
        "optimizer": "Adam",
        "options": {"learningRate": 0.01, "weightDecay": 0.01},
        "labelSmoothing": 0.1,
    },
    {
        "name": "Adam with other betas and eps",
        "optimizer": "Adam",
        "options": {"learningRate": 0.005, "betas": [0.8, 0.95], "eps": 0.001},
    },
    {
        "name": "AdamW with a cosine schedule and clipped gradients",
        "optimizer": "AdamW",
        "options": {"learningRate": 0.02, "weightDecay": 0.1},
        "schedule": {"name": "cosine", "steps": STEPS, "minimum": 0.001},
        "clip": 0.5,
    },
]


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + (self.shortcut(x) if self.shortcut else x)


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


def network():
    """Its places in lists are those of the network in training.test.ts."""
    identity = nn.Sequential(conv(6, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), conv(6, 6, 3), nn.BatchNorm2d(6))
    half = nn.Sequential(conv(6, 8, 3, 2), nn.BatchNorm2d(8), nn.ReLU(), conv(8, 8, 3), nn.BatchNorm2d(8))
    projection = nn.Sequential(conv(6, 8, 1, 2), nn.BatchNorm2d(8))
    return nn.Sequential(
        conv(CHANNELS, 6, 3),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        Residual(identity),
        nn.ReLU(),
        Residual(half, projection),
        nn.ReLU(),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        nn.Linear(8, CLASSES),
    )


def named(net, get):
    """What `get` finds in the modules, by convasm's names."""
    names = {"running_mean": "runningMean", "running_var": "runningVar"}
    found = {}
    for path, module in net.named_modules():
        norm = isinstance(module, nn.BatchNorm2d)
        weights = {"weight": "weight" if norm else "W", "bias": "bias" if norm else "b"}
        for name, value in get(module):
            known = {**weights, **names}.get(name)
            if known and value is not None:
                found[f"{path}.{known}"] = value.detach().clone()
    return found


def parameters(net):
    return named(net, lambda module: module._parameters.items())


def buffers(net):
    return named(net, lambda module: module._buffers.items())


def gradients(net):
    return named(net, lambda module: [(name, p.grad) for name, p in module._parameters.items() if p is not None])


def optimizer_of(spec, net):
    o = spec["options"]
    common = {"lr": o["learningRate"], "weight_decay": o.get("weightDecay", 0)}
    if spec["optimizer"] == "SGD":
        extra = {key: o[key] for key in ("momentum", "dampening", "nesterov") if key in o}
        return torch.optim.SGD(net.parameters(), **common, **extra)
    adam = getattr(torch.optim, spec["optimizer"])
    return adam(net.parameters(), betas=tuple(o.get("betas", (0.9, 0.999))), eps=o.get("eps", 1e-8), **common)


def schedule_of(spec, optimizer):
    s = spec.get("schedule", {"name": "stepDecay", "every": STEPS, "factor": 1})
    if s["name"] == "cosine":
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, s["steps"], s["minimum"])
    return torch.optim.lr_scheduler.StepLR(optimizer, s["every"], s["factor"])


def run(spec, seed, dtype):
    """The first parameters and inputs, and what comes of them."""
    torch.manual_seed(seed)
    net = network()
    x = torch.empty(BATCH, CHANNELS, SIZE, SIZE).uniform_(-1, 1)
    start = parameters(net)
    net = net.to(dtype)
    kinks = []
    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_pre_hook(lambda _, inputs: kinks.append(inputs[0].detach().abs().min().item()))
    x = x.to(dtype).requires_grad_()
    labels = torch.arange(BATCH) % CLASSES
    loss = nn.CrossEntropyLoss(label_smoothing=spec.get("labelSmoothing", 0))
    optimizer = optimizer_of(spec, net)
    schedule = schedule_of(spec, optimizer)
    losses, norms, first = [], [], {}
    for step in range(STEPS):
        optimizer.zero_grad()
        x.grad = None
        logits = net(x)
        value = loss(logits, labels)
        value.backward()
        losses.append(value.item())
        if step == 0:
            first = {"logits": logits.detach(), "dx": x.grad * BATCH}
            first.update({f"grads/{name}": gradient for name, gradient in gradients(net).items()})
        if "clip" in spec:
            norms.append(nn.utils.clip_grad_norm_(net.parameters(), spec["clip"]).item())
        optimizer.step()
        schedule.step()
    after = {f"after/{name}": value for name, value in {**parameters(net), **buffers(net)}.items()}
    evaluated = net.eval()(x).detach()
    inputs = {"x": x.detach().float(), **{f"before/{name}": value for name, value in start.items()}}
    return {
        "inputs": inputs,
        "first": first,
        "results": {**after, "evaluated": evaluated},
        "numbers": {"labels": labels.tolist(), "losses": losses, "norms": norms},
        "kink": min(kinks),
    }


def first_seed():
    """The first of which all runs keep their distance from kinks."""

    def far(seed):
        return all(run(spec, seed, torch.float64)["kink"] > MARGIN for spec in RUNS)

    return next(seed for seed in itertools.count() if far(seed))


def largest(tensor):
    return tensor.abs().max().item()


def make():
    seed = first_seed()
    cases, tensors = [], {}
    for spec in RUNS:
        double, single = run(spec, seed, torch.float64), run(spec, seed, torch.float32)
        tensors.update(double["inputs"])
        # Before the first step runs with one loss are the same.
        start = f"label smoothing {spec.get('labelSmoothing', 0)}"
        tensors.update({f"{start}/{name}": value for name, value in double["first"].items()})
        tensors.update({f"{spec['name']}/{name}": value for name, value in double["results"].items()})
        errors = [
            largest(single[kind][name] - value) / largest(value)
            for kind in ("first", "results")
            for name, value in double[kind].items()
        ]
        cases.append({**spec, **double["numbers"], "float32": max(errors)})
    return cases, tensors
