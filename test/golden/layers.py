"""Single layers and losses in float64: the result, and all gradients.

Options have convasm's names. Inputs, parameters and output gradients are numbers that float32 holds. Results are what
convasm answers: the gradients of a layer's parameters are means over the batch of those that PyTorch sums up, and a
loss's gradient is per sample, batch times PyTorch's.
"""

import copy

import torch
from torch import nn

# Beside ordinary numbers: zeros, those next to a kink, and where e^x is very small or large.
EDGES = [0.0, -0.0, 1e-30, -1e-30, 2.9999998, -2.9999998, 3.0, -3.0, 3.0000002, -3.0000002]
EDGES += [5.9999995, 6.0, 6.0000005, -6.0, 20.0, -20.0, 87.0, -87.0, 100.0, -100.0, 700.0, -700.0]
INFINITE = [float("inf"), float("-inf")]


def case(layer, name, x, **options):
    return {"layer": layer, "name": name, "x": x, "options": options}


def conv(name, x, out, kernel, **options):
    return case("Conv2D", name, x, inChannels=x[1], outChannels=out, kernelSize=kernel, **options)


def depthwise(name, x, kernel, **options):
    return case("DepthwiseConv2D", name, x, channels=x[1], kernelSize=kernel, **options)


def transposed(name, x, out, kernel, **options):
    return case("ConvTranspose2D", name, x, inChannels=x[1], outChannels=out, kernelSize=kernel, **options)


LAYERS = [
    conv("3x3, padding 1", (2, 3, 7, 6), 5, 3, padding=1),
    conv("3x3, padding 0, no bias", (1, 4, 6, 5), 3, 3, bias=False),
    conv("5x5, stride 2, padding 2", (2, 3, 9, 8), 4, 5, stride=2, padding=2),
    conv(
        "3x2, stride [2, 1], padding [2, 1], dilation [1, 2]", (2, 2, 8, 7), 3, [3, 2],
        stride=[2, 1], padding=[2, 1], dilation=[1, 2],
    ),
    conv("dilation 2, padding 2", (1, 3, 8, 8), 4, 3, padding=2, dilation=2),
    conv("4x3, padding same", (2, 2, 6, 7), 3, [4, 3], padding="same"),
    conv("1x1, stride 2", (2, 6, 5, 7), 4, 1, stride=2),
    conv("2 groups", (2, 6, 6, 5), 4, 3, padding=1, groups=2),
    conv("3 groups, stride 2, dilation 2", (1, 6, 9, 9), 9, 3, stride=2, padding=2, dilation=2, groups=3),
    depthwise("3x3, padding 1", (2, 5, 7, 6), 3, padding=1),
    depthwise("3x3, stride 2, padding 1", (2, 5, 7, 8), 3, stride=2, padding=1),
    depthwise("5x5, dilation 2, no bias", (1, 3, 11, 10), 5, dilation=2, padding=4, bias=False),
    depthwise("3x3, 2 filters a channel", (2, 3, 6, 6), 3, padding=1, multiplier=2),
    transposed("4x4, stride 2, padding 1", (2, 3, 4, 5), 4, 4, stride=2, padding=1),
    transposed("3x3, stride 2, padding 1, output padding 1", (2, 3, 4, 3), 2, 3, stride=2, padding=1, outputPadding=1),
    transposed(
        "4x3, stride [3, 2], output padding [2, 1], no bias", (1, 4, 3, 4), 3, [4, 3],
        stride=[3, 2], outputPadding=[2, 1], bias=False,
    ),
    transposed("2 groups", (2, 4, 4, 4), 6, 3, padding=1, groups=2),
    transposed("dilation 2", (1, 3, 5, 4), 4, 3, stride=2, padding=2, outputPadding=1, dilation=2),
    case("Linear", "with bias", (5, 13), inFeatures=13, outFeatures=7),
    case("Linear", "without bias", (3, 6), inFeatures=6, outFeatures=9, bias=False),
    case("BatchNorm2D", "train", (4, 3, 5, 6), channels=3),
    case("BatchNorm2D", "train, eps 0.01, momentum 0.3", (2, 5, 4, 3), channels=5, eps=0.01, momentum=0.3),
    case("BatchNorm2D", "train, not affine", (3, 4, 1, 2), channels=4, affine=False),
    case("MaxPool2D", "2x2", (2, 3, 6, 4), kernelSize=2),
    case("MaxPool2D", "3x3, stride 2, padding 1", (2, 3, 7, 8), kernelSize=3, stride=2, padding=1),
    case(
        "MaxPool2D", "3x2, stride [1, 2], padding [1, 0]", (1, 2, 6, 7),
        kernelSize=[3, 2], stride=[1, 2], padding=[1, 0],
    ),
    case("AvgPool2D", "2x2", (2, 3, 6, 4), kernelSize=2),
    case(
        "AvgPool2D", "3x3, stride 2, padding 1", (2, 3, 7, 8),
        kernelSize=3, stride=2, padding=1, countIncludePad=True,
    ),
    case(
        "AvgPool2D", "3x3, stride 2, padding 1, margin not counted", (2, 3, 7, 8),
        kernelSize=3, stride=2, padding=1, countIncludePad=False,
    ),
    case(
        "AvgPool2D", "3x2, stride [1, 2], padding [1, 0], margin not counted", (1, 2, 6, 7),
        kernelSize=[3, 2], stride=[1, 2], padding=[1, 0], countIncludePad=False,
    ),
    case("GlobalAvgPool2D", "of 5x7", (2, 4, 5, 7)),
    case("ReLU", "with infinities", (54,)),
    case("ReLU6", "with infinities", (54,)),
    case("LeakyReLU", "by default, with infinities", (54,)),
    case("LeakyReLU", "slope 0.3, with infinities", (54,), negativeSlope=0.3),
    case("Sigmoid", "with infinities", (54,)),
    case("Tanh", "with infinities", (54,)),
    case("HardSwish", "finite", (52,)),
    case("SiLU", "finite", (52,)),
    case("Softmax", "5 rows of 7", (5, 7)),
]

