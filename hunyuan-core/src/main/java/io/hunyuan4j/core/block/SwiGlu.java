package io.hunyuan4j.core.block;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.core.block.Scratch.Slot;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import java.util.List;
import java.util.stream.Stream;

/**
 * A gated MLP: {@code out = down(silu(gate(x)) · up(x))}. Source: Shazeer 2020.
 *
 * @param gateAndUpProj to {@code [2 · intermediateSize]}: gate, then up
 * @param downProj back to {@code [hiddenSize]}
 * @param kernels the arithmetic
 */
public record SwiGlu(Projection gateAndUpProj, Projection downProj, Kernels kernels)
    implements FeedForward {

  @Override
  public void forward(FloatMatrix out, FloatMatrix x, Batch batch) {
    Scratch scratch = batch.scratch();
    int width = gateAndUpProj.outputs() / 2;
    FloatMatrix both = scratch.matrix(Slot.GATE_AND_UP, x.rows(), 2 * width);
    FloatMatrix gate = scratch.columns(both, 0, width);
    gateAndUpProj.forward(kernels, both, x, scratch);
    kernels.siluMultiply(gate, gate, scratch.columns(both, width, 2 * width));
    downProj.forward(kernels, out, gate, scratch);
  }

  /** Its weights, in the order of use. */
  List<Matrix> weights() {
    return Stream.of(gateAndUpProj, downProj).flatMap(p -> p.pieces().stream()).toList();
  }

  @Override
  public TokenCost cost() {
    return gateAndUpProj.cost().plus(downProj.cost());
  }
}
