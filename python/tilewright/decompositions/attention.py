#===- attention.py - Fused encoder layers and multi-head attention ---------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns PyTorch's fast path of TransformerEncoderLayer and MultiheadAttention: the fused
ops it calls in eval mode, as the plain layers they stand for. Attention itself stays
scaled_dot_product_attention wherever its weights are not asked for."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ._registry import decomposes

aten = torch.ops.aten

#: What `mask` is, by `mask_type`: of shape [L, L], of shape [batch, keys], or of any
#: shape that broadcasts to [batch, heads, L, keys].
_LENGTHS, _KEYS = 0, 1


def _allowed(mask: Tensor | None, mask_type: int | None) -> Tensor | None:
    """The fused ops' mask (nonzero: ignore the key) as one of "may attend", of a shape
    that broadcasts over [batch, heads, L, keys]."""
    if mask is None:
        return None
    allowed = torch.logical_not(mask.to(torch.bool))
    if mask_type == _LENGTHS:
        return allowed.view(1, 1, *allowed.shape)
    if mask_type == _KEYS:
        return allowed.view(allowed.shape[0], 1, 1, allowed.shape[1])
    return allowed


def _heads(x: Tensor, heads: int) -> Tensor:
    batch, length, width = x.shape
    return x.view(batch, length, heads, width // heads).transpose(1, 2)


def _projected(query, key, value, width, weight, bias):
    if query is key and key is value:
        return functional.linear(query, weight, bias).split(width, -1)
    weights, biases = weight.split(width), bias.split(width)
    return [functional.linear(x, w, b)
            for x, w, b in zip((query, key, value), weights, biases, strict=True)]


@decomposes(aten._native_multi_head_attention.default)
def multi_head_attention(query, key, value, embed_dim, num_head, qkv_weight, qkv_bias,
                         proj_weight, proj_bias, mask=None, need_weights=True,
                         average_attn_weights=True, mask_type=None):
    q, k, v = (_heads(x, num_head) for x in
               _projected(query, key, value, embed_dim, qkv_weight, qkv_bias))
    allowed = _allowed(mask, mask_type)
    weights = query.new_empty(0)
    if need_weights:
        scores = q @ k.transpose(-1, -2) * (embed_dim // num_head) ** -0.5
        if allowed is not None:
            scores = scores.masked_fill(torch.logical_not(allowed), float("-inf"))
        weights = torch.softmax(scores, -1)
        context = weights @ v
        weights = weights.mean(1) if average_attn_weights else weights
    else:
        context = functional.scaled_dot_product_attention(q, k, v, allowed)
    context = context.transpose(1, 2).reshape(query.shape[0], query.shape[1], embed_dim)
    return functional.linear(context, proj_weight, proj_bias), weights


@decomposes(aten._transformer_encoder_layer_fwd.default)
def encoder_layer(src, embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias,
                  use_gelu, norm_first, eps, norm_weight_1, norm_bias_1, norm_weight_2,
                  norm_bias_2, ffn_weight_1, ffn_bias_1, ffn_weight_2, ffn_bias_2, mask=None,
                  mask_type=None):
    def norm(x, weight, bias):
        return functional.layer_norm(x, (embed_dim,), weight, bias, eps)

    def attend(x):
        return multi_head_attention(x, x, x, embed_dim, num_heads, qkv_weight, qkv_bias,
                                    proj_weight, proj_bias, mask, False, True, mask_type)[0]

    def feed_forward(x):
        x = functional.linear(x, ffn_weight_1, ffn_bias_1)
        x = functional.gelu(x) if use_gelu else functional.relu(x)
        return functional.linear(x, ffn_weight_2, ffn_bias_2)

    if norm_first:
        x = src + attend(norm(src, norm_weight_1, norm_bias_1))
        return x + feed_forward(norm(x, norm_weight_2, norm_bias_2))
    x = norm(src + attend(src), norm_weight_1, norm_bias_1)
    return norm(x + feed_forward(x), norm_weight_2, norm_bias_2)
