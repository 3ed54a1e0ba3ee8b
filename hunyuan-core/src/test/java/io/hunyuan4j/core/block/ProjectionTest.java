package io.hunyuan4j.core.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hunyuan4j.core.RandomWeights;
import io.hunyuan4j.core.TestModels;
import io.hunyuan4j.core.block.Scratch.Slot;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProjectionTest {
  private final RandomWeights weights = new RandomWeights();
  private final Kernels kernels = TestModels.kernels();
  private final Projection first =
      new Projection(List.of(weights.matrix("a", 5, 7)), weights.vector("ab", 5));
  private final Projection second =
      new Projection(List.of(weights.matrix("c", 3, 7)), weights.vector("cb", 3));

  private FloatMatrix run(Projection projection, FloatMatrix x) {
    FloatMatrix out = FloatMatrix.zeros(x.rows(), projection.outputs());
    projection.forward(kernels, out, x, new Scratch());
    return out;
  }

  @Test
  void sideBySide_andSelect_giveTheBitsOfEach() {
    FloatMatrix x = FloatMatrix.zeros(2, 7);
    Random random = new Random(1);
    for (int i = 0; i < x.data().length; i++) {
      x.data()[i] = (float) random.nextGaussian();
    }
    FloatMatrix both = run(Projection.sideBySide(first, second), x);
    FloatMatrix some = run(first.select(List.of(new int[] {3, 5}, new int[] {0, 1})), x);
    for (int t = 0; t < 2; t++) {
      float[] alone = run(first, x).row(t);
      assertArrayEquals(alone, both.columns(0, 5).row(t));
      assertArrayEquals(run(second, x).row(t), both.columns(5, 8).row(t));
      assertArrayEquals(new float[] {alone[3], alone[4], alone[0]}, some.row(t));
    }
  }

  @Test
  void sideBySide_biasOfSome_isRefused() {
    Projection plain = Projection.of(weights.matrix("a", 5, 7));
    assertEquals(
        "8 outputs side by side, only 3 with a bias",
        assertThrows(IllegalArgumentException.class, () -> Projection.sideBySide(plain, second))
            .getMessage());
  }

  @Test
  void attention_inputOfNeitherWidth_isRefused() {
    var shape = new GroupedQueryAttention.Shape(2, 1, 2, 1e-5f);
    var tooFew = new GroupedQueryAttention.Weights(first, second, Optional.empty());
    assertEquals(
        "an input projection has 5 outputs, not 4 or, with keys and values, 8",
        assertThrows(
                IllegalArgumentException.class,
                () -> new GroupedQueryAttention(shape, 0, tooFew, kernels))
            .getMessage());
  }

  @Test
  void scratch_sameShapeAgain_isTheSameView() {
    Scratch scratch = new Scratch();
    FloatMatrix all = scratch.matrix(Slot.HIDDEN, 40, 6);
    FloatMatrix columns = scratch.columns(all, 2, 5);
    assertEquals(all.columns(2, 5), columns);
    assertEquals(columns.rows(1, 4), scratch.rows(columns, 1, 4));
    assertSame(all, scratch.matrix(Slot.HIDDEN, 40, 6));
    assertSame(columns, scratch.columns(all, 2, 5));
    for (int from = 0; from < 40; from++) { // more views than are kept
      for (int to = from; to <= 40; to++) {
        assertEquals(all.rows(from, to), scratch.rows(all, from, to));
        assertEquals(columns.rows(from, to), scratch.rows(columns, from, to));
      }
    }
    FloatMatrix larger = scratch.matrix(Slot.HIDDEN, 50, 6);
    assertSame(larger.data(), scratch.rows(larger, 1, 2).data(), "no view of the old array");
    assertThrows(IndexOutOfBoundsException.class, () -> scratch.rows(all, 39, 41));
  }
}