LOSSES = [
    case("SoftmaxCrossEntropy", "6 rows of 5", (6, 5)),
    case("SoftmaxCrossEntropy", "label smoothing 0.1", (6, 5), labelSmoothing=0.1),
    case("SoftmaxCrossEntropy", "label smoothing 1", (3, 4), labelSmoothing=1),
    case("MSE", "of [4, 3, 2]", (4, 3, 2)),
    case("BCEWithLogits", "of [6, 5]", (6, 5)),
]

# Those whose results are sums of products of two factors.
SUMS = ("Conv2D", "DepthwiseConv2D", "ConvTranspose2D", "Linear")


def module(layer, options):
    """The module of PyTorch."""
    o = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True, **options}
    common = {key: o[key] for key in ("stride", "padding", "dilation", "groups", "bias")}
    if layer == "Conv2D":
        return nn.Conv2d(o["inChannels"], o["outChannels"], o["kernelSize"], **common)
    if layer == "DepthwiseConv2D":
        channels, multiplier = o["channels"], o.get("multiplier", 1)
        return nn.Conv2d(channels, channels * multiplier, o["kernelSize"], **{**common, "groups": channels})
    if layer == "ConvTranspose2D":
        extra = o.get("outputPadding", 0)
        return nn.ConvTranspose2d(o["inChannels"], o["outChannels"], o["kernelSize"], output_padding=extra, **common)
    if layer == "Linear":
        return nn.Linear(o["inFeatures"], o["outFeatures"], o["bias"])
    if layer == "BatchNorm2D":
        return nn.BatchNorm2d(o["channels"], o.get("eps", 1e-5), o.get("momentum", 0.1), o.get("affine", True))
    window = o.get("kernelSize"), options.get("stride"), o["padding"]
    if layer == "MaxPool2D":
        return nn.MaxPool2d(*window)
    if layer == "AvgPool2D":
        return nn.AvgPool2d(*window, count_include_pad=o.get("countIncludePad", True))
    return {
        "GlobalAvgPool2D": lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        "ReLU": nn.ReLU,
        "ReLU6": nn.ReLU6,
        "LeakyReLU": lambda: nn.LeakyReLU(o.get("negativeSlope", 0.01)),
        "Sigmoid": nn.Sigmoid,
        "Tanh": nn.Tanh,
        "HardSwish": nn.Hardswish,
        "SiLU": nn.SiLU,
        "Softmax": lambda: nn.Softmax(1),
    }[layer]()


def ours(layer, name):
    """A parameter's name in convasm."""
    return name if layer == "BatchNorm2D" else {"weight": "W", "bias": "b"}[name]


def uniform(shape, low=-1.0, high=1.0):
    return torch.empty(shape, dtype=torch.float32).uniform_(low, high)


def single(tensor):
    """As float32, which holds it exactly."""
    assert bool((tensor == tensor.float().double()).all())
    return tensor.float()


