package io.hunyuan4j.core.block;

import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer {@code out = x · Wᵀ + bias} whose weights may lie in several pieces, as they do
 * where a checkpoint fuses several projections into one tensor.
 *
 * @param pieces the rows of W, top to bottom
 * @param bias one number per output, or null
 */
public record Projection(List<Matrix> pieces, float @Nullable [] bias) {

  /** Copies the list. */
  public Projection {
    pieces = List.copyOf(pieces);
  }

  /** One whole matrix without bias. */
  public static Projection of(Matrix weights) {
    return new Projection(List.of(weights), null);
  }

  /**
   * Some of the outputs of a projection of one piece, in the given order, sharing its memory.
   *
   * @param ranges pairs of a first output and the one after the last
   */
  public Projection select(List<int[]> ranges) {
    Matrix whole = pieces.getFirst();
    List<Matrix> selected = ranges.stream().map(range -> whole.rows(range[0], range[1])).toList();
    if (bias == null) {
      return new Projection(selected, null);
    }
    int outputs = selected.stream().mapToInt(Matrix::rows).sum();
    float[] selectedBias = new float[outputs];
    int at = 0;
    for (int[] range : ranges) {
      System.arraycopy(bias, range[0], selectedBias, at, range[1] - range[0]);
      at += range[1] - range[0];
    }
    return new Projection(selected, selectedBias);
  }

  /** Number of outputs. */
  public int outputs() {
    return pieces.stream().mapToInt(Matrix::rows).sum();
  }

  /** What it costs a token. */
  TokenCost cost() {
    return pieces.stream().map(TokenCost::ofProduct).reduce(TokenCost.NONE, TokenCost::plus);
  }

  /** Computes the outputs of all rows of x. */
  public void forward(Kernels kernels, FloatMatrix out, FloatMatrix x) {
    int from = 0;
    for (Matrix piece : pieces) {
      kernels.matmul(out.columns(from, from + piece.rows()), x, piece);
      from += piece.rows();
    }
    if (bias != null) {
      kernels.addRow(out, bias);
    }
  }
}
