package io.hunyuan4j.bench.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Work done, which JMH divides by time: in throughput mode its columns are GFLOPS and GB/s. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class WorkCounters {
  /** Floating-point operations · 10⁻⁹. */
  public double gigaflops;

  /** Bytes of operands and results · 10⁻⁹. */
  public double gigabytes;
}
