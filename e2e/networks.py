#===- networks.py - Whole networks with random weights ----------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns the networks of the tests: what `transformers` builds, in eval mode, with
seeded random weights. `full` is the network at real image sizes and widths;
`small` keeps every kind of op and shrinks image, width and length, for quick tests.

    model, inputs = NETWORKS["bert"].make(full=True)
    report = tilewright.simulate(model, inputs)

    tilewright coverage e2e/networks.py:SMALL --summary"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True)
class Network:
    """`build(full)` gives the module and its inputs (a tuple of tensors)."""

    build: Callable[[bool], tuple[nn.Module, tuple[torch.Tensor, ...]]]
    machines: tuple[str, ...] = ("tpuv3",)

    def make(self, full: bool) -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model, inputs = self.build(full)
            randomize(model)
        return model.eval(), inputs


def randomize(model: nn.Module) -> None:
    """What is initialised to a constant gets values that a wrong index would show:
    biases, scales and running statistics."""
    with torch.no_grad():
        for name, value in (*model.named_parameters(), *model.named_buffers()):
            if not value.is_floating_point() or value.numel() < 2 or "inv_freq" in name:
                continue
            if (value == value.flatten()[0]).all():
                value.add_(torch.rand_like(value) * 0.2)


class Outputs(nn.Module):
    """A network of `transformers` with positional inputs and plain tensors as outputs."""

    def __init__(self, model: nn.Module, *names: str, **options: Any):
        super().__init__()
        self.model, self.names, self.options = model, names, options

    def forward(self, *inputs):
        result = self.model(**dict(zip(self.names, inputs)), **self.options)
        return result.last_hidden_state if "last_hidden_state" in result else result.logits


def _image(size: int, batch: int = 1) -> torch.Tensor:
    return torch.randn(batch, 3, size, size)


def _tokens(vocabulary: int, length: int, batch: int = 1) -> torch.Tensor:
    return torch.randint(0, vocabulary, (batch, length))


