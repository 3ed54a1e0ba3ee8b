package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.bench.SyntheticCheckpoint;
import io.hunyuan4j.bench.SyntheticShape;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.KvFormat;
import java.util.Arrays;
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
 * A whole model on a synthetic checkpoint: prefill of 512 tokens, decoding at depth 128. Needs 7 GB
 * of memory.
 *
 * <p>Scalar kernels would take minutes, so the right logits come from the same tokens cut into
 * other calls, which has to give the same bits: prefill in pieces, decoding as the end of a
 * prefill. Other loops do those calls: the matrix product of many rows in place of that of one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 3, time = 5)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class ModelBenchmark {
  private static final long SEED = 1;
  private static final int PREFILL = 512;
  private static final int DEPTH = 128;
  private static final int PIECE = 100;

  /** The model. */
  @Param({"mini-a13b", "mini-large"})
  public String shape;

  /** Format of the cache. */
  @Param("BF16")
  public KvFormat kv;

  /** Which loops. */
  @Param("preferred")
  public String vectors;

  /** Threads of the kernels. */
  @Param("all")
  public String threads;

  private BenchmarkKernels kernels;
  private SyntheticCheckpoint checkpoint;
  private LanguageModel model;
  private Session session;
  private int[] prompt;
  private int[] next;
  private FloatMatrix logits;
  private CheckedCall call;

  /** Makes the weights and the right logits. */
  @Setup
  public void setUp(BenchmarkParams benchmark) {
    kernels = BenchmarkKernels.of(vectors, threads);
    checkpoint = new SyntheticCheckpoint(SyntheticShape.named(shape), SEED, kernels.parallel());
    model = checkpoint.model(kernels.measured());
    session = model.newSession(SessionOptions.ofCapacity(PREFILL).withKvFormat(kv));
    try (Operands operands = new Operands(kernels)) {
      prompt = operands.indices(PREFILL, model.shape().vocabSize());
    }
    next = Arrays.copyOfRange(prompt, DEPTH, DEPTH + 1);
    ModelShape sizes = model.shape();
    // The lookup of the embedding is no multiplication; the rest of the active parameters is one
    // fma each.
    double flopsPerToken = 2.0 * (sizes.parameters().active() - sizes.hiddenSize());
    double headFlops = 2.0 * sizes.vocabSize() * sizes.hiddenSize(); // for the last token only
    double kvBytes = sizes.kvBytesPerToken(kv) * (double) DEPTH;
    boolean isPrefill = benchmark.getBenchmark().endsWith(".prefill512");
    int[] expected = isPrefill ? inPieces() : atOnce();
    call =
        new CheckedCall(
            isPrefill ? this::runPrefill : this::runDecode,
            bits -> CheckedCall.copyBits(logits, bits, 0),
            expected,
            isPrefill ? PREFILL * (flopsPerToken - headFlops) + headFlops : flopsPerToken,
            isPrefill ? 0 : flopsPerToken / 2 * Short.BYTES + kvBytes);
  }

  private int[] inPieces() {
    session.truncate(0);
    for (int from = 0; from < PREFILL; from += PIECE) {
      int[] piece = Arrays.copyOfRange(prompt, from, Math.min(PREFILL, from + PIECE));
      logits = model.forward(piece, session, 1);
    }
    return takeLogits();
  }

  /** Leaves the session at the depth of decoding. */
  private int[] atOnce() {
    session.truncate(0);
    logits = model.forward(Arrays.copyOf(prompt, DEPTH + 1), session, 1);
    session.truncate(DEPTH);
    return takeLogits();
  }

  private int[] takeLogits() {
    int[] bits = CheckedCall.bits(logits);
    Arrays.fill(logits.data(), Float.NaN); // or a call that does nothing would pass
    return bits;
  }

  private void runPrefill() {
    session.truncate(0);
    logits = model.forward(prompt, session, 1);
  }

  private void runDecode() {
    logits = model.forward(next, session, 1);
    session.truncate(DEPTH);
  }

  /** A prompt of 512 tokens. */
  @Benchmark
  public void prefill512(WorkCounters counters, TokenCounter tokens) {
    call.run(counters);
    tokens.tokens += PREFILL;
  }

  /** One token behind 128 others. */
  @Benchmark
  public void decodeAt128(WorkCounters counters, TokenCounter tokens) {
    call.run(counters);
    tokens.tokens++;
  }

  /** Checks the logits. */
  @TearDown(Level.Iteration)
  public void check() {
    call.check();
  }

  /** Frees memory and threads. */
  @TearDown
  public void tearDown() {
    session.close();
    checkpoint.close();
    kernels.close();
  }
}
