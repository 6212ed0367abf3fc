#===- audio.py - Speech, sound and time series of the zoo -------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns the models of sound and of time series."""

from __future__ import annotations

import torch

from ._base import transformer
from .language import _BOTH, tokens

_SPEECH = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=80,
               conv_dim=[16, 16, 16], conv_kernel=[10, 3, 3], conv_stride=[5, 2, 2],
               num_feat_extract_layers=3, num_conv_pos_embeddings=8,
               num_conv_pos_embedding_groups=4, vocab_size=31)


def samples(config, count: int = 700) -> dict[str, torch.Tensor]:
    return {"input_values": torch.randn(2, count)}


def speech(kind, head="AutoModel", inputs=samples, options=None, **config):
    return transformer(kind, head, inputs, options, **{**_SPEECH, **config})


def _transcribed(length):
    return lambda config: {"input_features": torch.randn(1, 16, length),
                           "decoder_input_ids": tokens(7)}


def _series(kind, **more):
    """A network that continues a time series."""
    return transformer(kind, "AutoModel", lambda c: {
        "past_values": torch.randn(1, 30), "past_time_features": torch.randn(1, 30, 2),
        "past_observed_mask": torch.ones(1, 30), "future_values": torch.randn(1, 5),
        "future_time_features": torch.randn(1, 5, 2)}, prediction_length=5, context_length=23,
        lags_sequence=[1, 2, 7], num_time_features=2, d_model=32, encoder_layers=1,
        decoder_layers=1, encoder_attention_heads=4, decoder_attention_heads=4,
        encoder_ffn_dim=48, decoder_ffn_dim=48, **more)


AUDIO = {
    "ast": transformer("audio-spectrogram-transformer", "AutoModelForAudioClassification",
                       lambda c: {"input_values": torch.randn(1, 40, 32)}, hidden_size=48,
                       num_hidden_layers=2, num_attention_heads=4, intermediate_size=80,
                       patch_size=8, frequency_stride=6, time_stride=6, max_length=40,
                       num_mel_bins=32, num_labels=7),
    "autoformer": _series("autoformer", moving_average=5, label_length=5),
    "clap-audio": transformer("clap_audio_model", "ClapAudioModel", lambda c: {
        "input_features": torch.randn(1, 1, 64, 16)}, options=dict(is_longer=None),
        window_size=4, num_mel_bins=16, spec_size=32, patch_size=4, patch_stride=[4, 4],
        patch_embeds_hidden_size=16, depths=[1, 1], num_attention_heads=[2, 4],
        num_hidden_layers=2, hidden_size=32, enable_fusion=False),
    "encodec": transformer("encodec", "AutoModel", lambda c: {
        "input_values": torch.randn(1, 1, 128)}, num_filters=4, hidden_size=16,
        upsampling_ratios=[4, 2], codebook_size=16, num_lstm_layers=1, target_bandwidths=[24.0]),
    "hubert": speech("hubert"),
    "informer": _series("informer", attention_type="full"),
    "moonshine": transformer("moonshine", "AutoModelForSpeechSeq2Seq", lambda c: {
        "input_values": torch.randn(1, 1500), "decoder_input_ids": tokens(5)},
        dict(use_cache=False), vocab_size=97, hidden_size=48, intermediate_size=80,
        encoder_num_hidden_layers=1, decoder_num_hidden_layers=1,
        encoder_num_attention_heads=4, decoder_num_attention_heads=4,
        max_position_embeddings=64),
    "musicgen-decoder": transformer("musicgen_decoder", "MusicgenForCausalLM", lambda c: {
        "input_ids": torch.randint(0, 31, (2, 7))}, dict(use_cache=False), vocab_size=31,
        hidden_size=48, num_hidden_layers=2, num_attention_heads=4, ffn_dim=80, num_codebooks=2,
        pad_token_id=31),
    "parakeet": transformer("parakeet_encoder", "ParakeetEncoder", lambda c: {
        "input_features": torch.randn(1, 65, 16)}, hidden_size=48, num_hidden_layers=1,
        num_attention_heads=4, intermediate_size=80, conv_kernel_size=5, num_mel_bins=16,
        subsampling_factor=4, subsampling_conv_channels=16),
    "patchtst": transformer("patchtst", "AutoModel", lambda c: {
        "past_values": torch.randn(1, 32, 3)}, num_input_channels=3, context_length=32,
        patch_length=4, patch_stride=4, d_model=32, num_hidden_layers=2,
        num_attention_heads=4, ffn_dim=48),
    "patchtsmixer": transformer("patchtsmixer", "AutoModel", lambda c: {
        "past_values": torch.randn(1, 32, 3)}, num_input_channels=3, context_length=32,
        patch_length=8, patch_stride=4, d_model=16, num_layers=2),
    "speech-to-text": transformer("speech_to_text", "AutoModelForSpeechSeq2Seq", lambda c: {
        "input_features": torch.randn(1, 45, 16), "decoder_input_ids": tokens(7)},
        dict(use_cache=False), **{**_BOTH, "max_position_embeddings": 64},
        input_feat_per_channel=16, conv_channels=24, max_source_positions=64,
        max_target_positions=64),
    "wav2vec2": speech("wav2vec2"),
    "wav2vec2-bert": transformer("wav2vec2-bert", "AutoModel", lambda c: {
        "input_features": torch.randn(1, 25, 16)}, hidden_size=48, num_hidden_layers=2,
        num_attention_heads=4, intermediate_size=80, feature_projection_input_dim=16,
        conv_depthwise_kernel_size=5, vocab_size=31, left_max_position_embeddings=8,
        right_max_position_embeddings=4),
    "wav2vec2-conformer": speech("wav2vec2-conformer", position_embeddings_type="relative",
                                 conv_depthwise_kernel_size=5),
    "wav2vec2-rotary": speech("wav2vec2-conformer", position_embeddings_type="rotary",
                              conv_depthwise_kernel_size=5),
    "wavlm": speech("wavlm", num_buckets=16, max_bucket_distance=32),
    "whisper": transformer("whisper", "AutoModelForSpeechSeq2Seq", _transcribed(40),
                           dict(use_cache=False), **{**_BOTH, "max_position_embeddings": 64},
                           num_mel_bins=16, max_source_positions=20, max_target_positions=20),
}
