#===- vision.py - Vision models of the zoo ----------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns the vision models: classifiers, segmentation, detection, depth, video, and those
that read text as well."""

from __future__ import annotations

from functools import partial

import torch

from ._base import transformer
from .language import _ENCODER, tokens


def image(config, size: int = 32, channels: int = 3) -> dict[str, torch.Tensor]:
    return {"pixel_values": torch.randn(1, channels, size, size)}


def frames(config, count: int = 4, size: int = 16) -> dict[str, torch.Tensor]:
    return {"pixel_values": torch.randn(1, count, 3, size, size)}


_VIT = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=80,
            image_size=32, patch_size=8)


def vit(kind, head="AutoModel", inputs=image, options=None, **config):
    return transformer(kind, head, inputs, options, **{**_VIT, **config})


def pyramid(kind, head="AutoModel", inputs=image, options=None, **config):
    return transformer(kind, head, inputs, options, **config)


def described(config) -> dict[str, torch.Tensor]:
    """An image and two texts."""
    return {"input_ids": tokens(11, 2), "pixel_values": torch.randn(2, 3, 32, 32),
            "attention_mask": torch.ones(2, 11, dtype=torch.int64)}


_TEXT = dict(vocab_size=97, hidden_size=48, num_hidden_layers=2, num_attention_heads=4,
             intermediate_size=80, max_position_embeddings=64, pad_token_id=0, bos_token_id=1,
             eos_token_id=2)


def dual(kind, head="AutoModel", inputs=described, text=None, vision=None, **config):
    return transformer(kind, head, inputs, text_config={**_TEXT, **(text or {})},
                       vision_config={**_VIT, **(vision or {})}, **config)


def _query_detector(kind, head="AutoModelForObjectDetection", **config):
    backbone = dict(embedding_size=8, hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1],
                    layer_type="basic", out_features=["stage4"], model_type="resnet")
    return transformer(kind, head, partial(image, size=64), **{**dict(
        backbone_config=backbone, d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_ffn_dim=48, decoder_ffn_dim=48, encoder_attention_heads=4,
        decoder_attention_heads=4, num_queries=7, num_labels=5), **config})


VISION = {
    "bit": pyramid("bit", embedding_size=8, hidden_sizes=[16, 32], depths=[1, 2], num_groups=4),
    "data2vec-vision": vit("data2vec-vision", use_relative_position_bias=True),
    "deit": vit("deit", "DeiTForImageClassification", num_labels=7),
    "donut-swin": pyramid("donut-swin", image_size=32, patch_size=2, embed_dim=16,
                          num_heads=[2, 4], depths=[2, 2], window_size=4),
    "efficientnet": pyramid("efficientnet", "AutoModelForImageClassification", image_size=32,
                            width_coefficient=0.25, depth_coefficient=0.3, hidden_dim=320,
                            num_labels=7),
    "glpn": pyramid("glpn", "AutoModelForDepthEstimation", partial(image, size=64),
                    hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1],
                    num_attention_heads=[1, 2, 3, 4], decoder_hidden_size=16),
    "imagegpt": transformer("imagegpt", "AutoModel", lambda c: {"input_ids": tokens(16)},
                            dict(use_cache=False), vocab_size=97, n_positions=64, n_embd=32,
                            n_layer=2, n_head=4),
    "pvt-v2": pyramid("pvt_v2", "AutoModelForImageClassification", image_size=64,
                      inputs=partial(image, size=64), hidden_sizes=[8, 16, 24, 32],
                      depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 3, 4], num_labels=7),
    "sam-vision": vit("sam_vision_model", "SamVisionModel", output_channels=16, window_size=3,
                      global_attn_indexes=[1], num_pos_feats=8, mlp_dim=80),
    "superpoint": pyramid("superpoint", "AutoModelForKeypointDetection",
                          encoder_hidden_sizes=[8, 8, 16, 16], decoder_hidden_size=16,
                          keypoint_decoder_dim=65, descriptor_decoder_dim=16),
    "videomae": vit("videomae", inputs=partial(frames, count=4, size=16), image_size=16,
                    num_frames=4, tubelet_size=2),
    "vitmatte": pyramid("vitmatte", "VitMatteForImageMatting", partial(image, channels=4),
                        hidden_size=24, fusion_hidden_sizes=[16, 12, 8, 4],
                        convstream_hidden_sizes=[8, 12, 16], backbone_config=dict(
                            model_type="vitdet", num_channels=4, hidden_size=24,
                            num_hidden_layers=1, num_attention_heads=2, image_size=32,
                            patch_size=16, out_features=["stage1"])),
    # Detection and segmentation by queries.
    "table-transformer": _query_detector("table-transformer"),
    "dab-detr": _query_detector("dab-detr", hidden_size=32),
    "maskformer": pyramid("maskformer", "MaskFormerModel",
                          partial(image, size=64), fpn_feature_size=32, mask_feature_size=32,
                          backbone_config=dict(
                              model_type="swin", image_size=64, patch_size=4, embed_dim=8,
                              depths=[1, 1, 1, 1], num_heads=[1, 2, 4, 8], window_size=2,
                              out_features=["stage1", "stage2", "stage3", "stage4"]),
                          decoder_config=dict(model_type="detr", d_model=16, encoder_layers=1,
                                              decoder_layers=1, encoder_ffn_dim=32,
                                              decoder_ffn_dim=32, encoder_attention_heads=2,
                                              decoder_attention_heads=2, num_queries=5),
                          num_labels=7),
    # Text and images.
    "align": transformer("align", "AutoModel", described, text_config=_TEXT, projection_dim=80,
                         vision_config=dict(image_size=32, width_coefficient=0.25,
                                            depth_coefficient=0.3, hidden_dim=48)),
    "blip": dual("blip", projection_dim=24),
    "blip-vqa-vision": vit("blip_vision_model", "BlipVisionModel"),
    "clip": dual("clip", projection_dim=24),
    "flava-image": vit("flava_image_model", "FlavaImageModel"),
    "groupvit": dual("groupvit", vision=dict(depths=[1, 1], num_group_tokens=[4, 0],
                                             num_output_groups=[4, 0]), projection_dim=24),
    "owlvit": dual("owlvit", projection_dim=24),
}
