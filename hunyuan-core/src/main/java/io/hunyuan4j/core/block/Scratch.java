package io.hunyuan4j.core.block;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.EnumMap;

/** A batch's activations: one array per role, grown to the largest pass so far and used again. */
public final class Scratch {
  private final EnumMap<Slot, float[]> arrays = new EnumMap<>(Slot.class);
  private final Routes routes = new Routes();

  /** The roles. Two matrices that are alive at once never share one. */
  public enum Slot {
    /** The residual stream. */
    HIDDEN,
    /** The normalised input of a branch. */
    NORMED,
    /** The result of a branch. */
    BRANCH,
    /** Queries. */
    QUERY,
    /** Keys. */
    KEY,
    /** Values. */
    VALUE,
    /** Attention before the output projection. */
    ATTENDED,
    /** Gate projections, then the gated activations. */
    GATE,
    /** Up projections. */
    UP,
    /** The router's logits. */
    ROUTER_LOGITS,
    /** The router's probabilities. */
    ROUTER_PROBABILITIES,
    /** The tokens of one expert, side by side. */
    EXPERT_INPUT,
    /** The results of all experts. */
    EXPERT_OUTPUT,
    /** Cosines of the rotary positions. */
    COS,
    /** Sines of the rotary positions. */
    SIN,
    /** The last residual rows of the sequences, for the head. */
    LAST,
    /** The logits. */
    LOGITS
  }

  /** The matrix of a role, of the given shape, with whatever the array held before. */
  public FloatMatrix matrix(Slot slot, int rows, int cols) {
    int length = Math.multiplyExact(rows, cols);
    float[] array = arrays.get(slot);
    if (array == null || array.length < length) {
      array = new float[length];
      arrays.put(slot, array);
    }
    return FloatMatrix.of(array, rows, cols);
  }

  /** Room for the routes of one layer. */
  public Routes routes() {
    return routes;
  }
}
