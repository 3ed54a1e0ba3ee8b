package io.hunyuan4j.core.block;

import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer {@code out = x · Wᵀ + bias} whose weights may lie in several pieces: where several
 * projections have one input, so that they run as one; and where a checkpoint fuses them into one
 * tensor in another order.
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
   * Several projections of one input as one, whose outputs stand side by side.
   *
   * @throws IllegalArgumentException if some have a bias and others do not
   */
  public static Projection sideBySide(Projection... parts) {
    List<Matrix> pieces = new ArrayList<>();
    int outputs = 0;
    int biases = 0;
    for (Projection part : parts) {
      pieces.addAll(part.pieces);
      outputs += part.outputs();
      biases += part.bias == null ? 0 : part.bias.length;
    }
    if (biases == 0) {
      return new Projection(pieces, null);
    }
    if (biases != outputs) {
      throw new IllegalArgumentException(
          "%d outputs side by side, only %d with a bias".formatted(outputs, biases));
    }
    float[] bias = new float[outputs];
    int at = 0;
    for (Projection part : parts) {
      if (part.bias != null) {
        System.arraycopy(part.bias, 0, bias, at, part.bias.length);
        at += part.bias.length;
      }
    }
    return new Projection(pieces, bias);
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
    int outputs = 0;
    for (int i = 0; i < pieces.size(); i++) {
      outputs += pieces.get(i).rows();
    }
    return outputs;
  }

  /** What it costs a token. */
  TokenCost cost() {
    return pieces.stream().map(TokenCost::ofProduct).reduce(TokenCost.NONE, TokenCost::plus);
  }

  /** Computes the outputs of all rows of x, of all pieces in one call. */
  public void forward(Kernels kernels, FloatMatrix out, FloatMatrix x, Scratch scratch) {
    if (pieces.size() == 1) {
      kernels.matmul(out, x, pieces.getFirst());
    } else {
      kernels.matmul(scratch.columnsFor(out, pieces), x, pieces);
    }
    if (bias != null) {
      kernels.addRow(out, bias);
    }
  }
}
