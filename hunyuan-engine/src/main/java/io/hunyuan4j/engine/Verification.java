package io.hunyuan4j.engine;

import io.hunyuan4j.core.ForwardObserver;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.loader.CheckpointFormatException;
import io.hunyuan4j.loader.Dtype;
import io.hunyuan4j.loader.SafetensorsFile;
import io.hunyuan4j.loader.SafetensorsWriter;
import io.hunyuan4j.loader.TensorEntry;
import io.hunyuan4j.loader.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a model on the prompt of an {@code expected.safetensors} file and compares every tensor in
 * it.
 *
 * <p>The file holds {@code input_ids [T]}, {@code logits}, {@code hidden.<layer>} and {@code
 * router.<layer>.logits} for the last rows of the prompt, and {@code decode.token_ids [n]} with
 * {@code decode.logits [n, vocab]}: the logits after each of these tokens. The session's capacity
 * is {@code T + n}.
 */
public final class Verification {
  private static final String INPUT_IDS = "input_ids";
  private static final String LOGITS = "logits";
  private static final String DECODE_IDS = "decode.token_ids";
  private static final String DECODE_LOGITS = "decode.logits";

  private final Map<String, Tensor> expected;
  private final Map<String, Tensor> computed = new LinkedHashMap<>();
  private final int[] greedyTokens;

  /** A named array of the file. Token ids are kept as floats, exact up to 2²⁴. */
  private record Tensor(TensorEntry entry, float[] values) {}

  /**
   * The largest difference of one tensor.
   *
   * @param name its name in the file
   * @param largest the largest absolute difference; infinite where one side alone is not finite
   */
  public record Difference(String name, double largest) {}

  private Verification(Map<String, Tensor> expected) {
    this.expected = expected;
    this.greedyTokens = new int[ids(DECODE_IDS).length];
  }

  /**
   * Runs {@code model} on the file's prompt.
   *
   * @param chunk prompt tokens per forward pass, at least 1
   * @throws IllegalArgumentException if {@code chunk} is below 1
   * @throws CheckpointFormatException if the file is damaged or not for this model
   */
  public static Verification run(
      LanguageModel model, Path expectedFile, int chunk, KvFormat kvFormat) throws IOException {
    if (chunk < 1) {
      throw new IllegalArgumentException("chunk must be at least 1, not " + chunk);
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsFile file = SafetensorsFile.open(expectedFile, arena);
      for (TensorEntry entry : file.tensors()) {
        tensors.put(entry.name(), new Tensor(entry, values(file, entry)));
      }
    }
    for (String name : List.of(INPUT_IDS, LOGITS, DECODE_IDS, DECODE_LOGITS)) {
      if (!tensors.containsKey(name)) {
        throw CheckpointFormatException.ofTensor(
            expectedFile, name, "expected the tensor, found none");
      }
    }
    Verification verification = new Verification(tensors);
    verification.check(model, expectedFile);
    verification.compute(model, chunk, kvFormat);
    return verification;
  }

  private static float[] values(SafetensorsFile file, TensorEntry entry) {
    if (entry.dtype() == Dtype.F32) {
      return file.floats(entry.name());
    }
    long[] longs = file.longs(entry.name());
    float[] values = new float[longs.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = longs[i];
    }
    return values;
  }

  /** That every array has the size that the model gives it. */
  private void check(LanguageModel model, Path file) {
    checkIds(INPUT_IDS, model.shape().vocabSize(), file);
    checkIds(DECODE_IDS, model.shape().vocabSize(), file);
    int vocab = model.shape().vocabSize();
    int prompt = ids(INPUT_IDS).length;
    int rows = length(LOGITS) / vocab;
    requireLength(file, LOGITS, (long) rows * vocab);
    requireLength(file, DECODE_LOGITS, (long) ids(DECODE_IDS).length * vocab);
    if (prompt == 0 || rows < 1 || rows > prompt) {
      throw CheckpointFormatException.ofTensor(
          file, LOGITS, "%d rows for a prompt of %d tokens".formatted(rows, prompt));
    }
    for (String name : expected.keySet()) {
      if (name.startsWith("hidden.")) {
        requireLength(file, name, (long) rows * model.shape().hiddenSize());
      } else if (name.startsWith("router.") && (length(name) == 0 || length(name) % rows != 0)) {
        throw CheckpointFormatException.ofTensor(
            file, name, "%d numbers for %d rows".formatted(length(name), rows));
      }
    }
  }

  private void checkIds(String name, int vocab, Path file) {
    if (tensor(name).entry().dtype() != Dtype.I64) {
      throw CheckpointFormatException.ofTensor(
          file, name, "expected I64, found " + tensor(name).entry().dtype());
    }
    for (float id : tensor(name).values()) {
      if (id < 0 || id >= vocab) {
        throw CheckpointFormatException.ofTensor(
            file, name, "expected ids below %d, found %.0f".formatted(vocab, id));
      }
    }
  }

  private void requireLength(Path file, String name, long length) {
    if (length(name) != length) {
      throw CheckpointFormatException.ofTensor(
          file,
          name,
          "expected %d numbers for this model, found %d".formatted(length, length(name)));
    }
  }

  private int length(String name) {
    return tensor(name).values().length;
  }

