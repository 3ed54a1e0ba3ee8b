package io.hunyuan4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.kernels.WarmingKernels.Operation;
import io.hunyuan4j.kernels.scalar.ScalarKernels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WarmingKernelsTest {
  private final RangeKernels plain = new ScalarKernels();
  private final RangeKernels vector = KernelFactory.ofWidth(256, Parallel.ofThreads(1)).loops();
  private final WarmingKernels warming = new WarmingKernels(plain, vector);

  @Test
  void training_whereC2Compiles_changesEveryOperationOver() {
    RangeKernels preferred =
        ((WarmingKernels) KernelFactory.preferred(Parallel.ofThreads(1)).loops()).vector();
    WarmingKernels pupil = new WarmingKernels(plain, preferred);
    for (Operation operation : Operation.values()) {
      assertFalse(pupil.usesVectors(operation), operation.name());
    }
    new Training(plain, preferred, pupil).run();
    for (Operation operation : Operation.values()) {
      assertTrue(pupil.usesVectors(operation), operation.name());
    }
  }

  @Test
  void everyOperation_beforeAndAfterTheChange_sameBits() {
    float[] before = everything();
    for (Operation operation : Operation.values()) {
      warming.changeOver(operation);
      assertArrayEquals(before, everything(), operation.name());
    }
    assertEquals(256, warming.vectorBits());
  }

  /** One result of every operation. */
  private float[] everything() {
    Samples fixed = new Samples(5);
    Kernels kernels = new Kernels(warming, Parallel.ofThreads(1));
    FloatMatrix x = fixed.matrix(20, 70);
    FloatMatrix out = FloatMatrix.zeros(20, 70);
    float[] all = new float[0];
    for (Matrix weights : fixed.weights(70, 70)) {
      kernels.gatherRows(out, weights, fixed.ids(20, 70));
      all = append(all, out);
      kernels.matmul(out, x, weights);
      all = append(all, out);
      kernels.matmul(out.rows(0, 1), x.rows(0, 1), weights);
      all = append(all, out);
    }
    kernels.rmsNorm(out, out, fixed.floats(70), 1e-5f);
    kernels.rotate(out, fixed.matrix(20, 35), fixed.matrix(20, 35));
    kernels.siluMultiply(out, out, x);
    kernels.add(out, x);
    kernels.addRow(out, fixed.floats(70));
    kernels.addWeightedRows(out, x, fixed.ids(20, 20), fixed.floats(20));
    all = append(all, out);
    kernels.softmax(out, out);
    all = append(all, out);
    for (KvFormat format : KvFormat.values()) {
      KvView cache = fixed.cache(format, 1, 70, 90);
      kernels.attention(out, x, cache, 70, 0.1f);
      all = append(all, out);
    }
    return all;
  }

  private static float[] append(float[] all, FloatMatrix more) {
    float[] longer = Arrays.copyOf(all, all.length + more.data().length);
    System.arraycopy(more.data(), 0, longer, all.length, more.data().length);
    return longer;
  }
}
