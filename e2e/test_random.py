"""Random elementwise graphs and contractions of random shape equal PyTorch."""

import torch
from checks import simulate_and_check
from conftest import MACHINES
from hypothesis import given
from hypothesis import strategies as st

UNARY = {"exp": lambda x: torch.exp(-x.abs()), "tanh": torch.tanh, "erf": torch.erf,
         "sigmoid": torch.sigmoid, "relu": torch.relu, "neg": torch.neg, "abs": torch.abs}
BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul,
          "max": torch.maximum, "min": torch.minimum}


@st.composite
def shapes(draw, limit=4096):
    """1 to 4 axes, at most `limit` elements."""
    shape = []
    for _ in range(draw(st.integers(1, 4))):
        shape.append(draw(st.integers(1, max(1, min(200, limit)))))
        limit //= shape[-1]
    return tuple(shape)


@st.composite
def graphs(draw):
    """A list of steps (operation, numbers of operands); 0 and 1 are the inputs."""
    steps = []
    for number in range(2, 2 + draw(st.integers(1, 6))):
        operand = st.integers(0, number - 1)
        if draw(st.booleans()):
            steps.append((draw(st.sampled_from(sorted(UNARY))), (draw(operand),)))
        else:
            steps.append((draw(st.sampled_from(sorted(BINARY))), (draw(operand), draw(operand))))
    return steps


def evaluate(steps, *inputs):
    values = list(inputs)
    for operation, operands in steps:
        function = UNARY.get(operation) or BINARY[operation]
        values.append(function(*(values[i] for i in operands)))
    return values[-1]


@given(shape=shapes(), broadcast=st.integers(0, 15), steps=graphs(),
       machine=st.sampled_from(MACHINES), seed=st.integers(0, 2**32 - 1))
def test_elementwise_graphs(shape, broadcast, steps, machine, seed):
    generator = torch.Generator().manual_seed(seed)
    narrow = [1 if broadcast >> axis & 1 else n for axis, n in enumerate(shape)]
    inputs = (torch.randn(shape, generator=generator), torch.randn(narrow, generator=generator))

    def model(a, b):
        return evaluate(steps, a, b) + a * 0.5

    simulate_and_check(model, inputs, machine)


@given(m=st.integers(1, 300), n=st.integers(1, 300), k=st.integers(1, 300),
       machine=st.sampled_from(MACHINES), seed=st.integers(0, 2**32 - 1))
def test_contractions(m, n, k, machine, seed):
    generator = torch.Generator().manual_seed(seed)
    x, weight, bias = (torch.randn(*shape, generator=generator)
                       for shape in ((m, k), (n, k), (n,)))

    def model(x, weight, bias):
        return torch.relu(torch.nn.functional.linear(x, weight, bias))

    simulate_and_check(model, (x, weight / max(1, k) ** 0.5, bias), machine)