  private Tensor tensor(String name) {
    Tensor tensor = expected.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return tensor;
  }

  private int[] ids(String name) {
    float[] values = tensor(name).values();
    int[] ids = new int[values.length];
    Arrays.setAll(ids, i -> (int) values[i]);
    return ids;
  }

  private void compute(LanguageModel model, int chunk, KvFormat kvFormat) {
    int[] prompt = ids(INPUT_IDS);
    int[] decode = ids(DECODE_IDS);
    int vocab = model.shape().vocabSize();
    int rows = length(LOGITS) / vocab;
    for (Map.Entry<String, Tensor> e : expected.entrySet()) {
      Tensor tensor = e.getValue();
      float[] values =
          e.getKey().equals(INPUT_IDS) ? tensor.values() : new float[tensor.values().length];
      computed.put(e.getKey(), new Tensor(tensor.entry(), values));
    }
    SessionOptions options =
        SessionOptions.ofCapacity(prompt.length + decode.length).withKvFormat(kvFormat);
    try (Session session = model.newSession(options)) {
      Recorder recorder = new Recorder(session, prompt.length - rows);
      session.observe(recorder);
      FloatMatrix logits = FloatMatrix.zeros(0, vocab);
      int step = Math.min(chunk, prompt.length);
      for (int from = 0; from < prompt.length; from += step) {
        int to = Math.min(prompt.length, from + step);
        int wanted = Math.min(to - from, Math.max(0, to - recorder.firstRow));
        logits = model.forward(Arrays.copyOfRange(prompt, from, to), session, wanted);
        recorder.store(LOGITS, logits, to - wanted);
      }
      session.observe(null);
      int best = argmax(logits.row(logits.rows() - 1));
      float[] decodeLogits = computedValues(DECODE_LOGITS);
      for (int i = 0; i < decode.length; i++) {
        greedyTokens[i] = best;
        float[] next = model.forward(new int[] {decode[i]}, session);
        System.arraycopy(next, 0, decodeLogits, i * vocab, vocab);
        best = argmax(next);
      }
    }
    float[] ids = computedValues(DECODE_IDS);
    for (int i = 0; i < ids.length; i++) {
      ids[i] = greedyTokens[i];
    }
  }

  private float[] computedValues(String name) {
    Tensor tensor = computed.get(name);
    return tensor == null ? new float[0] : tensor.values();
  }

  private static int argmax(float[] x) {
    int best = 0;
    for (int i = 1; i < x.length; i++) {
      if (x[i] > x[best]) {
        best = i;
      }
    }
    return best;
  }

  /** The largest difference of every tensor of numbers, in the order of the file. */
  public List<Difference> differences() {
    List<Difference> differences = new ArrayList<>();
    expected.forEach(
        (name, tensor) -> {
          if (tensor.entry().dtype() == Dtype.F32) {
            double largest = 0;
            float[] actual = computedValues(name);
            for (int i = 0; i < actual.length; i++) {
              double difference = Math.abs((double) actual[i] - tensor.values()[i]);
              largest =
                  Math.max(
                      largest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
            }
            differences.add(new Difference(name, largest));
          }
        });
    return differences;
  }

  /** The largest difference of all. */
  public double largestDifference() {
    return differences().stream().mapToDouble(Difference::largest).max().orElse(0);
  }

  /** Whether the most probable token was the expected one at every step. */
  public boolean greedyTokensMatch() {
    return Arrays.equals(greedyTokens, ids(DECODE_IDS));
  }

  /** Number of greedy tokens compared. */
  public int greedyTokenCount() {
    return greedyTokens.length;
  }

  /** Writes what was computed, under the names and in the order of the expected tensors. */
  public void write(Path file) throws IOException {
    List<TensorSpec> specs =
        computed.values().stream()
            .map(t -> new TensorSpec(t.entry().name(), t.entry().dtype(), t.entry().shape()))
            .toList();
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of())) {
      for (Tensor tensor : computed.values()) {
        if (tensor.entry().dtype() == Dtype.F32) {
          writer.append(tensor.entry().name(), tensor.values());
        } else {
          long[] ids = new long[tensor.values().length];
          Arrays.setAll(ids, i -> (long) tensor.values()[i]);
          writer.append(tensor.entry().name(), ids);
        }
      }
      writer.finish();
    }
  }

  /** Copies the rows of the prompt that the file has. */
  private final class Recorder implements ForwardObserver {
    private final Session session;
    private final int firstRow;

    Recorder(Session session, int firstRow) {
      this.session = session;
      this.firstRow = firstRow;
    }

    @Override
    public void hidden(int layer, FloatMatrix x) {
      store("hidden." + layer, x, session.position());
    }

    @Override
    public void routerLogits(int layer, FloatMatrix logits) {
      store("router." + layer + ".logits", logits, session.position());
    }

    /** Keeps rows that stand at prompt positions {@code position, position + 1, …}. */
    void store(String name, FloatMatrix x, int position) {
      float[] target = computedValues(name);
      for (int t = Math.max(0, firstRow - position); t < x.rows(); t++) {
        int at = (position + t - firstRow) * x.cols();
        if (at + x.cols() <= target.length) {
          System.arraycopy(x.data(), x.rowOffset(t), target, at, x.cols());
        }
      }
    }
  }
}
