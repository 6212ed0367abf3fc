#===- recurrent.py - Recurrent layers ----------------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns the fused LSTM layer that PyTorch calls on the CPU: PyTorch's own decomposition
into one cell per step, which it would use on other devices."""

from __future__ import annotations

import torch

from ._registry import decomposes

aten = torch.ops.aten


@decomposes(aten.mkldnn_rnn_layer.default)
def lstm_layer(inputs, input_weight, hidden_weight, input_bias, hidden_bias, hidden, cell,
               reverse, batch_sizes, mode, hidden_size, num_layers, has_biases, bidirectional,
               batch_first, train):
    """One direction of one layer; mode 2 is LSTM, the only one PyTorch uses this op for."""
    from torch._decomp.decompositions import one_layer_lstm

    if mode != 2 or len(batch_sizes):
        return NotImplemented
    parameters = [input_weight, hidden_weight, input_bias, hidden_bias]
    states = (hidden.view(hidden.shape[-2:]), cell.view(cell.shape[-2:]))
    outputs, states = one_layer_lstm(inputs, states, parameters, has_biases, reverse)
    last_hidden, last_cell = (s.view(hidden.shape) for s in states)
    return outputs, last_hidden, last_cell, inputs.new_empty(0)
