package io.hunyuan4j.core.block;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Matrix;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;

/**
 * A batch's activations: one array per role, grown to the largest pass so far and used again, as
 * are the views of them.
 */
public final class Scratch {
  private final EnumMap<Slot, float[]> arrays = new EnumMap<>(Slot.class);
  private final Views views = new Views();
  private final List<FloatMatrix> columns = new ArrayList<>();
  private final Routes routes = new Routes();

  /** The roles. Two matrices that are alive at once never share one. */
  public enum Slot {
    /** The residual stream. */
    HIDDEN,
    /** The normalised input of a branch. */
    NORMED,
    /** The result of a branch. */
    BRANCH,
    /** Queries, keys and values, side by side. */
    QUERY_KEY_VALUE,
    /** Attention before the output projection. */
    ATTENDED,
    /** Gate and up projections, side by side; the gated activations take the place of the gate. */
    GATE_AND_UP,
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
      views.clear(); // which hold the old array
    }
    return views.of(array, 0, rows, cols, cols);
  }

  /** {@link FloatMatrix#rows(int, int)} of one of these matrices, as an object used before. */
  public FloatMatrix rows(FloatMatrix matrix, int from, int to) {
    Objects.checkFromToIndex(from, to, matrix.rows());
    int offset = from == to ? matrix.offset() : matrix.rowOffset(from);
    return views.of(matrix.data(), offset, to - from, matrix.cols(), matrix.stride());
  }

  /** {@link FloatMatrix#columns(int, int)} of one of these matrices, as an object used before. */
  public FloatMatrix columns(FloatMatrix matrix, int from, int to) {
    Objects.checkFromToIndex(from, to, matrix.cols());
    int offset = matrix.rows() == 0 ? matrix.offset() : matrix.offset() + from;
    return views.of(matrix.data(), offset, matrix.rows(), to - from, matrix.stride());
  }

  /** The columns of {@code out} for each piece, side by side; valid until the next call. */
  List<FloatMatrix> columnsFor(FloatMatrix out, List<Matrix> pieces) {
    columns.clear();
    int from = 0;
    for (int i = 0; i < pieces.size(); i++) {
      int to = from + pieces.get(i).rows();
      columns.add(columns(out, from, to));
      from = to;
    }
    return columns;
  }

  /** Room for the routes of one layer. */
  public Routes routes() {
    return routes;
  }
}
