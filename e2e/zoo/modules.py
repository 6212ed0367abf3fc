#===- modules.py - Architectures from plain modules -------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns architectures written in plain torch.nn: recurrent layers, U-Nets, decoders,
graph networks, recommenders, gated convolutions."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from ._base import plain


class Recurrent(nn.Module):
    """Layers of a recurrent kind, a projection of all steps and the last state."""

    def __init__(self, kind: str, **options):
        super().__init__()
        self.layers = getattr(nn, kind)(11, 13, batch_first=True, **options)
        wide = (26 if options.get("bidirectional") else 13)
        self.project = nn.Linear(options.get("proj_size") or wide, 5)

    def forward(self, x):
        steps, state = self.layers(x)
        return self.project(steps), state


class UNet(nn.Module):
    """Two levels with group norms, SiLU, skips and transposed convolutions, the whole
    conditioned on a time embedding, as in diffusion models."""

    def __init__(self, channels: int = 8):
        super().__init__()
        wide = 2 * channels
        self.time = nn.Sequential(nn.Linear(16, wide), nn.SiLU(), nn.Linear(wide, wide))
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        self.norm1, self.down = nn.GroupNorm(4, channels), nn.Conv2d(channels, wide, 3, 2, 1)
        self.norm2, self.middle = nn.GroupNorm(4, wide), nn.Conv2d(wide, wide, 3, padding=1)
        self.attend = nn.MultiheadAttention(wide, 2, batch_first=True)
        self.up = nn.ConvTranspose2d(wide, channels, 4, 2, 1)
        self.norm3, self.out = nn.GroupNorm(4, wide), nn.Conv2d(wide, 3, 3, padding=1)

    def forward(self, x, t):
        angles = t[:, None] * torch.exp(-torch.arange(8, device=x.device) / 2.0)
        condition = self.time(torch.cat([angles.sin(), angles.cos()], -1))
        skip = functional.silu(self.norm1(self.stem(x)))
        low = self.down(skip) + condition[:, :, None, None]
        low = low + self.middle(functional.silu(self.norm2(low)))
        tokens = low.flatten(2).transpose(1, 2)
        low = low + self.attend(tokens, tokens, tokens)[0].transpose(1, 2).reshape(low.shape)
        joined = torch.cat([self.up(low), skip], 1)
        return self.out(functional.silu(self.norm3(joined)))


class AutoEncoder(nn.Module):
    """A variational one: the sample is an input."""

    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 12, 3, 2, 1),
                                    nn.ReLU(), nn.Flatten())
        self.mean, self.spread = nn.Linear(12 * 49, 10), nn.Linear(12 * 49, 10)
        self.widen = nn.Linear(10, 12 * 49)
        self.decode = nn.Sequential(nn.ConvTranspose2d(12, 8, 3, 2, 1, output_padding=1),
                                    nn.ReLU(), nn.ConvTranspose2d(8, 1, 3, 2, 1, output_padding=1),
                                    nn.Sigmoid())

    def forward(self, x, noise):
        hidden = self.encode(x)
        mean, spread = self.mean(hidden), self.spread(hidden)
        code = mean + torch.exp(0.5 * spread) * noise
        return self.decode(self.widen(code).view(-1, 12, 7, 7)), mean, spread


class GatedPixels(nn.Module):
    """PixelCNN: masked convolutions and gates."""

    def __init__(self, channels: int = 6):
        super().__init__()
        self.first = nn.Conv2d(1, channels, 7, padding=3)
        self.gated = nn.ModuleList(nn.Conv2d(channels, 2 * channels, 3, padding=1)
                                   for _ in range(2))
        self.out = nn.Conv2d(channels, 16, 1)
        mask = torch.ones(3, 3)
        mask[1, 2:], mask[2:] = 0, 0
        self.register_buffer("mask", mask)

    def forward(self, x):
        x = self.first(x)
        for layer in self.gated:
            both = functional.conv2d(x, layer.weight * self.mask, layer.bias, padding=1)
            value, gate = both.chunk(2, 1)
            x = x + torch.tanh(value) * torch.sigmoid(gate)
        return functional.log_softmax(self.out(x), 1)


