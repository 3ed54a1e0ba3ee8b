package io.hunyuan4j.core.hunyuan;

import io.hunyuan4j.core.block.FeedForward;
import io.hunyuan4j.core.block.GroupedQueryAttention;

/** One decoder layer: two branches, each behind a norm. */
record HunyuanLayer(
    float[] inputNorm,
    GroupedQueryAttention attention,
    float[] postAttentionNorm,
    FeedForward feedForward) {}