def input_of(spec):
    layer, shape = spec["layer"], spec["x"]
    if layer == "MaxPool2D":
        # Few different numbers, so that many windows have their largest twice.
        return torch.randint(-4, 5, shape).float()
    if layer == "BatchNorm2D":
        return uniform(shape, 1, 5)
    if len(shape) > 1:
        return uniform(shape, -4, 4) if layer == "Softmax" else uniform(shape)
    edges = EDGES + (INFINITE if "infinities" in spec["name"] else [])
    return torch.cat([torch.tensor(edges, dtype=torch.float32), uniform((shape[0] - len(edges),), -8, 8)])


def passes(net, layer, x, dy):
    """y, dx and the gradients of the parameters, by convasm's names."""
    x = x.clone().requires_grad_()
    y = net(x)
    parameters = dict(net.named_parameters())
    dx, *rest = torch.autograd.grad(y, [x, *parameters.values()], dy)
    gradients = {f"d{ours(layer, name)}": gradient / len(x) for name, gradient in zip(parameters, rest)}
    return {"y": y, "dx": dx, **gradients}


def with_parameters(net, change):
    """A copy of the layer with other parameters."""
    other = copy.deepcopy(net)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.copy_(change(parameter))
    return other


def sums(net, layer, x, dy):
    """Of each result: the most products that are summed up in an element, and the largest sum of their magnitudes."""
    ones = passes(with_parameters(net, torch.ones_like), layer, torch.ones_like(x), torch.ones_like(dy))
    absolute = passes(with_parameters(net, torch.abs), layer, x.abs(), dy.abs())
    # Gradients of parameters are divided by the batch, which their number of products is not.
    times = {key: 1 if key in ("y", "dx") else len(x) for key in ones}
    return {
        key: {"terms": round(ones[key].max().item() * times[key]), "size": absolute[key].max().item()} for key in ones
    }


def run_layer(spec, key, tensors):
    layer = spec["layer"]
    net = module(layer, spec["options"]).double()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(uniform(parameter.shape))
    x = input_of(spec).double()
    if layer == "BatchNorm2D":
        # Running statistics that a first batch has moved.
        first = uniform(x.shape, -1, 2).double()
        net(first)
        tensors[f"{key}/first"] = single(first)
    dy = uniform(net.eval()(x).shape).double()
    net.train()
    if layer == "HardSwish":
        # At -3 and 3 themselves PyTorch 1.13 has the slope of the middle, later versions (pull request 148049) those of
        # the sides, as convasm.
        dy[x.abs() == 3] = 0
    results = passes(net, layer, x, dy)
    inputs = {"x": x, "dy": dy, **{ours(layer, name): value for name, value in net.named_parameters()}}
    tensors.update({f"{key}/{name}": single(value) for name, value in inputs.items()})
    if layer == "BatchNorm2D":
        results.update(runningMean=net.running_mean, runningVar=net.running_var, evaluated=net.eval()(x))
    tensors.update({f"{key}/{name}": value for name, value in results.items()})
    return {"sums": sums(net, layer, x, dy)} if layer in SUMS else {}


def run_loss(spec, key, tensors):
    layer, shape = spec["layer"], spec["x"]
    x = uniform(shape, -30, 30) if layer == "BCEWithLogits" else uniform(shape, -4, 4)
    tensors[f"{key}/x"] = x
    x = x.double().requires_grad_()
    extra = {}
    if layer == "SoftmaxCrossEntropy":
        target = torch.arange(shape[0]) * 3 % shape[1]
        extra["labels"] = target.tolist()
        value = nn.CrossEntropyLoss(label_smoothing=spec["options"].get("labelSmoothing", 0))(x, target)
    else:
        target = uniform(shape, 0, 1)
        target[0], target[1] = 0, 1
        tensors[f"{key}/target"] = target
        value = {"MSE": nn.MSELoss, "BCEWithLogits": nn.BCEWithLogitsLoss}[layer]()(x, target.double())
    (gradient,) = torch.autograd.grad(value, x)
    tensors[f"{key}/dx"] = gradient * shape[0]
    return {**extra, "loss": value.item()}


def make():
    torch.manual_seed(1)
    cases, tensors = [], {}
    for spec, run in [(spec, run_layer) for spec in LAYERS] + [(spec, run_loss) for spec in LOSSES]:
        key = f"{spec['layer']} {spec['name']}"
        extra = run(spec, key, tensors)
        cases.append({"key": key, "layer": spec["layer"], "options": spec["options"], **extra})
    return cases, tensors