class WaveNet(nn.Module):
    """Causal dilated convolutions of one dimension with gates and skips."""

    def __init__(self, channels: int = 10):
        super().__init__()
        self.first = nn.Conv1d(1, channels, 1)
        self.layers = nn.ModuleList(nn.Conv1d(channels, 2 * channels, 2, dilation=d)
                                    for d in (1, 2, 4, 8))
        self.skips = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in range(4))

    def forward(self, x):
        x, total = self.first(x), 0
        for layer, skip in zip(self.layers, self.skips):
            padded = functional.pad(x, (layer.dilation[0], 0))
            value, gate = layer(padded).chunk(2, 1)
            hidden = torch.tanh(value) * torch.sigmoid(gate)
            total = total + skip(hidden)
            x = x + hidden
        return functional.relu(total)


class DenseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.layers = nn.ModuleList(nn.Sequential(
            nn.BatchNorm2d(8 + 5 * i), nn.ReLU(), nn.Conv2d(8 + 5 * i, 5, 3, padding=1))
            for i in range(3))
        self.shrink = nn.Sequential(nn.BatchNorm2d(23), nn.ReLU(), nn.Conv2d(23, 11, 1),
                                    nn.AvgPool2d(2))
        self.classify = nn.Linear(11, 7)

    def forward(self, x):
        x = self.stem(x)
        for layer in self.layers:
            x = torch.cat([x, layer(x)], 1)
        return self.classify(self.shrink(x).mean((2, 3)))


class SqueezedGroups(nn.Module):
    """ResNeXt's grouped convolutions with squeeze and excitation."""

    def __init__(self):
        super().__init__()
        self.reduce, self.norm = nn.Conv2d(24, 16, 1, bias=False), nn.BatchNorm2d(16)
        self.group = nn.Conv2d(16, 16, 3, padding=1, groups=4)
        self.expand = nn.Conv2d(16, 24, 1)
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(24, 6, 1), nn.ReLU(),
                                     nn.Conv2d(6, 24, 1), nn.Hardsigmoid())

    def forward(self, x):
        y = self.expand(functional.relu(self.group(functional.relu(self.norm(self.reduce(x))))))
        return functional.relu(x + y * self.squeeze(y))


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(9, 4, 1)
        self.three = nn.Sequential(nn.Conv2d(9, 5, 1), nn.ReLU(), nn.Conv2d(5, 7, 3, padding=1))
        self.five = nn.Sequential(nn.Conv2d(9, 3, (1, 5), padding=(0, 2)),
                                  nn.Conv2d(3, 3, (5, 1), padding=(2, 0)))
        self.pooled = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(9, 6, 1))

    def forward(self, x):
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pooled(x)], 1)


class GraphAttention(nn.Module):
    """GAT on a dense adjacency matrix, after a GCN layer."""

    def __init__(self):
        super().__init__()
        self.convolve, self.project = nn.Linear(9, 12), nn.Linear(12, 4 * 6)
        self.left, self.right = nn.Parameter(torch.randn(4, 6)), nn.Parameter(torch.randn(4, 6))

    def forward(self, x, links):
        links = ((links + links.T > 0.6) | torch.eye(links.shape[0], dtype=torch.bool)).float()
        scale = links.sum(-1).rsqrt()
        x = functional.relu((scale[:, None] * links * scale) @ self.convolve(x))
        h = self.project(x).view(-1, 4, 6)
        scores = (h * self.left).sum(-1)[:, None] + (h * self.right).sum(-1)[None]
        scores = functional.leaky_relu(scores, 0.2).masked_fill(links[..., None] == 0, -1e9)
        return torch.einsum("ijh,jhf->ihf", scores.softmax(1), h).flatten(1)


class GraphSage(nn.Module):
    """Messages along a list of edges, gathered and scattered."""

    def __init__(self):
        super().__init__()
        self.message, self.update = nn.Linear(9, 12), nn.Linear(21, 7)

    def forward(self, x, edges):
        source, target = edges
        summed = torch.zeros(x.shape[0], 12).index_add(0, target, self.message(x)[source])
        count = torch.zeros(x.shape[0]).index_add(0, target, torch.ones(edges.shape[1]))
        return self.update(torch.cat([x, summed / count.clamp(min=1)[:, None]], -1))


