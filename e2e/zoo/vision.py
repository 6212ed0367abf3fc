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
    "beit": vit("beit", use_relative_position_bias=True, use_mask_token=False),
    "bit": pyramid("bit", embedding_size=8, hidden_sizes=[16, 32], depths=[1, 2], num_groups=4),
    "convnext": pyramid("convnext", "AutoModelForImageClassification", num_stages=2,
                        hidden_sizes=[8, 16], depths=[1, 2], num_labels=7),
    "cvt": pyramid("cvt", embed_dim=[8, 16, 24], num_heads=[1, 2, 3], depth=[1, 2, 3],
                   mlp_ratio=[2.0, 2.0, 2.0], drop_path_rate=[0.0, 0.0, 0.0]),
    "data2vec-vision": vit("data2vec-vision", use_relative_position_bias=True),
    "deit": vit("deit", "DeiTForImageClassification", num_labels=7),
    "depth-anything": pyramid("depth_anything", "AutoModelForDepthEstimation",
                              partial(image, size=28), backbone_config=dict(
                                  model_type="dinov2", hidden_size=24, num_hidden_layers=4,
                                  num_attention_heads=2, image_size=28, patch_size=14,
                                  out_features=["stage1", "stage2", "stage3", "stage4"],
                                  apply_layernorm=True, reshape_hidden_states=False),
                              reassemble_hidden_size=24, patch_size=14,
                              neck_hidden_sizes=[8, 16, 24, 32], fusion_hidden_size=16,
                              head_hidden_size=8),
    "dinov2": vit("dinov2"),
    "dinov2-registers": vit("dinov2_with_registers", num_register_tokens=3),
    "dinov3-convnext": pyramid("dinov3_convnext", hidden_sizes=[8, 16, 24, 32],
                               depths=[1, 1, 1, 1], inputs=partial(image, size=64)),
    "dinov3-vit": vit("dinov3_vit", num_register_tokens=3),
    "donut-swin": pyramid("donut-swin", image_size=32, patch_size=2, embed_dim=16,
                          num_heads=[2, 4], depths=[2, 2], window_size=4),
    "dpt": vit("dpt", "AutoModelForDepthEstimation", num_hidden_layers=4, is_hybrid=False,
               backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 16, 24, 32],
               fusion_hidden_size=16),
    "efficientnet": pyramid("efficientnet", "AutoModelForImageClassification", image_size=32,
                            width_coefficient=0.25, depth_coefficient=0.3, hidden_dim=320,
                            num_labels=7),
    "focalnet": pyramid("focalnet", image_size=32, patch_size=4, embed_dim=16, depths=[1, 1],
                        hidden_sizes=[16, 32], focal_levels=[2, 2], focal_windows=[3, 3]),
    "glpn": pyramid("glpn", "AutoModelForDepthEstimation", partial(image, size=64),
                    hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1],
                    num_attention_heads=[1, 2, 3, 4], decoder_hidden_size=16),
    "hgnet-v2": pyramid("hgnet_v2", "AutoModelForImageClassification", embedding_size=8,
                        depths=[1, 1, 1, 1], hidden_sizes=[16, 16, 24, 32],
                        stem_channels=[3, 8, 8], stage_in_channels=[8, 16, 16, 24],
                        stage_mid_channels=[8, 8, 8, 8], stage_out_channels=[16, 16, 24, 32],
                        stage_num_blocks=[1, 1, 1, 1], stage_numb_of_layers=[2, 2, 2, 2],
                        num_labels=7),
    "hiera": pyramid("hiera", image_size=[32, 32], patch_size=[7, 7], patch_stride=[4, 4],
                     patch_padding=[3, 3], embed_dim=16, depths=[1, 1, 1], num_heads=[1, 2, 4],
                     num_query_pool=2, query_stride=[2, 2], masked_unit_size=[4, 4],
                     masked_unit_attention=[True, False, False]),
    "ijepa": vit("ijepa"),
    "imagegpt": transformer("imagegpt", "AutoModel", lambda c: {"input_ids": tokens(16)},
                            dict(use_cache=False), vocab_size=97, n_positions=64, n_embd=32,
                            n_layer=2, n_head=4),
    "levit": pyramid("levit", "LevitForImageClassification", partial(image, size=64),
                     image_size=64, hidden_sizes=[16, 24, 32], num_attention_heads=[2, 3, 4],
                     depths=[1, 1, 1], key_dim=[8, 8, 8], num_labels=7),
    "mgp-str": vit("mgp-str", "MgpstrForSceneTextRecognition", image_size=[16, 32], patch_size=4,
                   inputs=lambda c: {"pixel_values": torch.randn(1, 3, 16, 32)},
                   num_character_labels=11, num_bpe_labels=13, num_wordpiece_labels=17,
                   max_token_length=5, num_attention_heads=4),
    "mobilenetv1": pyramid("mobilenet_v1", "AutoModelForImageClassification",
                           depth_multiplier=0.25, num_labels=7),
    "poolformer": pyramid("poolformer", "AutoModelForImageClassification",
                          hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1], num_labels=7),
    "pvt": pyramid("pvt", "AutoModelForImageClassification", image_size=64,
                   inputs=partial(image, size=64), hidden_sizes=[8, 16, 24, 32],
                   depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 3, 4], num_labels=7),
    "pvt-v2": pyramid("pvt_v2", "AutoModelForImageClassification", image_size=64,
                      inputs=partial(image, size=64), hidden_sizes=[8, 16, 24, 32],
                      depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 3, 4], num_labels=7),
    "regnet": pyramid("regnet", "AutoModelForImageClassification", embedding_size=8,
                      hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 2, 1], groups_width=8,
                      num_labels=7),
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
    "detr": _query_detector("detr"),
    "conditional-detr": _query_detector("conditional_detr"),
    "table-transformer": _query_detector("table-transformer"),
    "deformable-detr": _query_detector("deformable_detr", decoder_layers=2, num_feature_levels=1,
                                       encoder_n_points=2, decoder_n_points=2),
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
    "mask2former": pyramid("mask2former", "Mask2FormerModel",
                           partial(image, size=64), feature_size=32, mask_feature_size=32,
                           hidden_dim=32, encoder_feedforward_dim=32, encoder_layers=1,
                           decoder_layers=2, num_attention_heads=2, dim_feedforward=32,
                           num_queries=5, num_labels=7, backbone_config=dict(
                               model_type="swin", image_size=64, patch_size=4, embed_dim=8,
                               depths=[1, 1, 1, 1], num_heads=[1, 2, 4, 8], window_size=2,
                               out_features=["stage1", "stage2", "stage3", "stage4"])),
    # Text and images.
    "align": transformer("align", "AutoModel", described, text_config=_TEXT, projection_dim=80,
                         vision_config=dict(image_size=32, width_coefficient=0.25,
                                            depth_coefficient=0.3, hidden_dim=48)),
    "altclip": dual("altclip", text=dict(project_dim=24), projection_dim=24),
    "blip": dual("blip", projection_dim=24),
    "blip-vqa-vision": vit("blip_vision_model", "BlipVisionModel"),
    "chinese-clip": dual("chinese_clip", projection_dim=24),
    "clip": dual("clip", projection_dim=24),
    "clipseg": dual("clipseg", "CLIPSegForImageSegmentation", projection_dim=24,
                    extract_layers=[0, 1], reduce_dim=16, decoder_num_attention_heads=4,
                    decoder_intermediate_size=32),
    "flava-image": vit("flava_image_model", "FlavaImageModel"),
    "git": transformer("git", "AutoModelForCausalLM", lambda c: {
        "input_ids": tokens(9), "pixel_values": torch.randn(1, 3, 32, 32)},
        dict(use_cache=False), **_TEXT, vision_config=dict(**_VIT)),
    "groupvit": dual("groupvit", vision=dict(depths=[1, 1], num_group_tokens=[4, 0],
                                             num_output_groups=[4, 0]), projection_dim=24),
    "metaclip-2": dual("metaclip_2", projection_dim=24),
    "owlvit": dual("owlvit", projection_dim=24),
}
