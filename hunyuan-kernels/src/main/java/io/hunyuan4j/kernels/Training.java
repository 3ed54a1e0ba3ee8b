package io.hunyuan4j.kernels;

import io.hunyuan4j.kernels.WarmingKernels.Operation;
import io.hunyuan4j.kernels.scalar.Q4Losses;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs vector loops on small operands until they are compiled and beat the plain loops, and then
 * tells {@link WarmingKernels}.
 *
 * <p>A daemon thread of a second or two; where the code is compiled already, of milliseconds. After
 * {@link #PATIENCE_NANOS} it gives up and leaves the rest on plain loops, with one warning.
 */
final class Training implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);
  private static final long GRACE_NANOS = 700_000_000L;
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final int COLS = 256;
  private static final int ROWS = 32;
  private static final int TILES_ROWS =
      3 * BlockMatrix.TILE_ROWS; // two tiles together and one alone
  private static final int TOKENS = RangeKernels.FEW_ROWS + 1; // the fewest that take matmul
  private static final int HEAD_DIM = 64;

  private static final int FEW = 6; // a group of four and one of two, where rows go together

  private final RangeKernels plain;
  private final RangeKernels vector;
  private final WarmingKernels pupil;
  private final BooleanSupplier ended;

  private record Lesson(Operation operation, Consumer<RangeKernels> exercise) {}

  /**
   * A training that ends early when {@code ended} says true, which is when its owner has closed.
   */
  Training(RangeKernels plain, RangeKernels vector, WarmingKernels pupil, BooleanSupplier ended) {
    this.plain = plain;
    this.vector = vector;
    this.pupil = pupil;
    this.ended = ended;
  }

  /**
   * Starts the thread, which first waits a little: a small model opens and gives its first token in
   * that time, and would share its processors with the compiler otherwise.
   */
  void start() {
    Thread.ofPlatform()
        .daemon()
        .name("hunyuan-training")
        .start(
            () -> {
              LockSupport.parkNanos(GRACE_NANOS);
              run();
            });
  }

  @Override
  public void run() {
    try (Arena arena = Arena.ofConfined()) {
      List<Lesson> open = new ArrayList<>(lessons(arena));
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      while (!open.isEmpty() && System.nanoTime() < deadline && !ended.getAsBoolean()) {
        // One after the other, the costliest first: half-trained code helps nobody.
        Lesson lesson = open.getFirst();
        if (wins(lesson)) {
          pupil.changeOver(lesson.operation());
          open.removeFirst();
        }
      }
      if (!open.isEmpty() && !ended.getAsBoolean()) {
        LOG.warn(
            "Running {} on plain loops because vector code stays slow in this JVM: is C2 switched off (-Xint, -XX:TieredStopAtLevel)?",
            open.stream().map(Lesson::operation).toList());
      }
    }
  }

  /**
   * Whether calls with vectors now take less time than those without, each at its best of three.
   */
  private boolean wins(Lesson lesson) {
    return bestNanos(lesson, vector) < bestNanos(lesson, plain);
  }

  private static long bestNanos(Lesson lesson, RangeKernels loops) {
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long start = System.nanoTime();
      lesson.exercise().accept(loops);
      best = Math.min(best, System.nanoTime() - start);
    }
    return best;
  }

  private List<Lesson> lessons(Arena arena) {
    MemorySegment bytes = arena.allocate(4L * ROWS * COLS); // zeros
    MemorySegment blocks =
        bytes.asSlice(0, BlockMatrix.bytes(TILES_ROWS, COLS, Q8Matrix.BLOCK_BYTES));
    Q8Matrix q8 = new Q8Matrix(blocks, 0, TILES_ROWS, COLS);
    blocks = bytes.asSlice(0, BlockMatrix.bytes(TILES_ROWS, COLS, Q4Matrix.BLOCK_BYTES));
    Q4Matrix q4 = new Q4Matrix(blocks, 0, TILES_ROWS, COLS);
    RowMatrix f32 = new F32Matrix(bytes, ROWS, COLS);
    RowMatrix bf16 = new Bf16Matrix(bytes.asSlice(0, 2L * ROWS * COLS), ROWS, COLS);
    RowMatrix f16 = new F16Matrix(bytes.asSlice(0, 2L * ROWS * COLS), ROWS, COLS);
    FloatMatrix x = FloatMatrix.zeros(TOKENS, COLS);
    FloatMatrix y = FloatMatrix.zeros(TOKENS, COLS);
    FloatMatrix angles = FloatMatrix.zeros(TOKENS, HEAD_DIM / 2);
    float[] row = new float[COLS];
    int[] ids = new int[TOKENS];
    float[] weights = new float[TOKENS];
    int n = TOKENS;
    List<Lesson> lessons = new ArrayList<>();
    lessons.add(matvec(Operation.MATVEC_BF16, bf16));
    lessons.add(matvec(Operation.MATVEC_F32, f32));
    lessons.add(new Lesson(Operation.RMS_NORM, k -> k.rmsNorm(y, x, row, 1f, 0, n)));
    lessons.add(attention(arena, Operation.ATTENTION_BF16, KvFormat.BF16));
    lessons.add(matmul(Operation.MATMUL_BF16, bf16));
    lessons.add(matmul(Operation.MATMUL_F32, f32));
    lessons.add(new Lesson(Operation.SILU_MULTIPLY, k -> k.siluMultiply(y, x, x, 0, n)));
    lessons.add(new Lesson(Operation.ROTATE, k -> k.rotate(y, angles, angles, 0, n)));
    lessons.add(
        new Lesson(Operation.ADD_WEIGHTED_ROWS, k -> k.addWeightedRows(y, x, ids, weights, 0, n)));
    lessons.add(new Lesson(Operation.ADD, k -> k.add(y, x, 0, n)));
    lessons.add(new Lesson(Operation.ADD_ROW, k -> k.addRow(y, row, 0, n)));
    lessons.add(new Lesson(Operation.SOFTMAX, k -> k.softmax(y, x, 0, n)));
    lessons.add(new Lesson(Operation.GATHER_ROWS, k -> k.gatherRows(y, bf16, ids, 0, n)));
    lessons.add(matvec(Operation.MATVEC_F16, f16));
    lessons.add(matmul(Operation.MATMUL_F16, f16));
    lessons.add(attention(arena, Operation.ATTENTION_F32, KvFormat.F32));
    lessons.add(attention(arena, Operation.ATTENTION_F16, KvFormat.F16));
    lessons.add(attention(arena, Operation.ATTENTION_Q8, KvFormat.Q8));
    QuantizedRows rounded = quantized(TOKENS);
    lessons.add(new Lesson(Operation.QUANTIZE, k -> k.quantize(rounded, x, 0, n)));
    float[] block = new float[BlockMatrix.BLOCK_COLS * BlockMatrix.TILE_ROWS];
    float[] losses = new float[Q4Losses.LENGTH];
    lessons.add(new Lesson(Operation.Q4_LOSSES, k -> k.q4Losses(losses, block)));
    lessons.add(blockDots(Operation.DOTS_Q8, q8));
    lessons.add(blockDots(Operation.DOTS_Q4, q4));
    lessons.add(blockPanels(q8));
    return lessons;
  }

  private static QuantizedRows quantized(int rows) {
    QuantizedRows quantized = new QuantizedRows();
    quantized.reshape(rows, COLS);
    return quantized;
  }

  /** With one row of x, and with a few. */
  private static Lesson blockDots(Operation operation, BlockMatrix weights) {
    FloatMatrix out = FloatMatrix.zeros(FEW, TILES_ROWS);
    QuantizedRows few = quantized(FEW);
    QuantizedRows one = quantized(1);
    return new Lesson(
        operation,
        k -> {
          k.blockDots(out.rows(0, 1), one, weights, 0, TILES_ROWS);
          k.blockDots(out, few, weights, 0, TILES_ROWS);
        });
  }

  private Lesson blockPanels(Q8Matrix weights) {
    FloatMatrix out = FloatMatrix.zeros(TOKENS, TILES_ROWS);
    QuantizedRows rows = quantized(TOKENS);
    float[] packed = new float[vector.blockPackedLength(TOKENS, rows.blocks())];
    return new Lesson(
        Operation.PANELS_Q8,
        k -> {
          k.blockPack(packed, rows, 0, TOKENS);
          k.blockPanels(out, rows, packed, weights, 0, TILES_ROWS);
        });
  }

  /** With one row of x, and with a few. */
  private Lesson matvec(Operation operation, RowMatrix weights) {
    FloatMatrix out = FloatMatrix.zeros(FEW, weights.rows());
    FloatMatrix few = FloatMatrix.zeros(FEW, weights.cols());
    FloatMatrix one = few.rows(0, 1);
    float[] packed = new float[vector.packedLength(FEW, weights.cols())];
    return new Lesson(
        operation,
        k -> {
          k.pack(packed, one, 0, 1);
          k.matvec(out.rows(0, 1), one, packed, weights, 0, weights.rows());
          k.pack(packed, few, 0, FEW);
          k.matvec(out, few, packed, weights, 0, weights.rows());
        });
  }

  /** With some rows of x, and with many, which may have loops of their own. */
  private Lesson matmul(Operation operation, RowMatrix weights) {
    FloatMatrix out = FloatMatrix.zeros(RangeKernels.SOME_ROWS + 1, ROWS);
    FloatMatrix many = FloatMatrix.zeros(RangeKernels.SOME_ROWS + 1, COLS);
    FloatMatrix some = many.rows(0, TOKENS);
    float[] packed = new float[vector.packedLength(many.rows(), COLS)];
    return new Lesson(
        operation,
        k -> {
          k.pack(packed, some, 0, TOKENS);
          k.matmul(out.rows(0, TOKENS), some, packed, weights, 0, ROWS);
          k.pack(packed, many, 0, many.rows());
          k.matmul(out, many, packed, weights, 0, ROWS);
        });
  }

  private static Lesson attention(Arena arena, Operation operation, KvFormat format) {
    MemorySegment block = arena.allocate(KvView.blockBytes(format, 1, HEAD_DIM));
    KvView cache = new KvView(format, 1, HEAD_DIM, List.of(block, block, block));
    int heads = 8;
    int tokens = 3;
    FloatMatrix query = FloatMatrix.zeros(tokens, heads * HEAD_DIM);
    Arrays.fill(query.data(), 1f);
    FloatMatrix out = FloatMatrix.zeros(tokens, heads * HEAD_DIM);
    // A prompt, which sees two blocks in full and one in part, and a token with a long context.
    AttentionInputs prompt = new AttentionInputs(out, query, cache, 130, 1f);
    AttentionInputs token = new AttentionInputs(out.rows(0, 1), query.rows(0, 1), cache, 130, 1f);
    float[] memory = new float[AttentionRound.length(token, AttentionRound.blocks(token))];
    AttentionRound round = new AttentionRound(token, memory, 0, 3);
    return new Lesson(
        operation,
        k -> {
          k.attention(prompt, 0, 1);
          k.attention(token, 0, 1);
          k.attendBlocks(round, 0, 1);
          k.mergeBlocks(round, 0, 1);
        });
  }
}
