package io.hunyuan4j.core.block;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Which slot of the key-value cache each layer uses. With cross-layer attention a group of layers
 * shares the slot that its first layer fills.
 *
 * @param slotOfLayer the slot of each layer, ascending from 0
 * @param numKeyValueHeads heads in a slot
 * @param headDim numbers per key and per value
 */
public record KvLayout(List<Integer> slotOfLayer, int numKeyValueHeads, int headDim) {

  /** Copies the list. */
  public KvLayout {
    slotOfLayer = List.copyOf(slotOfLayer);
  }

  /**
   * Layers {@code 0 … shareFactor − 1} share slot 0, the next ones slot 1, and so on. A factor of 1
   * shares nothing.
   */
  public static KvLayout shared(int numLayers, int shareFactor, int numKeyValueHeads, int headDim) {
    List<Integer> slots =
        IntStream.range(0, numLayers).map(layer -> layer / shareFactor).boxed().toList();
    return new KvLayout(slots, numKeyValueHeads, headDim);
  }

  /** Number of slots. */
  public int numSlots() {
    return slotOfLayer.isEmpty() ? 0 : slotOfLayer.getLast() + 1;
  }

  /** Whether the layer fills its slot itself. */
  public boolean owns(int layer) {
    return layer == 0 || !slotOfLayer.get(layer).equals(slotOfLayer.get(layer - 1));
  }
}
