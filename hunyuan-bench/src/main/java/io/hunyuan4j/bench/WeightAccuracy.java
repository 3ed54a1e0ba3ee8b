package io.hunyuan4j.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.generate.Scorer;
import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.engine.OpenModel;
import io.hunyuan4j.engine.WeightPolicy;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.KvFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What smaller weights and smaller keys and values cost on a text that the model has not seen.
 *
 * <p>Reads {@code held-out.json} beside a checkpoint: {@code {"windows": [{"ids": […]}, …]}}. Every
 * window is run whole; its tokens but the first are what is predicted. Against the checkpoint as it
 * is, with an F32 cache, three things are compared: the perplexity; at how many positions the most
 * probable token is the same; the mean divergence {@code Σ p · ln(p / q)}. Then the first {@value
 * #PROMPT} tokens of every window are continued greedily by {@value #CONTINUATION}, and those that
 * agree up to the first difference are counted. All of it is the same on every machine.
 */
public final class WeightAccuracy {
  private static final int PROMPT = 64;
  private static final int CONTINUATION = 64;

  /** What is measured, with every format of the cache where it has no rules. */
  private static final List<WeightPolicy> POLICIES =
      List.of(
          WeightPolicy.asIs(),
          WeightPolicy.parse("q8", List.of()),
          WeightPolicy.parse("q4", List.of()),
          WeightPolicy.parse("q4", List.of("*.self_attn.*=q8")),
          WeightPolicy.parse("q4", List.of("*.shared_mlp.*=q8")),
          WeightPolicy.parse("q4", List.of("*.down_proj.*=q8")));

  private final List<int[]> windows;
  private final PrintStream out;

  /** Logits of the checkpoint as it is, one array a window; what it says greedily. */
  private final List<float[]> referenceLogits = new ArrayList<>();

  private final List<int[]> referenceTokens = new ArrayList<>();

  private WeightAccuracy(List<int[]> windows, PrintStream out) {
    this.windows = windows;
    this.out = out;
  }

  /** Measures the checkpoint in the folder that the only argument names. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      throw new IllegalArgumentException("expected the folder of a checkpoint with held-out.json");
    }
    run(Path.of(args[0]), POLICIES, List.of(KvFormat.values()), Integer.MAX_VALUE, System.out);
  }

  /**
   * Prints one line for every policy and cache format; policies with rules have F32 only.
   *
   * @param mostWindows windows to use at most
   */
  static void run(
      Path folder,
      List<WeightPolicy> policies,
      List<KvFormat> kvFormats,
      int mostWindows,
      PrintStream out)
      throws IOException {
    WeightAccuracy accuracy = new WeightAccuracy(windows(folder, mostWindows), out);
    out.println(
        "| weights | KV cache | perplexity | same token | divergence | same continuation |");
    out.println("|---|---|--:|--:|--:|--:|");
    for (WeightPolicy policy : policies) {
      try (OpenModel open = OpenModel.open(folder, EngineOptions.defaults().withWeights(policy))) {
        for (KvFormat kvFormat : policy.rules().isEmpty() ? kvFormats : List.of(KvFormat.F32)) {
          accuracy.measure(policy, open.model(), kvFormat);
        }
      }
    }
  }

  private static List<int[]> windows(Path folder, int most) throws IOException {
    JsonNode tree = new ObjectMapper().readTree(folder.resolve("held-out.json").toFile());
    List<int[]> windows = new ArrayList<>();
    for (JsonNode window : tree.path("windows")) {
      int[] ids = new int[window.path("ids").size()];
      Arrays.setAll(ids, i -> window.path("ids").path(i).asInt());
      windows.add(ids);
    }
    return windows.subList(0, Math.min(most, windows.size()));
  }

  private void measure(WeightPolicy policy, LanguageModel model, KvFormat kvFormat) {
    boolean isReference = referenceLogits.isEmpty();
    int vocabulary = model.shape().vocabSize();
    double loss = 0;
    double divergence = 0;
    long same = 0;
    long positions = 0;
    long continued = 0;
    for (int w = 0; w < windows.size(); w++) {
      int[] ids = windows.get(w);
      loss += loss(model, kvFormat, ids);
      float[] logits = logits(model, kvFormat, Arrays.copyOf(ids, ids.length - 1));
      int[] tokens = greedy(model, kvFormat, Arrays.copyOf(ids, PROMPT));
      if (isReference) {
        referenceLogits.add(logits);
        referenceTokens.add(tokens);
      }
      float[] reference = referenceLogits.get(w);
      for (int at = 0; at < logits.length; at += vocabulary) {
        double[] p = logProbabilities(reference, at, vocabulary);
        double[] q = logProbabilities(logits, at, vocabulary);
        same += largest(p) == largest(q) ? 1 : 0;
        for (int i = 0; i < vocabulary; i++) {
          divergence += Math.exp(p[i]) * (p[i] - q[i]);
        }
        positions++;
      }
      int difference = Arrays.mismatch(referenceTokens.get(w), tokens);
      continued += difference < 0 ? CONTINUATION : difference;
    }
    out.printf(
        Locale.ROOT,
        "| %s | %s | %.3f | %.2f %% | %.5f | %d of %d |%n",
        policy.spelling() + (policy.rules().isEmpty() ? "" : ", " + policy.rules().getFirst()),
        kvFormat,
        Math.exp(loss / positions),
        100.0 * same / positions,
        divergence / positions,
        continued,
        (long) windows.size() * CONTINUATION);
  }

  private static double loss(LanguageModel model, KvFormat kvFormat, int[] ids) {
    SessionOptions options = SessionOptions.ofCapacity(ids.length - 1).withKvFormat(kvFormat);
    return new Scorer(model).perplexity(ids, options, _ -> {}).negativeLogLikelihood();
  }

  private static float[] logits(LanguageModel model, KvFormat kvFormat, int[] ids) {
    SessionOptions options = SessionOptions.ofCapacity(ids.length).withKvFormat(kvFormat);
    try (Session session = model.newSession(options)) {
      FloatMatrix logits = model.forward(ids, session, ids.length);
      int from = logits.rowOffset(0);
      return Arrays.copyOfRange(logits.data(), from, from + ids.length * logits.cols());
    }
  }

  private static int[] greedy(LanguageModel model, KvFormat kvFormat, int[] prompt) {
    SessionOptions options =
        SessionOptions.ofCapacity(prompt.length + CONTINUATION).withKvFormat(kvFormat);
    int[] tokens = new int[CONTINUATION];
    try (Session session = model.newSession(options)) {
      float[] logits = model.forward(prompt, session);
      for (int i = 0; i < CONTINUATION; i++) {
        tokens[i] = largest(logProbabilities(logits, 0, logits.length));
        logits = model.forward(new int[] {tokens[i]}, session);
      }
    }
    return tokens;
  }

  private static double[] logProbabilities(float[] logits, int at, int n) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      most = Math.max(most, logits[at + i]);
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.exp(logits[at + i] - most);
    }
    double[] logProbabilities = new double[n];
    for (int i = 0; i < n; i++) {
      logProbabilities[i] = logits[at + i] - most - Math.log(sum);
    }
    return logProbabilities;
  }

  /** The index of the largest number, the first of several. */
  private static int largest(double[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      largest = values[i] > values[largest] ? i : largest;
    }
    return largest;
  }
}
