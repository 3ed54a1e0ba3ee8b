package io.hunyuan4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.kernels.scalar.Decode;
import io.hunyuan4j.kernels.scalar.Encode;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** What the cache makes of a number, written and read by the plain loops. */
class KvEncodingTest {
  private final Kernels kernels = KernelFactory.ofWidth(0, Parallel.ofThreads(1));
  private final Samples samples = new Samples(11);

  /** Writes a row as key and as value of the second head at position 70 and reads it back. */
  private float[] roundTrip(KvFormat format, float... x) {
    int dim = x.length;
    KvView cache = samples.cache(format, 2, dim, 128);
    FloatMatrix row = FloatMatrix.zeros(1, 2 * dim);
    System.arraycopy(x, 0, row.data(), dim, dim);
    kernels.storeKeyValues(cache, row, row, 70);
    float[] key = new float[dim];
    float[] value = new float[dim];
    Decode.key(cache, cache.blocks().get(1), 1, 6, key);
    Decode.value(cache, cache.blocks().get(1), 1, 6, 0, dim, value, 0);
    assertArrayEquals(key, value, "keys and values are rounded alike");
    return key;
  }

  @Test
  void halfFormats_roundToNearestEven() {
    float third = 1f / 3;
    for (int dim : new int[] {1, 12, 16, 40, 128}) {
      float[] x = samples.floats(dim);
      x[0] = third;
      assertArrayEquals(x, roundTrip(KvFormat.F32, x));
      assertArrayEquals(
          mapped(x, v -> Float.intBitsToFloat(Encode.bf16((float) v) << 16)),
          roundTrip(KvFormat.BF16, x));
      assertArrayEquals(
          mapped(x, v -> Float.float16ToFloat(Float.floatToFloat16((float) v))),
          roundTrip(KvFormat.F16, x));
    }
  }

  private static float[] mapped(float[] x, DoubleUnaryOperator rule) {
    float[] y = new float[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) rule.applyAsDouble(x[i]);
    }
    return y;
  }

  @Test
  void q8_anyHeadDim_isWithinHalfAStep() {
    for (int dim : new int[] {1, 12, 32, 40, 80, 128}) {
      float[] x = samples.floats(dim);
      float[] y = roundTrip(KvFormat.Q8, x);
      for (int first = 0; first < dim; first += KvFormat.NUMBERS_PER_SCALE) {
        int end = Math.min(dim, first + KvFormat.NUMBERS_PER_SCALE);
        float max = 0;
        for (int i = first; i < end; i++) {
          max = Math.max(max, Math.abs(x[i]));
        }
        float step = Float.intBitsToFloat(Encode.bf16(max / 127) << 16);
        for (int i = first; i < end; i++) {
          assertEquals(x[i], y[i], 0.5001f * step, "number " + i + " of " + dim);
          assertEquals(Math.rint(y[i] / step), y[i] / step, "a multiple of the step");
        }
      }
    }
  }

  @Test
  void q8_ties_goToTheEvenInteger() {
    // The largest is 127, so the scale is exactly 1.
    float[] x = {127f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -126.5f, 3.4999998f, -127f};
    float[] expected = {127f, 0f, 2f, 2f, 0f, -2f, -126f, 3f, -127f};
    assertArrayEquals(expected, roundTrip(KvFormat.Q8, x));
  }

  @Test
  void q8_zerosAndTheSmallest_areZero() {
    float[] x = new float[40];
    Arrays.fill(x, 32, 40, Float.MIN_VALUE); // its 127th part is no bfloat16
    x[3] = -0f;
    assertArrayEquals(new float[40], roundTrip(KvFormat.Q8, x));
  }

  @Test
  void q8_numbersThatAreNotFinite_spoilTheirScaleAndNoOther() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] x = samples.floats(70);
      float[] clean = roundTrip(KvFormat.Q8, x);
      x[40] = bad;
      float[] y = roundTrip(KvFormat.Q8, x);
      for (int i = 0; i < 70; i++) {
        if (i / KvFormat.NUMBERS_PER_SCALE == 1) {
          assertTrue(Float.isNaN(y[i]), "number " + i);
        } else {
          assertEquals(clean[i], y[i], "number " + i);
        }
      }
    }
  }

  @Test
  void rowBytes_areTheMemoryOfAPosition() {
    assertEquals(512, KvFormat.F32.rowBytes(128));
    assertEquals(256, KvFormat.BF16.rowBytes(128));
    assertEquals(128 + 4 * 2, KvFormat.Q8.rowBytes(128));
    assertEquals(40 + 2 * 2, KvFormat.Q8.rowBytes(40), "the last scale has eight numbers");
    for (KvFormat format : KvFormat.values()) {
      assertEquals(2 * 3 * 64 * format.rowBytes(40), KvView.blockBytes(format, 3, 40));
    }
  }
}