class Recommender(nn.Module):
    """DLRM: embedding bags, interactions of all pairs, two perceptrons."""

    def __init__(self):
        super().__init__()
        self.tables = nn.ModuleList(nn.EmbeddingBag(n, 8, mode="sum") for n in (50, 31, 17))
        self.bottom = nn.Sequential(nn.Linear(13, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU())
        self.top = nn.Sequential(nn.Linear(6 + 8, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
        rows, columns = torch.tril_indices(4, 4, -1)
        self.register_buffer("rows", rows)
        self.register_buffer("columns", columns)

    def forward(self, dense, first, second, third):
        x = self.bottom(dense)
        features = torch.stack([x, *(t(i) for t, i in
                                     zip(self.tables, (first, second, third)))], 1)
        pairs = (features @ features.transpose(1, 2))[:, self.rows, self.columns]
        return self.top(torch.cat([x, pairs], 1))


class Translator(nn.Module):
    """nn.Transformer with causal and padding masks."""

    def __init__(self, norm_first: bool):
        super().__init__()
        self.model = nn.Transformer(24, 4, 1, 2, 40, batch_first=True, norm_first=norm_first,
                                    activation="gelu")

    def forward(self, source, target):
        causal = nn.Transformer.generate_square_subsequent_mask(target.shape[1])
        return self.model(source, target, tgt_mask=causal, tgt_is_causal=True)


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, 20, 4, 4)
        self.norms = nn.ModuleList(nn.LayerNorm(20) for _ in range(2))
        self.across = nn.Sequential(nn.Linear(49, 30), nn.GELU(), nn.Linear(30, 49))
        self.within = nn.Sequential(nn.Linear(20, 40), nn.GELU(), nn.Linear(40, 20))

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        x = x + self.across(self.norms[0](x).transpose(1, 2)).transpose(1, 2)
        return x + self.within(self.norms[1](x))


class PointNet(nn.Module):
    """Points shared perceptrons and a maximum over all, with a learnt rotation."""

    def __init__(self):
        super().__init__()
        self.rotate = nn.Sequential(nn.Conv1d(3, 16, 1), nn.ReLU(), nn.Conv1d(16, 9, 1))
        self.features = nn.Sequential(nn.Conv1d(3, 16, 1), nn.BatchNorm1d(16), nn.ReLU(),
                                      nn.Conv1d(16, 40, 1))
        self.classify = nn.Linear(40, 5)

    def forward(self, x):
        rotation = self.rotate(x).amax(2).view(-1, 3, 3) + torch.eye(3)
        return self.classify(self.features(rotation @ x).amax(2))


class SpatialTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.locate = nn.Sequential(nn.Conv2d(1, 4, 5, 2), nn.ReLU(), nn.Flatten(),
                                    nn.Linear(4 * 36, 6))

    def forward(self, x):
        theta = self.locate(x).view(-1, 2, 3) * 0.1 + torch.eye(2, 3)
        grid = functional.affine_grid(theta, x.shape, align_corners=False)
        return functional.grid_sample(x, grid, align_corners=False)


class NeuralField(nn.Module):
    """NeRF's encoding of positions, a perceptron, and the sum along rays."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3 + 3 * 2 * 4, 32), nn.ReLU(), nn.Linear(32, 4))

    def forward(self, points):
        waves = points[..., None] * 2.0 ** torch.arange(4)
        x = torch.cat([points, waves.sin().flatten(-2), waves.cos().flatten(-2)], -1)
        colour, density = self.layers(x).split([3, 1], -1)
        opacity = 1 - torch.exp(-functional.softplus(density[..., 0]))
        light = torch.cumprod(torch.cat([torch.ones_like(opacity[:, :1]),
                                         1 - opacity + 1e-10], 1), 1)[:, :-1]
        return ((light * opacity)[..., None] * torch.sigmoid(colour)).sum(1)


class Quantizer(nn.Module):
    """VQ-VAE's nearest code."""

    def __init__(self):
        super().__init__()
        self.encode, self.decode = nn.Conv2d(3, 6, 4, 2, 1), nn.ConvTranspose2d(6, 3, 4, 2, 1)
        self.codes = nn.Embedding(23, 6)

    def forward(self, x):
        z = self.encode(x).permute(0, 2, 3, 1)
        index = torch.cdist(z.reshape(-1, 6), self.codes.weight).argmin(-1)
        q = self.codes(index).view(z.shape)
        return self.decode(q.permute(0, 3, 1, 2)), index


class CachedAttention(nn.Module):
    """One step of decoding with a cache of fixed length that is written in place."""

    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(24, 72), nn.Linear(24, 24)
        self.register_buffer("keys", torch.randn(1, 4, 17, 6))
        self.register_buffer("values", torch.randn(1, 4, 17, 6))

    def forward(self, x, position):
        q, k, v = (part.view(1, 1, 4, 6).transpose(1, 2) for part in self.qkv(x).chunk(3, -1))
        self.keys.index_copy_(2, position, k)
        self.values.index_copy_(2, position, v)
        allowed = torch.arange(17) <= position
        y = functional.scaled_dot_product_attention(q, self.keys, self.values,
                                                    attn_mask=allowed[None, None, None])
        return self.out(y.transpose(1, 2).reshape(1, 1, 24))


class TextRecurrent(nn.Module):
    """Embeddings, a GRU and additive attention over its steps."""

    def __init__(self):
        super().__init__()
        self.embed, self.steps = nn.Embedding(37, 10), nn.GRU(10, 12, batch_first=True)
        self.score, self.classify = nn.Linear(12, 1), nn.Linear(12, 4)

    def forward(self, words):
        steps, _ = self.steps(self.embed(words))
        weights = torch.tanh(self.score(steps)).softmax(1)
        return self.classify((weights * steps).sum(1))


class Highway(nn.Module):
    """Characters through convolutions of several widths, and highway layers."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(29, 7)
        self.convolutions = nn.ModuleList(nn.Conv1d(7, 6, k) for k in (1, 2, 3, 5))
        self.transform, self.carry = nn.Linear(24, 24), nn.Linear(24, 24)

    def forward(self, characters):
        x = self.embed(characters).transpose(1, 2)
        x = torch.cat([functional.relu(c(x)).amax(2) for c in self.convolutions], 1)
        gate = torch.sigmoid(self.carry(x))
        return gate * functional.relu(self.transform(x)) + (1 - gate) * x


def _words(module, high, *shapes, dense=()):
    return lambda: (module(), (*(torch.randn(s) for s in dense),
                               *(torch.randint(0, high, s) for s in shapes)))


def _decoding():
    return CachedAttention(), (torch.randn(1, 1, 24), torch.tensor([9]))


MODULES = {
    "rnn": plain(lambda: Recurrent("RNN", num_layers=2), (2, 7, 11)),
    "rnn-relu": plain(lambda: Recurrent("RNN", nonlinearity="relu"), (1, 5, 11)),
    "lstm": plain(lambda: Recurrent("LSTM", num_layers=2), (2, 7, 11)),
    "lstm-bidirectional": plain(lambda: Recurrent("LSTM", bidirectional=True), (3, 5, 11)),
    "lstm-projected": plain(lambda: Recurrent("LSTM", proj_size=6), (1, 6, 11)),
    "gru": plain(lambda: Recurrent("GRU", num_layers=2, bidirectional=True), (2, 7, 11)),
    "unet": lambda: (UNet(), (torch.randn(1, 3, 14, 14), torch.tensor([3.0]))),
    "autoencoder": plain(AutoEncoder, (2, 1, 28, 28), (2, 10)),
    "pixelcnn": plain(GatedPixels, (1, 1, 13, 11)),
    "wavenet": plain(WaveNet, (2, 1, 53)),
    "densenet": plain(DenseNet, (1, 3, 20, 20)),
    "resnext-se": plain(SqueezedGroups, (1, 24, 9, 13)),
    "inception": plain(Inception, (1, 9, 15, 15)),
    "gat": lambda: (GraphAttention(), (torch.randn(23, 9), torch.rand(23, 23))),
    "graphsage": _words(GraphSage, 23, (2, 61), dense=((23, 9),)),
    "dlrm": lambda: (Recommender(), (torch.randn(5, 13), *(
        torch.randint(0, n, (5, 3)) for n in (50, 31, 17)))),
    "nn-transformer": plain(lambda: Translator(False), (2, 11, 24), (2, 7, 24)),
    "nn-transformer-pre": plain(lambda: Translator(True), (1, 5, 24), (1, 9, 24)),
    "mixer": plain(Mixer, (1, 3, 28, 28)),
    "pointnet": plain(PointNet, (2, 3, 45)),
    "spatial-transformer": plain(SpatialTransformer, (2, 1, 16, 16)),
    "nerf": lambda: (NeuralField(), (torch.rand(9, 13, 3),)),
    "vq-vae": plain(Quantizer, (1, 3, 12, 12)),
    "cached-attention": _decoding,
    "gru-attention": _words(TextRecurrent, 37, (2, 9)),
    "char-cnn": _words(Highway, 29, (2, 15)),
}
