package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.KvView;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Attention over one slot of the cache, and filling it: 16 query heads, 4 key-value heads of 128.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class AttentionBenchmark {

  /** Format of the cache. */
  @Param({"F32", "BF16", "F16", "Q8"})
  public KvFormat kv;

  /** {@code tiny} has heads of 12 and a tenth of the positions. */
  @Param("full")
  public String size;

  /** Which loops. */
  @Param({"preferred", "scalar"})
  public String vectors;

  /** Threads of the kernels. */
  @Param("all")
  public String threads;

  private BenchmarkKernels kernels;
  private Operands operands;
  private CheckedCall call;

  /** Makes operands and the right result of the operation to be measured. */
  @Setup
  public void setUp(BenchmarkParams benchmark) {
    kernels = BenchmarkKernels.of(vectors, threads);
    operands = new Operands(kernels);
    Sizes sizes = size.equals("tiny") ? new Sizes(4, 2, 12, 10) : new Sizes(16, 4, 128, 1);
    String name = benchmark.getBenchmark();
    call =
        switch (name.substring(name.lastIndexOf('.') + 1)) {
          case "decodeAt128" -> attentionCall(sizes, 1, 128 / sizes.positionDivisor);
          case "decodeAt4096" -> attentionCall(sizes, 1, 4096 / sizes.positionDivisor);
          case "decodeAt8192" -> attentionCall(sizes, 1, 8192 / sizes.positionDivisor);
          case "prefill128" -> attentionCall(sizes, 128 / sizes.positionDivisor, 0);
          case "prefill512" -> attentionCall(sizes, 512 / sizes.positionDivisor, 0);
          case "storeKeyValues" -> storeCall(sizes, 128);
          default -> throw new IllegalArgumentException(name);
        };
  }

  private record Sizes(int heads, int keyValueHeads, int headDim, int positionDivisor) {}

  private CheckedCall attentionCall(Sizes sizes, int tokens, int depth) {
    KvView cache = operands.cache(kv, sizes.keyValueHeads, sizes.headDim, depth + tokens);
    FloatMatrix query = operands.activations(tokens, sizes.heads * sizes.headDim);
    FloatMatrix out = FloatMatrix.zeros(tokens, query.cols());
    float scale = (float) (1 / Math.sqrt(sizes.headDim));
    double keys = tokens * (depth + (tokens + 1) / 2.0); // that are looked at, summed over tokens
    double keyBytes = 2.0 * (depth + tokens) * sizes.keyValueHeads * cache.rowBytes();
    return CheckedCall.ofKernel(
            kernels,
            out,
            CheckedCall.Out.OVERWRITTEN,
            k -> k.attention(out, query, cache, depth, scale))
        .withWork(4.0 * keys * query.cols(), keyBytes);
  }

  /** The tokens fill whole blocks, so that every byte of the cache is part of the result. */
  private CheckedCall storeCall(Sizes sizes, int tokens) {
    KvView cache = operands.cache(kv, sizes.keyValueHeads, sizes.headDim, tokens);
    FloatMatrix keys = operands.activations(tokens, sizes.keyValueHeads * sizes.headDim);
    FloatMatrix values = operands.activations(tokens, keys.cols());
    kernels.scalar().storeKeyValues(cache, keys, values, 0);
    int[] expected = Operands.bits(cache);
    for (MemorySegment block : cache.blocks()) {
      block.fill((byte) -1); // or a call that does nothing would pass
    }
    double bytes =
        2.0 * keys.data().length * Float.BYTES
            + 2.0 * tokens * sizes.keyValueHeads * cache.rowBytes();
    return new CheckedCall(
        () -> kernels.measured().storeKeyValues(cache, keys, values, 0),
        bits -> Operands.copyBits(cache, bits),
        expected,
        0,
        bytes);
  }

  /** One token behind 128 others. */
  @Benchmark
  public void decodeAt128(WorkCounters counters) {
    call.run(counters);
  }

  /** One token behind 4096 others. */
  @Benchmark
  public void decodeAt4096(WorkCounters counters) {
    call.run(counters);
  }

  /** One token behind 8192 others. */
  @Benchmark
  public void decodeAt8192(WorkCounters counters) {
    call.run(counters);
  }

  /** A prompt of 128 tokens. */
  @Benchmark
  public void prefill128(WorkCounters counters) {
    call.run(counters);
  }

  /** A prompt of 512 tokens. */
  @Benchmark
  public void prefill512(WorkCounters counters) {
    call.run(counters);
  }

  /** The keys and values of 128 tokens. */
  @Benchmark
  public void storeKeyValues(WorkCounters counters) {
    call.run(counters);
  }

  /** Checks the result. */
  @TearDown(Level.Iteration)
  public void check() {
    call.check();
  }

  /** Frees memory and threads. */
  @TearDown
  public void tearDown() {
    operands.close();
    kernels.close();
  }
}
