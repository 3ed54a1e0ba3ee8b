package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.bench.SyntheticCheckpoint;
import io.hunyuan4j.bench.SyntheticShape;
import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.core.block.MixtureOfExperts;
import io.hunyuan4j.core.block.Projection;
import io.hunyuan4j.core.block.Router;
import io.hunyuan4j.core.block.SwiGlu;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/**
 * The experts of one layer, routing included: 16 of them, two a token, and the shared one.
 *
 * <p>The right result of some rows comes from scalar kernels, one token at a time: a row does not
 * depend on its neighbours.
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
public class MoeLayerBenchmark {
  private static final long SEED = 1;
  private static final int CHECKED_ROWS = 4;

  /** Tokens. */
  @Param({"1", "16", "512"})
  public int tokens;

  /** The model whose first layer it is. */
  @Param("mini-a13b")
  public String shape;

  /** Which loops. */
  @Param("preferred")
  public String vectors;

  /** Threads of the kernels. */
  @Param({"1", "all"})
  public String threads;

  private BenchmarkKernels kernels;
  private SyntheticCheckpoint checkpoint;
  private Session session;
  private CheckedCall call;

  /** Makes the weights of one layer and the right result. */
  @Setup
  public void setUp() {
    kernels = BenchmarkKernels.of(vectors, threads);
    SyntheticShape sizes = SyntheticShape.named(shape);
    checkpoint = new SyntheticCheckpoint(sizes, SEED, kernels.parallel());
    session = emptySession();
    FloatMatrix x;
    try (Operands operands = new Operands(kernels)) {
      x = operands.activations(tokens, sizes.hiddenSize());
    }
    FloatMatrix out = FloatMatrix.zeros(tokens, sizes.hiddenSize());
    MixtureOfExperts layer = layer(sizes, checkpoint.weights(), kernels.measured());
    MixtureOfExperts definition = layer(sizes, checkpoint.weights(), kernels.scalar());
    int[] rows =
        IntStream.range(0, CHECKED_ROWS).map(i -> i * (tokens - 1) / (CHECKED_ROWS - 1)).toArray();
    Batch one = batch(1);
    for (int row : rows) {
      definition.forward(out.rows(row, row + 1), x.rows(row, row + 1), one);
    }
    int[] expected = new int[rows.length * out.cols()];
    copyBits(out, rows, expected);
    Arrays.fill(out.data(), Float.NaN);
    double mlp = 6.0 * sizes.hiddenSize() * sizes.experts().width();
    double router = 2.0 * sizes.hiddenSize() * sizes.experts().numExperts();
    Batch all = batch(tokens);
    call =
        new CheckedCall(
            () -> layer.forward(out, x, all),
            bits -> copyBits(out, rows, bits),
            expected,
            tokens * ((1 + sizes.experts().topK()) * mlp + router),
            weightBytes(sizes));
  }

  /** Bytes of weights that one call reads if its tokens spread evenly. */
  private double weightBytes(SyntheticShape sizes) {
    int experts = Math.min(sizes.experts().numExperts(), tokens * sizes.experts().topK());
    return Short.BYTES
        * (double) sizes.hiddenSize()
        * (3.0 * sizes.experts().width() * (1 + experts) + sizes.experts().numExperts());
  }

  private static void copyBits(FloatMatrix matrix, int[] rows, int[] bits) {
    for (int i = 0; i < rows.length; i++) {
      CheckedCall.copyBits(matrix.rows(rows[i], rows[i] + 1), bits, i * matrix.cols());
    }
  }

  /** A batch of that many tokens; experts use only its memory. */
  private Batch batch(int rows) {
    Batch batch = new Batch();
    batch.add(session, new int[rows], 0);
    return batch;
  }

  /** The session of a model of few parameters: experts ask only for its routing policy. */
  private Session emptySession() {
    try (SyntheticCheckpoint tiny =
        new SyntheticCheckpoint(SyntheticShape.TINY, SEED, kernels.parallel())) {
      return tiny.model(kernels.scalar()).newSession(SessionOptions.ofCapacity(1));
    }
  }

  private static MixtureOfExperts layer(
      SyntheticShape sizes, WeightSource weights, Kernels kernels) {
    WeightSource mlp = weights.at("model.layers.0.mlp");
    List<SwiGlu> experts = new ArrayList<>();
    for (int i = 0; i < sizes.experts().numExperts(); i++) {
      experts.add(expert(sizes, mlp.at("experts." + i), kernels));
    }
    Router router =
        new Router(
            0,
            sizes.experts().topK(),
            mlp.matrix("gate.wg.weight", sizes.experts().numExperts(), sizes.hiddenSize()),
            kernels);
    SwiGlu shared = expert(sizes, mlp.at("shared_mlp"), kernels);
    return new MixtureOfExperts(router, Optional.of(shared), experts, Optional.empty(), kernels);
  }

  private static SwiGlu expert(SyntheticShape sizes, WeightSource weights, Kernels kernels) {
    int hidden = sizes.hiddenSize();
    int width = sizes.experts().width();
    return new SwiGlu(
        Projection.sideBySide(
            Projection.of(weights.matrix("gate_proj.weight", width, hidden)),
            Projection.of(weights.matrix("up_proj.weight", width, hidden))),
        Projection.of(weights.matrix("down_proj.weight", hidden, width)),
        kernels);
  }

  /** One layer's experts. */
  @Benchmark
  public void experts(WorkCounters counters) {
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
    session.close();
    checkpoint.close();
    kernels.close();
  }
}
