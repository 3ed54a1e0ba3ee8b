package io.hunyuan4j.core;

import io.hunyuan4j.core.block.KvLayout;
import io.hunyuan4j.kernels.KvFormat;

/**
 * A model's sizes, known from its configuration alone.
 *
 * @param modelType the checkpoint's {@code model_type}
 * @param vocabSize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param numLayers number of decoder layers
 * @param maxPositions positions the model was trained for
 * @param parameters how many parameters it has, and how many a token uses
 * @param kvLayout which layers share a slot of the key-value cache, and the size of a slot
 */
public record ModelShape(
    String modelType,
    int vocabSize,
    int hiddenSize,
    int numLayers,
    int maxPositions,
    Parameters parameters,
    KvLayout kvLayout) {

  /**
   * Parameter counts. A tied head counts once.
   *
   * @param total all of them
   * @param active those that take part in one token's forward pass
   */
  public record Parameters(long total, long active) {}

  /**
   * Bytes of key-value cache that a decoded token reads for every position before it. Layers that
   * share a slot read it one after the other, with much else between.
   */
  public long kvReadBytesPerToken(KvFormat format) {
    return 2L * numLayers * kvLayout.numKeyValueHeads() * format.rowBytes(kvLayout.headDim());
  }

  /** Bytes of key-value cache that one position needs. */
  public long kvBytesPerToken(KvFormat format) {
    return 2L
        * kvLayout.numSlots()
        * kvLayout.numKeyValueHeads()
        * format.rowBytes(kvLayout.headDim());
  }
}
