#===- language.py - Language models of the zoo ------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns the language models: encoders, decoders, both, mixtures of experts, state spaces
and recurrences, each with 2 layers and odd lengths."""

from __future__ import annotations

from functools import partial

import torch

from ._base import transformer

_VOCABULARY, _LENGTH = 97, 19
_TOKENS = dict(pad_token_id=0, bos_token_id=1, eos_token_id=2)


def tokens(length: int = _LENGTH, batch: int = 1) -> torch.Tensor:
    return torch.randint(3, _VOCABULARY, (batch, length))


def masked(config, length: int = _LENGTH) -> dict[str, torch.Tensor]:
    """Two sentences, the second a shorter one."""
    mask = torch.ones(2, length, dtype=torch.int64)
    mask[1, length * 2 // 3:] = 0
    return {"input_ids": tokens(length, 2), "attention_mask": mask}


def prompt(config, length: int = _LENGTH) -> dict[str, torch.Tensor]:
    return {"input_ids": tokens(length)}


def translated(config) -> dict[str, torch.Tensor]:
    return {**masked(config), "decoder_input_ids": tokens(7, 2)}


_ENCODER = dict(vocab_size=_VOCABULARY, hidden_size=48, num_hidden_layers=2,
                num_attention_heads=4, intermediate_size=80, max_position_embeddings=64, **_TOKENS)
_DECODER = dict(vocab_size=_VOCABULARY, hidden_size=64, num_hidden_layers=2,
                num_attention_heads=4, intermediate_size=112, max_position_embeddings=64, **_TOKENS)
_GROUPED = dict(_DECODER, num_key_value_heads=2)
_EXPERTS = dict(_GROUPED, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=40)
_BOTH = dict(vocab_size=_VOCABULARY, d_model=48, encoder_layers=2, decoder_layers=2,
             encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=80,
             decoder_ffn_dim=80, max_position_embeddings=64, **_TOKENS)
_T5 = dict(vocab_size=_VOCABULARY, d_model=48, d_kv=12, d_ff=80, num_layers=2,
           num_decoder_layers=2, num_heads=4, pad_token_id=0, eos_token_id=2)


def encoder(kind, head="AutoModel", inputs=masked, without=(), **config):
    """`without`: keys that the architecture does not take."""
    base = {k: v for k, v in _ENCODER.items() if k not in without}
    return transformer(kind, head, inputs, **{**base, **config})


def decoder(kind, base=_GROUPED, inputs=prompt, head="AutoModelForCausalLM", **config):
    return transformer(kind, head, inputs, dict(use_cache=False), **{**base, **config})


def both(kind, head="AutoModelForSeq2SeqLM", base=_BOTH, **config):
    return transformer(kind, head, translated, dict(use_cache=False), **{**base, **config})


ENCODERS = {
    "albert": encoder("albert", embedding_size=24),
    "bert-generation": encoder("bert-generation"),
    "big-bird": encoder("big_bird", attention_type="original_full"),
    "big-bird-sparse": encoder("big_bird", attention_type="block_sparse", block_size=4,
                               num_random_blocks=1, inputs=partial(masked, length=32)),
    "camembert": encoder("camembert"),
    "canine": encoder("canine", num_hash_buckets=64, inputs=partial(masked, length=20),
                      local_transformer_stride=10),
    "convbert": encoder("convbert", embedding_size=24, head_ratio=2),
    "data2vec-text": encoder("data2vec-text"),
    "deberta": encoder("deberta", relative_attention=True, pos_att_type=["p2c", "c2p"],
                       position_biased_input=False),
    "deberta-v2": encoder("deberta-v2", relative_attention=True, pos_att_type=["p2c", "c2p"],
                          position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=True,
                          conv_kernel_size=3),
    "distilbert": encoder("distilbert", hidden_dim=80, dim=48, n_heads=4, n_layers=2),
    "electra": encoder("electra", embedding_size=24),
    "ernie": encoder("ernie"),
    "esm": encoder("esm", position_embedding_type="rotary"),
    "eurobert": encoder("eurobert"),
    "flaubert": encoder("flaubert", n_words=_VOCABULARY, emb_dim=48, n_layers=2, n_heads=4),
    "fnet": encoder("fnet", inputs=prompt),
    "funnel": encoder("funnel", "FunnelModel", without=("num_hidden_layers",), d_model=48, n_head=4, d_head=12, d_inner=80,
                      block_sizes=[1, 1], inputs=partial(masked, length=20)),
    "ibert": encoder("ibert"),
    "layoutlm": encoder("layoutlm"),
    "longformer": encoder("longformer", attention_window=4, inputs=partial(masked, length=20)),
    "luke": encoder("luke", entity_vocab_size=20),
    "megatron-bert": encoder("megatron-bert"),
    "mobilebert": encoder("mobilebert", embedding_size=24, intra_bottleneck_size=24,
                          true_hidden_size=24),
    "modernbert": encoder("modernbert", local_attention=8, global_attn_every_n_layers=2),
    "mpnet": encoder("mpnet"),
    "mra": encoder("mra"),
    "nomic-bert": encoder("nomic_bert"),
    "rembert": encoder("rembert", input_embedding_size=24, output_embedding_size=40),
    "roberta": encoder("roberta"),
    "roberta-prelayernorm": encoder("roberta-prelayernorm"),
    "roc-bert": encoder("roc_bert", enable_pronunciation=False, enable_shape=False),
    "roformer": encoder("roformer", embedding_size=48),
    "splinter": encoder("splinter"),
    "squeezebert": encoder("squeezebert", embedding_size=48, q_groups=2, k_groups=2, v_groups=2,
                           post_attention_groups=1, intermediate_groups=4, output_groups=4),
    "tapas": encoder("tapas"),
    "xlm": encoder("xlm", n_words=_VOCABULARY, emb_dim=48, n_layers=2, n_heads=4),
    "xlm-roberta": encoder("xlm-roberta"),
    "xlm-roberta-xl": encoder("xlm-roberta-xl"),
    "xlnet": encoder("xlnet", without=("max_position_embeddings",), d_model=48, n_layer=2, n_head=4, d_inner=80),
    "xmod": encoder("xmod", default_language="en_XX"),
    "yoso": encoder("yoso", use_expectation=True),
    "masked-lm": encoder("bert", "AutoModelForMaskedLM"),
    "question-answering": encoder("bert", "AutoModelForQuestionAnswering"),
    "token-classification": encoder("roberta", "AutoModelForTokenClassification"),
    "sequence-classification": encoder("deberta-v2", "AutoModelForSequenceClassification",
                                       relative_attention=True, pos_att_type=["p2c", "c2p"]),
}

DECODERS = {
    "apertus": decoder("apertus"),
    "arcee": decoder("arcee"),
    "bamba": decoder("bamba", mamba_n_heads=8, mamba_d_head=16, mamba_d_state=8,
                     mamba_chunk_size=8, attn_layer_indices=[1], mamba_n_groups=1),
    "biogpt": decoder("biogpt", _DECODER),
    "bitnet": decoder("bitnet"),
    "bloom": decoder("bloom", _DECODER, n_head=4, n_layer=2),
    "codegen": decoder("codegen", _DECODER, n_embd=64, n_head=4, n_layer=2, rotary_dim=8),
    "cohere": decoder("cohere"),
    "cohere2": decoder("cohere2", sliding_window=8),
    "ctrl": decoder("ctrl", _DECODER, n_embd=64, n_head=4, n_layer=2, dff=112),
    "dbrx": decoder("dbrx", {**_TOKENS, "vocab_size": _VOCABULARY}, d_model=64, n_heads=4,
                    n_layers=2, max_seq_len=64,
                    attn_config=dict(kv_n_heads=2, clip_qkv=8.0, rope_theta=1e4),
                    ffn_config=dict(ffn_hidden_size=40, moe_num_experts=4, moe_top_k=2)),
    "deepseek-v2": decoder("deepseek_v2", q_lora_rank=24, kv_lora_rank=16, qk_nope_head_dim=16,
                           qk_rope_head_dim=8, v_head_dim=16, n_routed_experts=8,
                           num_experts_per_tok=2, moe_intermediate_size=40, n_group=1,
                           topk_group=1, first_k_dense_replace=1, n_shared_experts=1,
                           num_key_value_heads=4),
    "diffllama": decoder("diffllama"),
    "doge": decoder("doge"),
    "dots1": decoder("dots1", n_routed_experts=4, num_experts_per_tok=2, n_shared_experts=1,
                     moe_intermediate_size=40, first_k_dense_replace=1, n_group=1, topk_group=1),
    "ernie4-5": decoder("ernie4_5"),
    "ernie4-5-moe": decoder("ernie4_5_moe", moe_num_experts=4, moe_k=2, moe_intermediate_size=40),
    "exaone4": decoder("exaone4", sliding_window=8),
    "falcon": decoder("falcon", _DECODER, multi_query=True),
    "falcon-alibi": decoder("falcon", _DECODER, alibi=True, new_decoder_architecture=False),
    "falcon-h1": decoder("falcon_h1", mamba_d_ssm=64, mamba_n_heads=4, mamba_d_head=16,
                         mamba_d_state=8, mamba_chunk_size=8),
    "falcon-mamba": decoder("falcon_mamba", _DECODER, state_size=8, time_step_rank=8),
    "gemma": decoder("gemma", head_dim=16),
    "gemma2": decoder("gemma2", head_dim=16, sliding_window=8, query_pre_attn_scalar=16),
    "gemma3": decoder("gemma3_text", head_dim=16, sliding_window=8, query_pre_attn_scalar=16),
    "gemma3n": decoder("gemma3n_text", head_dim=16, sliding_window=8, intermediate_size=[64, 64],
                       layer_types=["sliding_attention", "full_attention"],
                       activation_sparsity_pattern=[0.9, 0.0], vocab_size_per_layer_input=97,
                       hidden_size_per_layer_input=16, laurel_rank=8, num_kv_shared_layers=0,
                       altup_num_inputs=2),
    "glm": decoder("glm", head_dim=16),
    "glm4": decoder("glm4", head_dim=16),
    "glm4-moe": decoder("glm4_moe", head_dim=16, n_routed_experts=4, num_experts_per_tok=2,
                        moe_intermediate_size=40, first_k_dense_replace=1, n_group=1,
                        topk_group=1),
    "gpt-bigcode": decoder("gpt_bigcode", _DECODER, n_embd=64, n_head=4, n_layer=2),
    "gpt-neo": decoder("gpt_neo", _DECODER, num_layers=2, num_heads=4, window_size=8,
                       attention_types=[[["global", "local"], 1]]),
    "gpt-neox": decoder("gpt_neox", _DECODER),
    "gpt-neox-japanese": decoder("gpt_neox_japanese", _DECODER),
    "gpt-oss": decoder("gpt_oss", num_local_experts=4, num_experts_per_tok=2, head_dim=16,
                       sliding_window=8),
    "gptj": decoder("gptj", _DECODER, n_embd=64, n_head=4, n_layer=2, rotary_dim=8),
    "granite": decoder("granite"),
    "granitemoe": decoder("granitemoe", num_local_experts=4, num_experts_per_tok=2),
    "granitemoehybrid": decoder("granitemoehybrid", num_local_experts=4, num_experts_per_tok=2,
                                layer_types=["mamba", "attention"], mamba_n_heads=8,
                                mamba_d_head=16, mamba_d_state=8, mamba_chunk_size=8,
                                mamba_n_groups=1, shared_intermediate_size=64),
    "helium": decoder("helium", head_dim=16),
    "hunyuan-dense": decoder("hunyuan_v1_dense", head_dim=16),
    "jamba": decoder("jamba", num_experts=4, num_experts_per_tok=2, attn_layer_period=2,
                     attn_layer_offset=1, expert_layer_period=2, expert_layer_offset=1,
                     mamba_d_state=8, mamba_dt_rank=8, use_mamba_kernels=False),
    "jetmoe": decoder("jetmoe", num_local_experts=4, num_experts_per_tok=2, kv_channels=16),
    "lfm2": decoder("lfm2", layer_types=["conv", "full_attention"]),
    "longcat": decoder("longcat_flash", num_layers=1, ffn_hidden_size=64, q_lora_rank=24,
                       kv_lora_rank=16, qk_nope_head_dim=16, qk_rope_head_dim=8, v_head_dim=16,
                       n_routed_experts=4, zero_expert_num=2, moe_topk=2,
                       expert_ffn_hidden_size=40, head_dim=8, num_key_value_heads=4),
    "mamba": decoder("mamba", _DECODER, state_size=8, time_step_rank=8),
    "mamba2": decoder("mamba2", _DECODER, state_size=8, num_heads=8, head_dim=16, n_groups=1,
                      chunk_size=8),
    "minimax": decoder("minimax", num_local_experts=4, num_experts_per_tok=2, block_size=8),
    "ministral": decoder("ministral", sliding_window=8, head_dim=16),
    "mistral": decoder("mistral", sliding_window=8),
    "modernbert-decoder": decoder("modernbert-decoder", _DECODER, local_attention=8,
                                  global_attn_every_n_layers=2),
    "mpt": decoder("mpt", {**_TOKENS, "vocab_size": _VOCABULARY}, d_model=64, n_heads=4,
                   n_layers=2, max_seq_len=64, expansion_ratio=2),
    "nanochat": decoder("nanochat"),
    "nemotron": decoder("nemotron", head_dim=16),
    "olmo": decoder("olmo"),
    "olmo2": decoder("olmo2"),
    "olmo3": decoder("olmo3", sliding_window=8),
    "olmoe": decoder("olmoe", _EXPERTS),
    "openai-gpt": decoder("openai-gpt", _DECODER, n_embd=64, n_head=4, n_layer=2, n_positions=64),
    "opt": decoder("opt", _DECODER, ffn_dim=112, word_embed_proj_dim=48),
    "persimmon": decoder("persimmon", _DECODER),
    "phi": decoder("phi", partial_rotary_factor=0.5),
    "phi3": decoder("phi3", sliding_window=8),
    "phimoe": decoder("phimoe", num_local_experts=4, num_experts_per_tok=2),
    "qwen2": decoder("qwen2", use_sliding_window=True, sliding_window=8, max_window_layers=1),
    "qwen2-moe": decoder("qwen2_moe", _EXPERTS, shared_expert_intermediate_size=48),
    "qwen3": decoder("qwen3", head_dim=16),
    "qwen3-moe": decoder("qwen3_moe", _EXPERTS, head_dim=16),
    "qwen3-next": decoder("qwen3_next", _EXPERTS, head_dim=16, linear_num_key_heads=2,
                          linear_num_value_heads=4, linear_key_head_dim=8,
                          linear_value_head_dim=8, shared_expert_intermediate_size=48,
                          layer_types=["linear_attention", "full_attention"]),
    "recurrent-gemma": decoder("recurrent_gemma", lru_width=64, attention_window_size=8,
                               head_dim=16, block_types=["recurrent", "attention"]),
    "rwkv": decoder("rwkv", _DECODER, attention_hidden_size=64),
    "seed-oss": decoder("seed_oss", head_dim=16),
    "smollm3": decoder("smollm3", no_rope_layers=[1, 0]),
    "stablelm": decoder("stablelm", use_qkv_bias=True, qk_layernorm=True),
    "starcoder2": decoder("starcoder2", sliding_window=8),
    "xglm": decoder("xglm", _DECODER, d_model=64, num_layers=2, attention_heads=4, ffn_dim=112),
    "xlstm": decoder("xlstm", _DECODER, num_heads=4, num_blocks=2),
    "zamba2": decoder("zamba2", mamba_d_state=8, n_mamba_heads=8, mamba_ngroups=1, chunk_size=8,
                      hybrid_layer_ids=[1], layers_block_type=["mamba", "hybrid"],
                      attention_head_dim=32, num_mem_blocks=1, use_mem_rope=True,
                      num_key_value_heads=4),
    "zamba": decoder("zamba", mamba_d_state=8, mamba_dt_rank=8, n_mamba_heads=2,
                     num_hidden_layers=3, use_mamba_kernels=False,
                     layers_block_type=["linear_attention", "hybrid", "hybrid"],
                     num_key_value_heads=4),
}

TRANSLATORS = {
    "bart": both("bart"),
    "bigbird-pegasus": both("bigbird_pegasus", attention_type="original_full"),
    "blenderbot": both("blenderbot"),
    "blenderbot-small": both("blenderbot-small"),
    "fsmt": both("fsmt", src_vocab_size=97, tgt_vocab_size=97, langs=["en", "de"]),
    "led": both("led", attention_window=4, max_encoder_position_embeddings=64,
                max_decoder_position_embeddings=64),
    "longt5-local": both("longt5", base=_T5, local_radius=3),
    "longt5-global": both("longt5", base=_T5, local_radius=3, global_block_size=4,
                          encoder_attention_type="transient-global"),
    "m2m-100": both("m2m_100"),
    "marian": both("marian"),
    "mbart": both("mbart"),
    "mt5": both("mt5", base=_T5),
    "mvp": both("mvp"),
    "nllb-moe": both("nllb-moe", num_experts=4, encoder_sparse_step=2, decoder_sparse_step=2,
                     expert_capacity=64),
    "pegasus": both("pegasus"),
    "pegasus-x": both("pegasus_x", block_size=8, num_global_tokens=4),
    "plbart": both("plbart"),
    "prophetnet": both("prophetnet", base={**_TOKENS, "vocab_size": _VOCABULARY}, hidden_size=48, num_encoder_layers=2, num_decoder_layers=2,
                       num_encoder_attention_heads=4, num_decoder_attention_heads=4, ngram=2,
                       encoder_ffn_dim=80, decoder_ffn_dim=80, max_position_embeddings=64),
    "switch-transformers": both("switch_transformers", base=_T5, num_experts=4,
                                num_sparse_encoder_layers=1, num_sparse_decoder_layers=1,
                                expert_capacity=64),
    "t5": both("t5", base=_T5),
    "t5-gated": both("t5", base=_T5, feed_forward_proj="gated-gelu"),
    "umt5": both("umt5", base=_T5),
}

LANGUAGE = {**ENCODERS, **DECODERS, **TRANSLATORS}
