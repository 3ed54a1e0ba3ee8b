package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/** Loops that do nothing but read, or nothing but fma: what {@code MachineProbe} measures. */
final class Probes {
  private Probes() {}

  static long checksum(MemorySegment memory, long from, long to, boolean inStreams) {
    long vector = N * Integer.BYTES;
    long apart = inStreams ? (to - from) / 4 : vector;
    long step = inStreams ? vector : 4 * vector;
    long end = inStreams ? from + apart : to;
    IntVector a = IntVector.zero(INT);
    IntVector b = a;
    IntVector c = a;
    IntVector d = a;
    for (long at = from; at < end; at += step) {
      a = xor(a, IntVector.fromMemorySegment(INT, memory, at, LITTLE_ENDIAN));
      b = xor(b, IntVector.fromMemorySegment(INT, memory, at + apart, LITTLE_ENDIAN));
      c = xor(c, IntVector.fromMemorySegment(INT, memory, at + 2 * apart, LITTLE_ENDIAN));
      d = xor(d, IntVector.fromMemorySegment(INT, memory, at + 3 * apart, LITTLE_ENDIAN));
    }
    LongVector all = xor(xor(a, b), xor(c, d)).reinterpretAsLongs();
    return all.reduceLanes(VectorOperators.XOR);
  }

  private static IntVector xor(IntVector a, IntVector b) {
    return a.lanewise(VectorOperators.XOR, b);
  }

  static float fmaChains(int steps) {
    FloatVector half = FloatVector.broadcast(FLOAT, 0.5f);
    FloatVector one = FloatVector.broadcast(FLOAT, 1f);
    FloatVector s0 = FloatVector.broadcast(FLOAT, 0f);
    FloatVector s1 = FloatVector.broadcast(FLOAT, 1f);
    FloatVector s2 = FloatVector.broadcast(FLOAT, 2f);
    FloatVector s3 = FloatVector.broadcast(FLOAT, 3f);
    FloatVector s4 = FloatVector.broadcast(FLOAT, 4f);
    FloatVector s5 = FloatVector.broadcast(FLOAT, 5f);
    FloatVector s6 = FloatVector.broadcast(FLOAT, 6f);
    FloatVector s7 = FloatVector.broadcast(FLOAT, 7f);
    FloatVector s8 = FloatVector.broadcast(FLOAT, 8f);
    FloatVector s9 = FloatVector.broadcast(FLOAT, 9f);
    FloatVector s10 = FloatVector.broadcast(FLOAT, 10f);
    FloatVector s11 = FloatVector.broadcast(FLOAT, 11f);
    for (int step = 0; step < steps; step++) {
      s0 = s0.fma(half, one);
      s1 = s1.fma(half, one);
      s2 = s2.fma(half, one);
      s3 = s3.fma(half, one);
      s4 = s4.fma(half, one);
      s5 = s5.fma(half, one);
      s6 = s6.fma(half, one);
      s7 = s7.fma(half, one);
      s8 = s8.fma(half, one);
      s9 = s9.fma(half, one);
      s10 = s10.fma(half, one);
      s11 = s11.fma(half, one);
    }
    // Only to use every chain: the order of this sum does not matter to anyone.
    return s0.add(s1)
        .add(s2)
        .add(s3)
        .add(s4)
        .add(s5)
        .add(s6)
        .add(s7)
        .add(s8)
        .add(s9)
        .add(s10)
        .add(s11)
        .lane(0);
  }
}
