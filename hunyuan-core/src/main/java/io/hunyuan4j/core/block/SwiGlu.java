package io.hunyuan4j.core.block;

import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.core.block.Scratch.Slot;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;

/**
 * A gated MLP: {@code out = down(silu(gate(x)) · up(x))}. Source: Shazeer 2020.
 *
 * @param gateProj to {@code [intermediateSize]}
 * @param upProj to {@code [intermediateSize]}
 * @param downProj back to {@code [hiddenSize]}
 * @param kernels the arithmetic
 */
public record SwiGlu(Projection gateProj, Projection upProj, Projection downProj, Kernels kernels)
    implements FeedForward {

  @Override
  public void forward(FloatMatrix out, FloatMatrix x, Session session) {
    Scratch scratch = session.scratch();
    int width = gateProj.outputs();
    FloatMatrix gate = scratch.matrix(Slot.GATE, x.rows(), width);
    FloatMatrix up = scratch.matrix(Slot.UP, x.rows(), width);
    gateProj.forward(kernels, gate, x);
    upProj.forward(kernels, up, x);
    kernels.siluMultiply(gate, gate, up);
    downProj.forward(kernels, out, gate);
  }

  @Override
  public TokenCost cost() {
    return gateProj.cost().plus(upProj.cost()).plus(downProj.cost());
  }
}