def resnet(depth: int):
    def build(full: bool):
        from transformers import ResNetConfig, ResNetForImageClassification as Model
        kinds = {18: ("basic", [64, 128, 256, 512], [2, 2, 2, 2]),
                 50: ("bottleneck", [256, 512, 1024, 2048], [3, 4, 6, 3])}
        kind, widths, depths = kinds[depth]
        if not full:
            widths, depths = [w // 8 for w in widths], [min(d, 2) for d in depths]
        config = ResNetConfig(embedding_size=64 if full else 8, hidden_sizes=widths,
                              depths=depths, layer_type=kind, num_labels=1000 if full else 10)
        return Outputs(Model(config), "pixel_values"), (_image(224 if full else 32),)
    return build


def mobilenet(full: bool):
    from transformers import MobileNetV2Config, MobileNetV2ForImageClassification as Model
    config = MobileNetV2Config(num_labels=1000 if full else 10,
                               depth_multiplier=1.0 if full else 0.25)
    return Outputs(Model(config), "pixel_values"), (_image(224 if full else 32),)


def vit(full: bool):
    from transformers import ViTConfig, ViTForImageClassification as Model
    size = {} if full else dict(hidden_size=48, num_attention_heads=4, intermediate_size=96,
                                image_size=32, patch_size=8)
    config = ViTConfig(num_hidden_layers=2, num_labels=1000 if full else 10, **size)
    return Outputs(Model(config), "pixel_values"), (_image(config.image_size),)


def bert(full: bool):
    from transformers import BertConfig, BertModel
    size = {} if full else dict(hidden_size=48, num_attention_heads=4, intermediate_size=96,
                                vocab_size=200)
    config = BertConfig(num_hidden_layers=2, **size)
    length = 128 if full else 19
    mask = torch.ones(2, length, dtype=torch.int64)
    mask[1, length * 2 // 3:] = 0
    return (Outputs(BertModel(config), "input_ids", "attention_mask"),
            (_tokens(config.vocab_size, length, 2), mask))


def gpt2(full: bool):
    from transformers import GPT2Config, GPT2LMHeadModel
    size = {} if full else dict(n_embd=48, n_head=4, vocab_size=200)
    config = GPT2Config(n_layer=2, **size)
    return (Outputs(GPT2LMHeadModel(config), "input_ids", use_cache=False),
            (_tokens(config.vocab_size, 64 if full else 19),))


def llama(full: bool):
    from transformers import LlamaConfig, LlamaForCausalLM
    size = dict(hidden_size=1024, intermediate_size=2816, num_attention_heads=16,
                num_key_value_heads=4, vocab_size=4000) if full else \
        dict(hidden_size=64, intermediate_size=112, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=200)
    config = LlamaConfig(num_hidden_layers=2, max_position_embeddings=256, **size)
    return (Outputs(LlamaForCausalLM(config), "input_ids", use_cache=False),
            (_tokens(config.vocab_size, 128 if full else 19),))


def mixtral(full: bool):
    from transformers import MixtralConfig, MixtralForCausalLM
    size = dict(hidden_size=256, intermediate_size=448, num_attention_heads=8,
                num_key_value_heads=2, vocab_size=1000, num_local_experts=8) if full else \
        dict(hidden_size=64, intermediate_size=112, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=200, num_local_experts=4)
    config = MixtralConfig(num_hidden_layers=2, num_experts_per_tok=2,
                           max_position_embeddings=256, **size)
    return (Outputs(MixtralForCausalLM(config), "input_ids", use_cache=False),
            (_tokens(config.vocab_size, 64 if full else 19),))


def deepseek(full: bool):
    from transformers import DeepseekV3Config, DeepseekV3ForCausalLM
    size = dict(hidden_size=256, intermediate_size=512, moe_intermediate_size=128,
                num_attention_heads=8, num_key_value_heads=8, q_lora_rank=96, kv_lora_rank=64,
                qk_nope_head_dim=32, qk_rope_head_dim=16, v_head_dim=32, vocab_size=1000,
                n_routed_experts=16, num_experts_per_tok=4) if full else \
        dict(hidden_size=64, intermediate_size=96, moe_intermediate_size=40,
             num_attention_heads=4, num_key_value_heads=4, q_lora_rank=24, kv_lora_rank=16,
             qk_nope_head_dim=16, qk_rope_head_dim=8, v_head_dim=16, vocab_size=200,
             n_routed_experts=8, num_experts_per_tok=2)
    config = DeepseekV3Config(num_hidden_layers=2, first_k_dense_replace=1, n_shared_experts=1,
                              n_group=4, topk_group=2, max_position_embeddings=256, **size)
    return (Outputs(DeepseekV3ForCausalLM(config), "input_ids", use_cache=False),
            (_tokens(config.vocab_size, 64 if full else 19),))


def swin(full: bool):
    from transformers import Swinv2Config, Swinv2ForImageClassification as Model
    size = dict(image_size=224, embed_dim=96, num_heads=[3, 6, 12, 24], window_size=7) \
        if full else dict(image_size=32, patch_size=2, embed_dim=16, num_heads=[2, 4],
                           window_size=4)
    depths = [2, 2, 2, 2] if full else [2, 2]
    config = Swinv2Config(depths=depths, num_labels=1000 if full else 10, **size)
    return Outputs(Model(config), "pixel_values"), (_image(config.image_size),)


def convnext(full: bool):
    from transformers import ConvNextV2Config, ConvNextV2ForImageClassification as Model
    size = dict(hidden_sizes=[40, 80, 160, 320], depths=[2, 2, 6, 2]) if full else \
        dict(hidden_sizes=[8, 16], depths=[1, 1], num_stages=2)
    config = ConvNextV2Config(num_labels=1000 if full else 10, **size)
    return Outputs(Model(config), "pixel_values"), (_image(224 if full else 32),)


def clip(full: bool):
    from transformers import CLIPVisionConfig, CLIPVisionModel
    size = dict(hidden_size=256, intermediate_size=1024, num_attention_heads=4, image_size=224) \
        if full else dict(hidden_size=48, intermediate_size=96, num_attention_heads=4,
                          image_size=32, patch_size=8)
    config = CLIPVisionConfig(num_hidden_layers=2, **size)
    return Outputs(CLIPVisionModel(config), "pixel_values"), (_image(config.image_size),)


def encoder_layer(full: bool):
    width, heads, hidden, length = (512, 8, 2048, 128) if full else (48, 4, 96, 19)
    layer = nn.TransformerEncoderLayer(width, heads, hidden, batch_first=True)
    return layer, (torch.randn(2, length, width),)


_BOTH = ("tpuv3", "small32")
NETWORKS = {
    "resnet18": Network(resnet(18), _BOTH), "resnet50": Network(resnet(50)),
    "mobilenetv2": Network(mobilenet), "vit": Network(vit), "bert": Network(bert, _BOTH),
    "gpt2": Network(gpt2), "llama": Network(llama, _BOTH), "mixtral": Network(mixtral),
    "deepseekv3": Network(deepseek), "swinv2": Network(swin), "convnextv2": Network(convnext),
    "clip-vision": Network(clip), "encoder-layer": Network(encoder_layer),
}

#: For the coverage command.
SMALL = {name: partial(network.make, False) for name, network in NETWORKS.items()}
FULL = {name: partial(network.make, True) for name, network in NETWORKS.items()}
