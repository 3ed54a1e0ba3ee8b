package io.hunyuan4j.cli;

import io.hunyuan4j.bench.speed.SpeedPlan;
import io.hunyuan4j.bench.speed.SpeedTest;
import io.hunyuan4j.bench.speed.WeightChoice;
import io.hunyuan4j.core.generate.Speculation;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Parallel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What {@code hunyuan bench} is to measure. */
final class BenchOptions {
  private static final int MOST_TOKENS = 1 << 20;
  private static final int MOST_SEQUENCES = 256;
  private static final int MOST_REPETITIONS = 1000;
  private static final int LONGEST_WARMUP_SECONDS = 600;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--weights",
      paramLabel = "FORMATS",
      description = "Formats of the weights, of as-is, bf16, f16, q8, q4. Default: as-is.")
  private String weights = WeightChoice.AS_IS.spelling();

  @Option(
      names = "--kv",
      paramLabel = "FORMATS",
      description =
          "Formats of the cache of keys and values, of f32, bf16, f16, q8. Default: bf16.")
  private String kv = "bf16";

  @Option(
      names = "-p",
      paramLabel = "N",
      description = "Tokens of a prompt. Default: 512. 0: none.")
  private String prompts = "512";

  @Option(
      names = "-n",
      paramLabel = "N",
      description = "Tokens generated one by one. Default: 128. 0: none.")
  private String generated = "128";

  @Option(
      names = "-d",
      paramLabel = "DEPTH",
      description = "Tokens in the cache before each test. Default: 0.")
  private String depths = "0";

  @Option(
      names = "--sequences",
      paramLabel = "N",
      description = "Sessions that generate together, as -n says. Default: 1.")
  private String sequences = "1";

  @Option(
      names = "--guesses",
      paramLabel = "N",
      description =
          "Tokens of a text that repeats itself, as many as -n says, with so many guesses at once by looking up what followed the last time; 0 is without.")
  private @Nullable String guesses;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to compute with. Default: one a processor.")
  private @Nullable String threads;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "How often each test is timed. Default: 5.")
  private int repeat = 5;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      description =
          "Run each test before until it does not get faster for so long. Default: 2. 0: not at all.")
  private double warmup = 2;

  /**
   * The plan.
   *
   * @throws ParameterException if an option has an impossible value
   */
  SpeedPlan plan() {
    List<SpeedTest> tests = tests();
    if (tests.isEmpty()) {
      throw misuse("-p 0 and -n 0 leave nothing to measure");
    }
    if (repeat < 1 || repeat > MOST_REPETITIONS) {
      throw misuse("--repeat must be between 1 and %d, not %d".formatted(MOST_REPETITIONS, repeat));
    }
    if (!(warmup >= 0 && warmup <= LONGEST_WARMUP_SECONDS)) {
      throw misuse(
          "--warmup must be between 0 and %d seconds, not %s"
              .formatted(LONGEST_WARMUP_SECONDS, warmup));
    }
    int processors = Math.min(Runtime.getRuntime().availableProcessors(), Parallel.MAX_THREADS);
    return new SpeedPlan(
        choices("--weights", weights, List.of(WeightChoice.values()), WeightChoice::spelling),
        threads == null
            ? List.of(processors)
            : numbers("--threads", threads, 1, Parallel.MAX_THREADS),
        choices(
            "--kv",
            kv,
            List.of(KvFormat.values()),
            format -> format.name().toLowerCase(Locale.ROOT)),
        tests,
        repeat,
        Duration.ofMillis(Math.round(warmup * 1000)));
  }

  private List<SpeedTest> tests() {
    List<Integer> prompt = numbers("-p", prompts, 0, MOST_TOKENS);
    List<Integer> generate = numbers("-n", generated, 0, MOST_TOKENS);
    List<Integer> mostGuesses =
        guesses == null ? List.of() : numbers("--guesses", guesses, 0, Speculation.MOST_TOKENS);
    List<SpeedTest> tests = new ArrayList<>();
    for (int depth : numbers("-d", depths, 0, MOST_TOKENS)) {
      prompt.stream().filter(n -> n > 0).forEach(n -> tests.add(new SpeedTest.Prefill(n, depth)));
      for (int n : generate) {
        for (int sessions : numbers("--sequences", sequences, 1, MOST_SEQUENCES)) {
          if (n > 0) {
            tests.add(
                sessions == 1
                    ? new SpeedTest.Decode(n, depth)
                    : new SpeedTest.Together(sessions, n, depth));
          }
        }
        for (int guess : mostGuesses) {
          if (n > 0) {
            tests.add(new SpeedTest.Repeating(n, guess, depth));
          }
        }
      }
    }
    return tests;
  }

  private List<Integer> numbers(String option, String list, int least, int most) {
    return elements(list).stream()
        .map(text -> number(option, text, least, most))
        .distinct()
        .toList();
  }

  private int number(String option, String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw misuse(
        "%s must be a number between %d and %d, not \"%s\"".formatted(option, least, most, text));
  }

  private <T> List<T> choices(
      String option, String list, List<T> known, Function<T, String> spelling) {
    return elements(list).stream()
        .map(
            text ->
                known.stream()
                    .filter(choice -> spelling.apply(choice).equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            misuse(
                                "%s must be one of %s, not \"%s\""
                                    .formatted(
                                        option, known.stream().map(spelling).toList(), text))))
        .distinct()
        .toList();
  }

  private static List<String> elements(String list) {
    return Arrays.stream(list.split(",", -1)).map(String::strip).toList();
  }

  private ParameterException misuse(String message) {
    return new ParameterException(Objects.requireNonNull(command).commandLine(), message);
  }
}
