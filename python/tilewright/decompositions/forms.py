#===- forms.py - Rare forms of ops in their common ones ----------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns forms of arguments that torch-mlir takes for granted not to occur: tensors without
dimensions where an op has one, images without a batch, operands that are broadcast,
negative padding, copies of views. Each becomes the form that it does lower. Comes after
the other files, so that it sees the arguments first."""

from __future__ import annotations

import torch
from torch.utils import _pytree as pytree

from ._registry import TABLE, decomposes

aten = torch.ops.aten
_BEFORE = set(TABLE)


def _of_one_element(op):
    """A number is a row of one element; so are results along it."""
    def along(x, *arguments, **options):
        if x.dim():
            return NotImplemented
        return pytree.tree_map(lambda t: t.reshape(()), op(x.reshape(1), *arguments, **options))

    return along


for _op in (aten._log_softmax.default, aten._softmax.default, aten.amax.default, aten.amin.default, aten.argmax.default, aten.argmin.default,
            aten.all.dim, aten.any.dim, aten.cumprod.default, aten.cumsum.default,
            aten.kthvalue.default, aten.logcumsumexp.default, aten.max.dim, aten.min.dim,
            aten.prod.dim_int, aten.sort.default, aten.topk.default):
    decomposes(_op)(_of_one_element(_op))


for _op in (aten.cumsum.default, aten.cumprod.default):
    @decomposes(_op)
    def _converted(x, dim, *, dtype=None, op=_op):
        # PyTorch sums integers in 64 bits; the last of them are those of fewer bits.
        return NotImplemented if dtype is None else op(x.to(dtype), dim).to(dtype)


@decomposes(aten.gather.default)
def gather(x, dim, index, *, sparse_grad=False):
    if x.dim():
        return NotImplemented
    return aten.gather.default(x.reshape(1), 0, index.reshape(-1)).view(index.shape)


def _batched(op, dims: int):
    """An op on images of `dims` dimensions with their channels, and a batch before them."""
    def images(x, *arguments, **options):
        if x.dim() != dims + 1:
            return NotImplemented
        results = op(x.unsqueeze(0), *arguments, **options)
        return pytree.tree_map(lambda t: t.squeeze(0), results)

    return images


for _op, _dims in ((aten.avg_pool2d.default, 2), (aten.avg_pool3d.default, 3),
                   (aten._adaptive_avg_pool2d.default, 2), (aten._adaptive_avg_pool3d.default, 3),
                   (aten.adaptive_max_pool2d.default, 2), (aten.adaptive_max_pool3d.default, 3),
                   (aten.max_pool2d_with_indices.default, 2),
                   (aten.max_pool3d_with_indices.default, 3)):
    decomposes(_op)(_batched(_op, _dims))


def _with_whole_geometry(op, dims: int):
    """torch-mlir wants a number for every axis."""
    def pool(x, kernel, stride=(), padding=None, *others):
        def whole(value):
            return list(value) * dims if value is not None and len(value) == 1 else value

        if dims not in (len(kernel), len(stride), len(padding or ())) \
                or 1 not in (len(kernel), len(stride), len(padding or ())):
            return NotImplemented
        return op(x, whole(kernel), whole(stride), whole(padding), *others)

    return pool


decomposes(aten.avg_pool2d.default)(_with_whole_geometry(aten.avg_pool2d.default, 2))
decomposes(aten.avg_pool3d.default)(_with_whole_geometry(aten.avg_pool3d.default, 3))


def _nothing_written(x, dim, index, *arguments, **options):
    return x.clone() if index.numel() == 0 else NotImplemented


decomposes(aten.scatter.src, aten.scatter.value, aten.scatter.reduce, aten.scatter.value_reduce,
           aten.scatter_add.default, aten.scatter_reduce.two)(_nothing_written)


@decomposes(aten.index_put.default)
def nothing_put(x, indices, values, accumulate=False):
    empty = values.numel() == 0 or any(i is not None and i.numel() == 0 for i in indices)
    return x.clone() if empty else NotImplemented


def _in_single_precision(op, tensors: int):
    """PyTorch computes these in f32, and so do we, instead of rounding every step."""
    def wide(*arguments, **options):
        kind = arguments[0].dtype
        if kind not in (torch.bfloat16, torch.float16):
            return NotImplemented
        operands = [t.to(torch.float32) for t in arguments[:tensors]]
        results = op(*operands, *arguments[tensors:], **options)
        return pytree.tree_map(lambda t: t.to(kind), results)

    return wide


for _op, _tensors in ((aten.avg_pool2d.default, 1), (aten.avg_pool3d.default, 1),
                      (aten.grid_sampler_2d.default, 2), (aten.grid_sampler_3d.default, 2),
                      (aten.var.correction, 1), (aten.var_mean.correction, 1)):
    decomposes(_op)(_in_single_precision(_op, _tensors))


@decomposes(aten.convolution.default)
def convolution(x, weight, bias, *geometry):
    if x.dim() == weight.dim():
        return NotImplemented
    return aten.convolution.default(x.unsqueeze(0), weight, bias, *geometry).squeeze(0)


@decomposes(aten.convolution.default)
def transposed_by_group(x, weight, bias, stride, padding, dilation, transposed, output_padding,
                        groups):
    """A transposed convolution in groups is a convolution, of the image with zeros
    between its elements and around it, by the weights turned round."""
    if not transposed or groups == 1 or x.dim() != weight.dim():
        return NotImplemented
    axes = x.dim() - 2

    def whole(value):
        return list(value) if len(value) == axes else list(value) * axes

    stride, padding, dilation, output_padding = map(
        whole, (stride, padding, dilation, output_padding))
    pad = []
    for axis in range(axes):
        dim, step = axis + 2, stride[axis]
        if step > 1:
            length = x.shape[dim]
            x = x.unsqueeze(dim + 1)
            amounts = [0, 0] * (x.dim() - dim - 2) + [0, step - 1]
            x = torch.nn.functional.pad(x, amounts).flatten(dim, dim + 1)
            x = x.narrow(dim, 0, (length - 1) * step + 1)
        edge = dilation[axis] * (weight.shape[dim] - 1) - padding[axis]
        pad = [edge, edge + output_padding[axis], *pad]
    x = aten.constant_pad_nd.default(x, pad)
    weight = weight.unflatten(0, (groups, -1)).transpose(1, 2).flatten(0, 1)
    weight = weight.flip(list(range(2, 2 + axes)))
    return aten.convolution.default(x, weight, bias, [1] * axes, [0] * axes, dilation, False,
                                    [0] * axes, groups)


@decomposes(aten.constant_pad_nd.default)
def constant_pad(x, pad, value=0):
    """Negative amounts cut off."""
    if all(amount >= 0 for amount in pad):
        return NotImplemented
    for axis, (before, after) in enumerate(zip(pad[::2], pad[1::2], strict=True)):
        dim = x.dim() - 1 - axis
        begin, end = max(-before, 0), x.shape[dim] - max(-after, 0)
        x = aten.slice(x, dim, begin, end)
    return aten.constant_pad_nd.default(x, [max(amount, 0) for amount in pad], value)


def _of_numbers(op):
    """Shifts of a tensor by a number, or of a number by a tensor."""
    def shift(x, y):
        kind = torch.result_type(x, y)
        device = (x if isinstance(x, torch.Tensor) else y).device
        x, y = (v if isinstance(v, torch.Tensor) else torch.full((), v, dtype=kind, device=device)
                for v in (x, y))
        return op(x, y)

    return shift


for _packet in (aten.bitwise_left_shift, aten.bitwise_right_shift):
    decomposes(_packet.Tensor_Scalar, _packet.Scalar_Tensor)(_of_numbers(_packet.Tensor))


def _broadcast(op):
    def of_equal_shapes(x, y):
        if x.shape == y.shape:
            return NotImplemented
        return op(*torch.broadcast_tensors(x, y))

    return of_equal_shapes


for _op in (aten.fmax.default, aten.fmin.default):
    decomposes(_op)(_broadcast(_op))


@decomposes(aten.masked_scatter.default)
def masked_scatter(x, mask, source):
    """The elements of `source`, in order, where the mask is set."""
    x, mask = torch.broadcast_tensors(x, mask)
    if source.numel() == 0 or x.numel() == 0:
        return x.clone()
    before = torch.cumsum(mask.reshape(-1).to(torch.int64), 0) - 1
    before = torch.clamp(before, 0, source.numel() - 1)
    taken = torch.index_select(source.reshape(-1), 0, before).view(x.shape)
    return torch.where(mask, taken, x)


def _copied(view):
    def copy(x, *arguments, **options):
        return pytree.tree_map(torch.clone, view(x, *arguments, **options))

    return copy


for _copy, _view in ((aten.view_copy.default, aten.view.default),
                     (aten.permute_copy.default, aten.permute.default),
                     (aten.narrow_copy.default, aten.narrow.default),
                     (aten.select_copy.int, aten.select.int),
                     (aten.slice_copy.Tensor, aten.slice.Tensor),
                     (aten.split_copy.Tensor, aten.split.Tensor),
                     (aten.unbind_copy.int, aten.unbind.int),
                     (aten.detach_copy.default, aten.detach.default),
                     (aten.as_strided_copy.default, aten.as_strided.default)):
    decomposes(_copy)(_copied(_view))


def _places(size, stride, offset: int, device) -> torch.Tensor:
    """Where in its memory the elements of a strided view are."""
    places = torch.full((), offset, dtype=torch.int64, device=device)
    for length, step in zip(size, stride, strict=True):
        places = places.unsqueeze(-1) + torch.arange(length, device=device) * step
    return places


@decomposes(aten.as_strided_scatter.default)
def as_strided_scatter(x, source, size, stride, storage_offset=None):
    if not x.is_contiguous():
        return NotImplemented
    places = _places(size, stride, storage_offset or 0, x.device).reshape(-1)
    return x.reshape(-1).scatter(0, places, source.reshape(-1)).view(x.shape)


#: Ops that stay, in their common form.
REARRANGED = {op: function for op, function in TABLE.items()
              if op not in _BEFORE and not str(op.overloadpacket).endswith("_copy")}
